import Glibc
import SystemPackage

/// A capture's file, read at any place.
///
/// Plain reads, no memory map: a failing disk or a file that is cut while it is read gives an error
/// instead of a signal.
struct InputFile: ~Copyable, Sendable {
  /// The file's name, for messages.
  let path: String
  /// Bytes in the file when it was opened.
  let size: Int
  private let descriptor: FileDescriptor

  /// Opens a regular file.
  init(path: String) throws(CaptureError) {
    let opened: FileDescriptor
    do {
      opened = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
    } catch {
      throw CaptureError(.inputOutput, operation: "open", subject: path, reason: "\(error)")
    }
    let end: Int
    do {
      end = Int(try opened.seek(offset: 0, from: .end))
      // A folder lets itself be opened and sought, but not read.
      var probe: UInt8 = 0
      _ = try unsafe withUnsafeMutableBytes(of: &probe) {
        try unsafe opened.read(fromAbsoluteOffset: 0, into: $0)
      }
    } catch {
      try? opened.close()
      throw CaptureError(
        .inputOutput, operation: "open", subject: path,
        reason: "\(error); a regular file is expected")
    }
    self.path = path
    size = end
    descriptor = opened
  }

  deinit { try? descriptor.close() }

  /// Puts `count` bytes from `offset` on into `buffer`; the file must hold them.
  borrowing func read(
    at offset: Int, count: Int, into buffer: inout ByteBuffer
  ) throws(CaptureError) {
    try unsafe buffer.replace(room: count) { target throws(CaptureError) in
      var done = 0
      while done < count {
        let result = unsafe pread(
          descriptor.rawValue, target.baseAddress! + done, count - done, off_t(offset + done))
        if result > 0 {
          done += result
        } else if result == 0 {
          throw CaptureError(
            .inputOutput, operation: "read", subject: path, offset: offset + done,
            reason: "the file became shorter while it was read")
        } else if errno != EINTR {
          throw CaptureError(
            .inputOutput, operation: "read", subject: path, offset: offset + done,
            reason: "\(Errno(rawValue: errno))")
        }
      }
      return done
    }
  }
}
