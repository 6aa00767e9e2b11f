import Ledger

/// A page of a post's feed, as `GET /v1/events` gives it.
struct PostPage: Sendable, Equatable {
  /// The events, in order.
  var events: [ReceivedEvent]
  /// The client's place after the page.
  var next: EventCursor
  /// Whether nothing more was there.
  var isCaughtUp: Bool

  /// Reads the body of the answer to what comes after `cursor`; `nil` for anything that is no such page.
  ///
  /// A page that leads nowhere is the last for now, whatever it says: posts before this version said of one that
  /// ends where an event is held back that there is more.
  init?(_ body: [UInt8], after cursor: EventCursor? = nil) {
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
    self.isCaughtUp =
      isCaughtUp.elementsEqual("true".utf8) || events.isEmpty && next == cursor
  }
}
