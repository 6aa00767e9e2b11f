import Glibc

/// A text file that is written line by line, or standard output for `-`.
struct TextOutput: ~Copyable {
  /// A text that could not be written.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let path: String
  private let descriptor: Int32
  private var pending: [UInt8] = []

  /// Bytes that are gathered before they are written.
  private static let pendingMax = 65_536

  /// Makes the file at `path` anew.
  init(path: String) throws(Failure) {
    self.path = path
    descriptor = path == "-" ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { if descriptor > STDERR_FILENO { Glibc.close(descriptor) } }

  /// Appends `line` and a line end.
  mutating func write(_ line: String) throws(Failure) {
    pending += line.utf8
    pending.append(UInt8(ascii: "\n"))
    if pending.count >= Self.pendingMax { try flush() }
  }

  /// Writes what was gathered.
  mutating func close() throws(Failure) { try flush() }

  private mutating func flush() throws(Failure) {
    try Self.writeAll(pending, to: descriptor, path)
    pending.removeAll(keepingCapacity: true)
  }

  /// Writes `bytes` to the file at `path`, in place of what it was.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    defer { Glibc.close(descriptor) }
    try writeAll(bytes, to: descriptor, path)
  }

  private static func writeAll(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      guard count > 0 || errno == EINTR else { throw failure(path) }
      done += max(0, count)
    }
  }

  private static func failure(_ path: String) -> Failure {
    Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
