import Glibc
import SystemPackage

/// The file a capture is written to: whole buffers or an error, never a silent short write.
struct OutputFile: ~Copyable, Sendable {
  /// The file's name, for messages.
  let path: String
  /// Bytes written so far.
  private(set) var position = 0
  private let descriptor: FileDescriptor

  /// Creates the file; one that exists is refused unless `replacesExisting`.
  init(path: String, replacesExisting: Bool) throws(CaptureError) {
    self.path = path
    var options: FileDescriptor.OpenOptions = [.create, .closeOnExec]
    options.insert(replacesExisting ? .truncate : .exclusiveCreate)
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: options,
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
    } catch {
      throw Self.failure("create", path, error as? Errno ?? Errno(rawValue: 0))
    }
  }

  deinit { try? descriptor.close() }

  /// Writes the spans one after the other, all of them.
  ///
  /// After an error the file is cut back to what it held before the call, where the file system lets
  /// us, so that it ends with a whole record.
  mutating func write(
    _ first: RawSpan, _ second: RawSpan = RawSpan(), _ third: RawSpan = RawSpan(),
    _ fourth: RawSpan = RawSpan()
  ) throws(CaptureError) {
    let total = first.byteCount + second.byteCount + third.byteCount + fourth.byteCount
    let error = unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: 4) { parts in
      // The pointers are used within this closure only, while the caller lends the spans.
      unsafe parts[0] = Self.part(first)
      unsafe parts[1] = Self.part(second)
      unsafe parts[2] = Self.part(third)
      unsafe parts[3] = Self.part(fourth)
      return unsafe writeAll(parts)
    }
    guard let error else {
      position += total
      return
    }
    _ = ftruncate(descriptor.rawValue, off_t(position))
    throw Self.failure("write", path, error)
  }

  /// Asks that all that was written be on the storage. Files that cannot be synced are let pass.
  borrowing func synchronise() throws(CaptureError) {
    while fdatasync(descriptor.rawValue) != 0 {
      let error = Errno(rawValue: errno)
      if error == .interrupted { continue }
      if error == .invalidArgument { return }
      throw Self.failure("write", path, error)
    }
  }

  /// Removes a file that was not finished.
  static func remove(_ path: String) { _ = unsafe unlink(path) }

  private static func part(_ bytes: RawSpan) -> iovec {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe iovec(
        iov_base: UnsafeMutableRawPointer(mutating: buffer.baseAddress), iov_len: buffer.count)
    }
  }

  /// Retries interrupted and short writes until nothing is left.
  private borrowing func writeAll(_ parts: UnsafeMutableBufferPointer<iovec>) -> Errno? {
    var index = 0
    while index < parts.count {
      if unsafe parts[index].iov_len == 0 {
        index += 1
        continue
      }
      let result = unsafe writev(
        descriptor.rawValue, parts.baseAddress! + index, Int32(parts.count - index))
      if result < 0 {
        let error = Errno(rawValue: errno)
        if error == .interrupted { continue }
        return error
      }
      if result == 0 { return .ioError }
      var done = result
      while done > 0 {
        let taken = unsafe min(done, parts[index].iov_len)
        if unsafe taken == parts[index].iov_len {
          index += 1
        } else {
          unsafe parts[index].iov_len -= taken
          unsafe parts[index].iov_base += taken
        }
        done -= taken
      }
    }
    return nil
  }

  private static func failure(_ operation: String, _ path: String, _ error: Errno) -> CaptureError {
    switch error {
    case .noSpace, .fileTooLarge, Errno(rawValue: EDQUOT):
      CaptureError(
        .storageFull, operation: operation, subject: path,
        reason:
          "\(error); the file ends with its last whole chunk and stays readable. Make room and "
          + "record to a new file")
    case .fileExists:
      CaptureError(
        .inputOutput, operation: operation, subject: path,
        reason: "there is such a file already; choose another name or remove it")
    default:
      CaptureError(.inputOutput, operation: operation, subject: path, reason: "\(error)")
    }
  }
}
