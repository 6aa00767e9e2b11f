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
    /// Events that follow each other, at least one: the first follows event `after` of the same stream,
    /// 0 for none; what was given up to `acknowledged` was in the hub before. `lost` was let go by the
    /// post before they were given.
    case events(
      [ReceivedEvent], after: UInt64, acknowledged: UInt64, lost: ClosedRange<UInt64>?)
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
    var epoch: UInt64, first: UInt64, last: UInt64
    var isProof: Bool
  }

  /// What tells it from others.
  var key: Key {
    switch content {
    case .events(let events, _, _, _):
      Key(
        epoch: epoch, first: events[0].sequence, last: events[events.count - 1].sequence,
        isProof: false)
    case .proofs(_, let range, _):
      Key(epoch: epoch, first: range.lowerBound, last: range.upperBound, isProof: true)
    }
  }

}

extension HubMail {
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
      let events = try Self.events(in: delivery.payload)
      let acknowledged = try cursor("Vedette-Acknowledged")
      epoch = after.epoch
      content = .events(
        events, after: after.sequence, acknowledged: acknowledged.sequence,
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

  /// An event, or a list of some in the order of the ledger.
  private static func events(
    in payload: [UInt8]
  ) throws(PostClient.Malformed) -> [ReceivedEvent] {
    guard payload.first == UInt8(ascii: "[") else {
      guard let event = ReceivedEvent(payload[...]) else {
        throw PostClient.Malformed(description: "it is no event")
      }
      return [event]
    }
    let texts = CanonicalObject.elements(of: payload[...]) ?? []
    let events = texts.compactMap { ReceivedEvent($0) }
    guard !events.isEmpty, events.count == texts.count,
      zip(events, events.dropFirst()).allSatisfy({ $0.sequence < $1.sequence })
    else {
      throw PostClient.Malformed(description: "it is no list of events in their order")
    }
    return events
  }

  private static func range(_ text: String) -> ClosedRange<UInt64>? {
    let parts = text.split(separator: "-").compactMap { UInt64($0) }
    guard parts.count == 2, parts[0] > 0, parts[0] <= parts[1] else { return nil }
    return parts[0]...parts[1]
  }
}
