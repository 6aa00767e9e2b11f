import Ledger
import Streaming

/// One partner's stream at the hub while the post runs: its place, and what is under way.
struct HubFeed {
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

  let settings: HubSettings.Feed
  let post: String
  let path: String
  /// `nil` until it was read.
  var place: HubPlace?
  /// What is not acknowledged yet, in order.
  var underWay: [HubMessage] = []
  /// Events in that, with those that were acknowledged already.
  var events = 0
  /// The place once all of it is acknowledged.
  var next: HubPlace?
  /// Nothing is tried before.
  var restsUntil = ContinuousClock.now
  var pauses = Pauses()
  var source: (any FeedSource)?

  init(_ settings: HubSettings.Feed, post: String, folder: String) {
    self.settings = settings
    self.post = post
    path = "\(folder)/\(settings.word)"
  }

  /// Puts the events of `batch` under way: each by itself, or, when there are many because the hub was
  /// away, many in one message, as a hub that syncs before it acknowledges takes so many more.
  mutating func take(_ batch: FeedBatch, _ text: CloudEventText) {
    guard var next = place else { return }
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
      underWay.append(
        HubMessage(
          subject: subject(many ? Self.batchKind : kind(of: first.type)),
          id: id(
            many ? "\(first.sequence)-\(last.sequence)" : "\(first.sequence)",
            epoch: before.epoch),
          headers: headers(next, before: before, isBatch: many), payload: payload))
      next.lost = 0
      next.given = last.sequence
    }
    events += batch.events.count
    next.cursor.sequence = batch.through
    self.next = next
  }

  private func headers(
    _ place: HubPlace, before: EventCursor, isBatch: Bool
  ) -> [(name: String, value: String)] {
    var headers = [
      (
        "content-type",
        "application/cloudevents\(isBatch ? "-batch" : "")+json; charset=utf-8"
      ), (Header.after, "\(EventCursor(epoch: before.epoch, sequence: place.given))"),
      (Header.acknowledged, "\(before)"),
    ]
    if place.lost > 0 { headers.append((Header.lost, "\(place.lost)-\(before.sequence)")) }
    return headers
  }

  /// Puts proofs of the events after the last proven one, up to `through`, under way; of `last` is the
  /// last one.
  mutating func take(_ proofs: ProofBatch, json: [UInt8], last: UInt64, through: UInt64) {
    guard var next = self.next ?? place else { return }
    let epoch = next.cursor.epoch
    underWay.append(
      HubMessage(
        subject: subject("proof"), id: id("proof/\(through)", epoch: epoch),
        headers: [
          ("content-type", "application/json; charset=utf-8"),
          (Header.after, "\(EventCursor(epoch: epoch, sequence: last))"),
          (Header.proves, "\(EventCursor(epoch: epoch, sequence: next.proven + 1))-\(through)"),
        ], payload: json))
    next.proven = through
    next.signed = proofs.size
    self.next = next
  }

  /// Messages with proofs that are not acknowledged yet.
  var proofsUnderWay: Int { underWay.count { $0.subject.hasSuffix(Self.proofEnd) } }

  /// How the subjects of proofs end.
  private static let proofEnd = ".proof"

  private func subject(_ kind: String) -> String { "rel.\(settings.word).\(post).\(kind)" }

  private func id(_ what: String, epoch: UInt64) -> String {
    // One window of the hub serves all feeds: what one partner got is no repetition for another.
    "\(post)/\(EventCursor(epoch: epoch, sequence: 0).epochText)/\(what)/\(settings.word)"
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
