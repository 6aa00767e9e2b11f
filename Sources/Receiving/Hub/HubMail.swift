import Ledger
import Streaming

/// A message of a post's stream at a hub, as `Docs/Centers.md` tells its form.
struct HubMail: Sendable {
  /// Headers that are looked at.
  static let headers = [
    "Vedette-After", "Vedette-Acknowledged", "Vedette-Lost", "Vedette-Proves",
  ]

  /// What it holds.
  enum Content: Sendable {
    /// An event: it follows event `after` of the same stream, 0 for none; what was given up to
    /// `acknowledged` was in the hub before it. `lost` was let go by the post before it was given.
    case event(
      ReceivedEvent, after: UInt64, acknowledged: UInt64, lost: ClosedRange<UInt64>?)
    /// Proofs of the events of a stretch of the ledger, of which `last` is the last one.
    case proofs(PostClient.Proofs, of: ClosedRange<UInt64>, last: UInt64)
  }

  /// The ledger.
  var epoch: UInt64
  var content: Content
  /// Where it is acknowledged.
  var receipt: String
  /// When it came.
  var came = ContinuousClock.now

  /// What tells a message from others of its stream.
  struct Key: Hashable {
    var epoch: UInt64, number: UInt64
    var isProof: Bool
  }

  /// What tells it from others.
  var key: Key {
    switch content {
    case .event(let event, _, _, _):
      Key(epoch: epoch, number: event.sequence, isProof: false)
    case .proofs(_, let range, _): Key(epoch: epoch, number: range.upperBound, isProof: true)
    }
  }

  /// Reads a message.
  ///
  /// - Throws: what is wrong with it.
  init(_ delivery: HubDelivery) throws(PostClient.Malformed) {
    receipt = delivery.receipt
    func cursor(_ name: String) throws(PostClient.Malformed) -> EventCursor {
      guard let cursor = delivery.headers[name].flatMap({ EventCursor($0) }) else {
        throw PostClient.Malformed(description: "it has no header \(name)")
      }
      return cursor
    }
    let after = try cursor("Vedette-After")
    guard let proves = delivery.headers["Vedette-Proves"] else {
      guard let event = ReceivedEvent(delivery.payload[...]) else {
        throw PostClient.Malformed(description: "it is no event")
      }
      let acknowledged = try cursor("Vedette-Acknowledged")
      epoch = after.epoch
      content = .event(
        event, after: after.sequence, acknowledged: acknowledged.sequence,
        lost: delivery.headers["Vedette-Lost"].flatMap { Self.range($0) })
      return
    }
    let words = proves.split(separator: ".", maxSplits: 1)
    guard words.count == 2, words[0] == after.epochText,
      let range = Self.range(String(words[1]))
    else { throw PostClient.Malformed(description: "its header Vedette-Proves is none") }
    epoch = after.epoch
    content = .proofs(
      try PostClient.proofs(in: delivery.payload), of: range, last: after.sequence)
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let parts = text.split(separator: "-").compactMap { UInt64($0) }
    guard parts.count == 2, parts[0] > 0, parts[0] <= parts[1] else { return nil }
    return parts[0]...parts[1]
  }
}
