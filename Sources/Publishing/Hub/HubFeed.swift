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

  let settings: HubSettings.Feed
  let post: String
  let path: String
  /// `nil` until it was read.
  var place: HubPlace?
  /// What is not acknowledged yet, in order.
  var underWay: [HubMessage] = []
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

  /// Puts the events of `batch` under way.
  mutating func take(_ batch: FeedBatch, _ text: CloudEventText) {
    guard var next = place else { return }
    let before = next.cursor
    for labelled in batch.events {
      let event = labelled.event
      var headers = [
        ("content-type", "application/cloudevents+json; charset=utf-8"),
        (Header.after, "\(EventCursor(epoch: before.epoch, sequence: next.given))"),
        (Header.acknowledged, "\(before)"),
      ]
      if next.lost > 0 { headers.append((Header.lost, "\(next.lost)-\(before.sequence)")) }
      next.lost = 0
      var payload: [UInt8] = []
      text.append(labelled, to: &payload)
      underWay.append(
        HubMessage(
          subject: subject(kind(of: event.type)),
          id: id("\(event.sequence)", epoch: before.epoch), headers: headers, payload: payload))
      next.given = event.sequence
    }
    next.cursor.sequence = batch.through
    self.next = next
  }

  /// Puts proofs of the events after the last proven one, up to `through`, under way; of `last` is the
  /// last one.
  mutating func take(_ proofs: ProofBatch, json: [UInt8], last: UInt64, through: UInt64) {
    guard var next = place else { return }
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
