import Glibc
import SystemPackage

/// A ledger's folder in the file system.
final class FolderStorage: LogStorage {
  /// A file of the folder; the descriptor is closed with the object.
  final class File: LogFile {
    fileprivate let descriptor: FileDescriptor

    fileprivate init(_ descriptor: FileDescriptor) { self.descriptor = descriptor }

    deinit { try? descriptor.close() }
  }

  /// Name of the file whose lock says that a writer is at work.
  static let lockName = "lock"

  let place: String
  private let folder: FilePath
  private let lock: File?

  /// The folder at `place`.
  ///
  /// - Parameter isWriter: makes the folder when it is not there, and takes the exclusive lock,
  ///   which the kernel releases when the process ends, however it ends.
  init(_ place: String, isWriter: Bool) throws(LedgerError) {
    self.place = place
    folder = FilePath(place)
    guard isWriter else {
      lock = nil
      return
    }
    do throws(StorageFailure) {
      try Self.makeFolder(folder)
      lock = try Self.open(
        folder.appending(Self.lockName), .readWrite, [.create, .closeOnExec])
    } catch { throw LedgerError(error, on: "", in: place) }
    // The descriptor is taken through a local: flock(2) is not in swift-system.
    guard let held = lock, flock(held.descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 else { return }
    let code = Errno(rawValue: errno)
    if code == .wouldBlock {
      throw LedgerError(
        .inUse, operation: "lock", subject: place,
        reason: "another daemon writes this ledger; stop it, or give this one a folder of its own")
    }
    throw LedgerError(Self.failure("lock", code), on: Self.lockName, in: place)
  }

  deinit {
    // Said aloud, because closing is not enough while a child process that was just forked still
    // shares the open file.
    if let lock { _ = flock(lock.descriptor.rawValue, LOCK_UN) }
  }

  /// Bytes that the file system has left for ordinary users.
  func freeBytes() throws(StorageFailure) -> UInt64 {
    var told = statvfs()
    guard unsafe statvfs(place, &told) == 0 else {
      throw Self.failure("ask for the room of", Errno(rawValue: errno))
    }
    return UInt64(told.f_bavail) * UInt64(told.f_frsize)
  }

  func names() throws(StorageFailure) -> [String] {
    guard let stream = unsafe opendir(place) else {
      throw Self.failure("list", Errno(rawValue: errno))
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe start.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
      errno = 0
    }
    let code = errno
    guard code == 0 else { throw Self.failure("list", Errno(rawValue: code)) }
    return names
  }

  func create(_ name: String) throws(StorageFailure) -> File {
    try Self.open(folder.appending(name), .readWrite, [.create, .truncate, .closeOnExec])
  }

  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> File {
    try Self.open(folder.appending(name), forWriting ? .readWrite : .readOnly, [.closeOnExec])
  }

  func size(of file: File) throws(StorageFailure) -> UInt64 {
    var status = stat()
    guard unsafe fstat(file.descriptor.rawValue, &status) == 0 else {
      throw Self.failure("measure", Errno(rawValue: errno))
    }
    return UInt64(status.st_size)
  }

  func read(
    _ file: File, at offset: UInt64, into target: UnsafeMutableRawBufferPointer
  ) throws(StorageFailure) -> Int {
    var done = 0
    while done < target.count {
      let count = unsafe pread(
        file.descriptor.rawValue, target.baseAddress! + done, target.count - done,
        off_t(offset) + off_t(done))
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure("read", Errno(rawValue: errno))
      }
      done += count
    }
    return done
  }

  func write(
    _ file: File, at offset: UInt64, from source: UnsafeRawBufferPointer
  ) throws(StorageFailure) {
    var done = 0
    while done < source.count {
      let count = unsafe pwrite(
        file.descriptor.rawValue, source.baseAddress! + done, source.count - done,
        off_t(offset) + off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure("write", Errno(rawValue: errno))
      }
      done += count
    }
  }

  func sync(_ file: File) throws(StorageFailure) {
    // No retry on EINTR: what a second call would say of a failed first one cannot be trusted.
    guard fdatasync(file.descriptor.rawValue) == 0 else {
      throw Self.failure("sync", Errno(rawValue: errno))
    }
  }

  func rename(_ name: String, to newName: String) throws(StorageFailure) {
    guard
      unsafe Glibc.rename(folder.appending(name).string, folder.appending(newName).string) == 0
    else { throw Self.failure("rename", Errno(rawValue: errno)) }
  }

  func remove(_ name: String) throws(StorageFailure) {
    guard unsafe unlink(folder.appending(name).string) == 0 else {
      throw Self.failure("remove", Errno(rawValue: errno))
    }
  }

  func syncFolder() throws(StorageFailure) { try Self.syncFolder(folder) }

  func monotonicNanos() -> UInt64 {
    var now = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  // MARK: - Helpers

  private static func open(
    _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
  ) throws(StorageFailure) -> File {
    do {
      return File(
        try FileDescriptor.open(
          path, mode, options: options, permissions: [.ownerReadWrite, .groupRead]))
    } catch let error as Errno {
      throw failure("open", error)
    } catch {
      throw StorageFailure(kind: .other, operation: "open", text: "\(error)")
    }
  }

  /// Makes the last folder of the path, and its name durable in the folder above.
  private static func makeFolder(_ folder: FilePath) throws(StorageFailure) {
    if unsafe mkdir(folder.string, 0o750) != 0 {
      let code = Errno(rawValue: errno)
      if code == .fileExists { return }
      throw failure("make the folder", code)
    }
    let parent = folder.removingLastComponent()
    try syncFolder(parent.isEmpty ? FilePath(".") : parent)
  }

  private static func syncFolder(_ folder: FilePath) throws(StorageFailure) {
    let file = try open(folder, .readOnly, [.directory, .closeOnExec])
    guard fsync(file.descriptor.rawValue) == 0 else {
      throw failure("sync the folder", Errno(rawValue: errno))
    }
  }

  private static func failure(_ operation: String, _ code: Errno) -> StorageFailure {
    let kind: StorageFailure.Kind =
      switch code {
      case .noSpace, .diskQuotaExceeded: .full
      case .noSuchFileOrDirectory: .absent
      default: .other
      }
    return StorageFailure(kind: kind, operation: operation, text: code.description)
  }
}
