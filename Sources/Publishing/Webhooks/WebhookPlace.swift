import Glibc
import Ledger

/// How far a center has taken its feed: a cursor in a file of its own, replaced as a whole.
struct WebhookPlace: Sendable {
  private static let bytesMax = 64

  /// The file.
  let path: String

  /// The cursor; `nil` when there is none, or none that can be read: the center is then given
  /// everything that is kept once more.
  func read() -> EventCursor? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: Self.bytesMax)
    let count = Glibc.read(file, &bytes, bytes.count)
    guard count > 0, bytes[count - 1] == 0x0A else { return nil }
    return EventCursor(String(decoding: bytes[..<(count - 1)], as: UTF8.self))
  }

  /// Keeps `cursor`; on the storage when it returns.
  func write(_ cursor: EventCursor) throws {
    let bytes = Array("\(cursor)\n".utf8)
    let draft = path + ".new"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    var isWritten = file >= 0
    if isWritten {
      isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
    }
    let code = errno
    if file >= 0 { close(file) }
    guard isWritten, rename(draft, path) == 0 else {
      let reason = String(cString: strerror(isWritten ? errno : code))
      throw WebhookFailure(description: "\(path) cannot be written: \(reason)")
    }
  }
}
