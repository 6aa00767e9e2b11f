import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger

/// Where a request wants to start, checked against what the ledger has.
enum FeedPosition {
  /// After that sequence.
  case after(UInt64)
  /// It cannot be served: the answer says why and what to do.
  case refused(HTTPResponse.Status, error: String, remedy: String, oldest: EventCursor?)

  /// Checks the cursor `text` (`nil`: from the oldest kept event) against `store`.
  static func resolve(_ text: String?, store: any EventStore, durable: UInt64) throws -> Self {
    let oldest = try store.oldestSequence()
    let beforeOldest = EventCursor(epoch: store.epoch, sequence: oldest == 0 ? 0 : oldest - 1)
    guard let text else { return .after(beforeOldest.sequence) }
    guard let cursor = EventCursor(text) else {
      return .refused(
        .badRequest, error: "the cursor '\(text.prefix(60))' is not <epoch>.<sequence>",
        remedy: "use a cursor this post gave, or leave it out to start at the oldest event",
        oldest: nil)
    }
    guard cursor.epoch == store.epoch else {
      return .refused(
        .conflict, error: "the cursor belongs to another ledger: this post's ledger was replaced",
        remedy: "start again from 'oldest'", oldest: beforeOldest)
    }
    guard cursor.sequence >= beforeOldest.sequence else {
      return .refused(
        .gone, error: "events after the cursor are older than the post keeps",
        remedy: "start again from 'oldest' and note the gap", oldest: beforeOldest)
    }
    guard cursor.sequence <= durable else {
      return .refused(
        .conflict, error: "the cursor is ahead of this post's ledger (newest \(durable))",
        remedy: "report it to the post: its ledger may have been set back", oldest: beforeOldest)
    }
    return .after(cursor.sequence)
  }
}
