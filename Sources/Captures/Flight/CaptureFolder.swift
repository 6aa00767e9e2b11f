import Glibc

/// What the flight recorder asks of folders; errors are answers, since it goes on without.
enum CaptureFolder {
  /// Names in a folder, sorted, without those that begin with a dot; none when it cannot be read.
  static func names(in folder: String, hidden: Bool = false) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != "..", name.hasPrefix(".") == hidden { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(CaptureError) {
    var made = ""
    for part in path.split(separator: "/") {
      made += (made.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
      guard unsafe mkdir(made, 0o750) != 0, errno != EEXIST else { continue }
      // One above ours may be there though nobody may make it.
      guard made == path || !isFolder(made) else { continue }
      throw failure("create", path)
    }
  }

  /// Removes a folder and the files in it.
  static func remove(_ path: String) {
    for name in names(in: path) + names(in: path, hidden: true) {
      _ = unsafe unlink("\(path)/\(name)")
    }
    _ = unsafe rmdir(path)
  }

  /// Gives a file or folder another name.
  static func move(_ path: String, to target: String) throws(CaptureError) {
    guard unsafe rename(path, target) == 0 else { throw failure("rename", path) }
  }

  /// Whether there is anything of this name.
  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Bytes of the files in a folder.
  static func allBytes(in folder: String) -> Int64 {
    names(in: folder).reduce(0) { $0 + Int64(bytes(of: "\(folder)/\($1)")) }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Bytes of a file; 0 when there is none.
  static func bytes(of path: String) -> Int {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Bytes that are free for us on the storage of `path`.
  static func freeBytes(of path: String) -> Int64 {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return 0 }
    return Int64(clamping: status.f_bavail) * Int64(clamping: status.f_frsize)
  }

  /// Up to `most` bytes of a small file.
  static func read(_ path: String, most: Int) -> [UInt8]? {
    guard let file = try? InputFile(path: path), file.size <= most else { return nil }
    var buffer = ByteBuffer(capacity: max(file.size, 64))
    guard (try? file.read(at: 0, count: file.size, into: &buffer)) != nil else { return nil }
    return buffer.withBytes { $0.array }
  }

  /// A whole number with at least so many digits, so that names sort as numbers do.
  static func digits(_ number: Int, _ count: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private static func failure(_ operation: String, _ path: String) -> CaptureError {
    CaptureError(
      .inputOutput, operation: operation, subject: path,
      reason: "errno \(errno); the folder must be writable for the daemon")
  }
}
