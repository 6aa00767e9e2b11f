import Glibc
import Ledger

/// Where a request wants to start, checked against what the ledger has.
enum FeedPosition {
  /// The most hours that a snapshot reaches back.
  static let snapshotHoursMax = 744

  /// The place behind which a snapshot of the last `text` hours begins; `nil` when none is asked for.
  ///
  /// - Throws: ``FeedRefusal`` when that is no number of hours.
  static func snapshot(
    _ text: Substring?, store: any EventStore, durable: UInt64
  ) throws -> UInt64? {
    guard let text else { return nil }
    guard let hours = Int64(text), hours >= 1, hours <= snapshotHoursMax else {
      throw FeedRefusal(
        .parameter,
        reason: "hours of a snapshot must be a whole number from 1 to \(snapshotHoursMax)",
        remedy: "ask for the last 24")
    }
    let begin = EventHeader.timeText(unixSeconds: Int64(time(nil)) - 3_600 * hours)
    // Events stand nearly in the order of their times.
    var low = max(1, try store.oldestSequence())
    var high = durable + 1
    while low < high {
      let middle = low + (high - low) / 2
      let found = try store.events(from: middle, through: middle, limit: 1).first
      if found.map({ $0.time < begin }) ?? true { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// The sequence after which the cursor `text` (`nil`: the oldest kept event) goes on in `store`.
  ///
  /// - Throws: ``FeedRefusal`` when it cannot be served.
  static func resolve(
    _ text: String?, store: any EventStore, durable: UInt64
  ) throws -> UInt64 {
    let oldest = try store.oldestSequence()
    let beforeOldest = EventCursor(epoch: store.epoch, sequence: oldest == 0 ? 0 : oldest - 1)
    guard let text else { return beforeOldest.sequence }
    guard let cursor = EventCursor(text) else {
      throw FeedRefusal(
        .cursor, reason: "the cursor '\(text.prefix(60))' is not <epoch>.<sequence>",
        remedy: "use a cursor this post gave, or leave it out to start at the oldest event")
    }
    guard cursor.epoch == store.epoch else {
      throw FeedRefusal(
        .foreignCursor,
        reason: "the cursor belongs to another ledger: this post's ledger was replaced",
        remedy: """
          ask /v1/succession?epoch=\(text.prefix(16))&from=<leaves you have seen> for the proof that \
          this ledger follows it, note what you had not read of it, and start again from 'oldest'
          """, oldest: beforeOldest)
    }
    guard cursor.sequence >= beforeOldest.sequence else {
      throw FeedRefusal(
        .gone, reason: "events after the cursor are older than the post keeps",
        remedy: "start again from 'oldest' and note the gap", oldest: beforeOldest)
    }
    guard cursor.sequence <= durable else {
      throw FeedRefusal(
        .foreignCursor, reason: "the cursor is ahead of this post's ledger (newest \(durable))",
        remedy: "report it to the post: its ledger may have been set back", oldest: beforeOldest)
    }
    return cursor.sequence
  }
}
