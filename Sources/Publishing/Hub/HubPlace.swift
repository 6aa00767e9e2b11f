import Glibc
import Ledger

/// Where a partner's stream at the hub stands: one line in a file beside the ledger, replaced as a
/// whole and synced.
struct HubPlace: Sendable, Equatable {
  /// The hub has acknowledged everything that is given up to here.
  var cursor: EventCursor
  /// The newest event that was given; 0 before the first.
  var given: UInt64 = 0
  /// The hub has acknowledged the proofs of everything up to here.
  var proven: UInt64 = 0
  /// Leaves of the checkpoint under which those are.
  var signed: UInt64 = 0
  /// The first event that retention took before it was given; 0 for none that is still to be told.
  var lost: UInt64 = 0

  /// The beginning of a ledger, before its oldest event.
  init(epoch: UInt64, oldest: UInt64) {
    cursor = EventCursor(epoch: epoch, sequence: oldest > 0 ? oldest - 1 : 0)
    proven = cursor.sequence
  }

  /// Reads the text form; `nil` for anything else.
  init?(_ text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 6, words[0] == "hub-place-1", let cursor = EventCursor(String(words[1])),
      let given = UInt64(words[2]), let proven = UInt64(words[3]), let signed = UInt64(words[4]),
      words[5].hasSuffix("\n"), let lost = UInt64(words[5].dropLast())
    else { return nil }
    self.cursor = cursor
    self.given = given
    self.proven = proven
    self.signed = signed
    self.lost = lost
    guard self.text == text else { return nil }
  }

  /// The text form.
  var text: String { "hub-place-1 \(cursor) \(given) \(proven) \(signed) \(lost)\n" }

  /// Why a place cannot be kept.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// The place in the file at `path`; `nil` when there is none.
  static func read(_ path: String) throws(Failure) -> HubPlace? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Failure(description: "\(path) cannot be read: \(reason())")
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count >= 0 else { throw Failure(description: "\(path) cannot be read: \(reason())") }
    guard let place = HubPlace(String(decoding: bytes.prefix(count), as: UTF8.self)) else {
      throw Failure(
        description: "\(path) is no place of a feed; remove it, and all events that the ledger "
          + "keeps are published again, which receivers pass over")
    }
    return place
  }

  /// Keeps it in the file at `path`: draft, sync, rename, sync of the folder.
  func write(_ path: String) throws(Failure) {
    let draft = path + ".new"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure(description: "\(draft) cannot be made: \(Self.reason())")
    }
    let bytes = Array(text.utf8)
    let isWritten =
      Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    let fault = Self.reason()
    close(descriptor)
    guard isWritten else { throw Failure(description: "\(draft) cannot be written: \(fault)") }
    guard rename(draft, path) == 0 else {
      throw Failure(description: "\(path) cannot be replaced: \(Self.reason())")
    }
    let folder = open(path.prefix(upTo: path.lastIndex(of: "/")!) + "/", O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw Failure(description: "\(path): \(Self.reason())") }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw Failure(description: "\(path): \(Self.reason())") }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }
}
