import Ledger
import Streaming

/// What a feed gives the hub in one turn: messages, and where the feed stands once the hub has all of them.
struct HubLoad: Sendable {
  /// Headers of the messages; Docs/Centers.md tells what they say.
  enum Header {
    static let after = "Vedette-After"
    static let acknowledged = "Vedette-Acknowledged"
    static let lost = "Vedette-Lost"
    static let proves = "Vedette-Proves"
  }

  /// Events that go by themselves, each with the kind that it has in its subject: what happens now. When
  /// more wait, they go many in one message.
  static let aloneMax = 16
  /// Events of such a message.
  static let batchEventsMax = 128
  /// Bytes after which no further event is added to it; a server takes a megabyte.
  static let batchBytesMax = 262_144
  /// The kind of such a message, the last word of its subject.
  static let batchKind = "batch"
  /// The kind of a message of proofs.
  static let proofKind = "proof"

  /// The partner's word, and the post.
  let word: String, post: String
  /// What the hub had when it was made.
  private let acknowledged: EventCursor
  /// What is not acknowledged yet, in order.
  var messages: [HubMessage] = []
  /// Events in that, with those that were acknowledged already.
  var events = 0
  /// The feed's place once all of it is acknowledged.
  var next: HubPlace
  /// Under which decisions it was made (``FeedSource/sharing()``).
  var sharing: String?
  /// What comes next is held back for so long.
  var hold: Duration?

  /// Nothing yet, after `place`; the hub has everything up to `acknowledged`.
  init(of feed: HubSettings.Feed, post: String, after place: HubPlace, acknowledged: EventCursor) {
    word = feed.word
    self.post = post
    self.acknowledged = acknowledged
    next = place
  }

  /// Adds the events of `batch`: each by itself, or, when there are many because the hub was away, many in
  /// one message, as a hub that syncs before it acknowledges takes so many more.
  mutating func add(_ batch: FeedBatch, _ text: CloudEventText) {
    let before = next.cursor
    var rest = batch.events[...]
    let isBacklog = rest.count > Self.aloneMax
    while let first = rest.first?.event {
      var payload: [UInt8] = []
      var count = 0
      let many = isBacklog && rest.count > 1
      if many { payload.append(UInt8(ascii: "[")) }
      var last = first
      repeat {
        let labelled = rest.removeFirst()
        if count > 0 { payload.append(UInt8(ascii: ",")) }
        text.append(labelled, to: &payload)
        last = labelled.event
        count += 1
      } while many && !rest.isEmpty && count < Self.batchEventsMax
        && payload.count < Self.batchBytesMax
      if many { payload.append(UInt8(ascii: "]")) }
      messages.append(
        HubMessage(
          subject: subject(many ? Self.batchKind : kind(of: first.type)),
          id: id(many ? "\(first.sequence)-\(last.sequence)" : "\(first.sequence)"),
          headers: headers(before, isBatch: many), payload: payload))
      next.lost = 0
      next.given = last.sequence
    }
    events += batch.events.count
    next.cursor.sequence = batch.through
  }

  private func headers(
    _ before: EventCursor, isBatch: Bool
  ) -> [(name: String, value: String)] {
    var headers = [
      (
        "content-type",
        "application/cloudevents\(isBatch ? "-batch" : "")+json; charset=utf-8"
      ), (Header.after, "\(EventCursor(epoch: before.epoch, sequence: next.given))"),
      (Header.acknowledged, "\(acknowledged)"),
    ]
    if next.lost > 0 { headers.append((Header.lost, "\(next.lost)-\(before.sequence)")) }
    return headers
  }

  /// Adds proofs of the events after the last proven one, up to `through`.
  mutating func add(_ proofs: SharedProofs, through: UInt64) {
    let epoch = next.cursor.epoch
    for (place, part) in proofs.parts.enumerated() {
      let end = place == proofs.parts.count - 1 ? through : part.last
      messages.append(
        HubMessage(
          subject: subject(Self.proofKind), id: id("\(Self.proofKind)/\(end)"),
          headers: [
            ("content-type", "application/json; charset=utf-8"),
            (Header.after, "\(EventCursor(epoch: epoch, sequence: part.last))"),
            (Header.proves, "\(EventCursor(epoch: epoch, sequence: next.proven + 1))-\(end)"),
          ], payload: part.json))
      next.proven = end
      next.signed = proofs.size
    }
    next.proven = through
  }

  /// Messages with proofs that are not acknowledged yet.
  var proofs: Int { messages.count { $0.subject.hasSuffix(Self.proofEnd) } }

  /// How the subjects of proofs end.
  private static let proofEnd = ".\(proofKind)"

  private func subject(_ kind: String) -> String { "rel.\(word).\(post).\(kind)" }

  private func id(_ what: String) -> String {
    // One window of the hub serves all feeds: what one partner got is no repetition for another.
    "\(post)/\(EventCursor(epoch: next.cursor.epoch, sequence: 0).epochText)/\(what)/\(word)"
  }

  /// `org.vedette.crossing.v1` is of the kind `crossing`.
  private func kind(of type: String) -> String {
    let words = type.split(separator: ".")
    return words.count == 4 ? String(words[2]) : "event"
  }
}

extension EventCursor {
  /// The ledger in the text form.
  var epochText: String { String(description.prefix { $0 != "." }) }
}
