import Ledger

/// A page of a post's feed, as `GET /v1/events` gives it.
struct PostPage: Sendable, Equatable {
  /// The events, in order.
  var events: [ReceivedEvent]
  /// The client's place after the page.
  var next: EventCursor
  /// Whether nothing more was there.
  var isCaughtUp: Bool

  /// Reads the body of an answer; `nil` for anything that is no such page.
  init?(_ body: [UInt8]) {
    guard let page = CanonicalObject(body[...]),
      let items = page["events"].flatMap({ CanonicalObject.elements(of: $0) }),
      let next = page["next"].flatMap({ CanonicalObject.plainString($0) }).flatMap({
        EventCursor($0)
      }),
      let isCaughtUp = page["caught_up"]
    else { return nil }
    let events = items.compactMap { ReceivedEvent($0) }
    guard events.count == items.count else { return nil }
    self.events = events
    self.next = next
    self.isCaughtUp = isCaughtUp.elementsEqual("true".utf8)
  }
}
