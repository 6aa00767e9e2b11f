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

/// An event as a post sent it: a CloudEvent whose bytes are kept as they came.
struct ReceivedEvent: Sendable, Equatable {
  /// Place in the post's ledger.
  var sequence: UInt64
  /// CloudEvents `id`: `<event id>/<version>`.
  var id: String
  /// CloudEvents `source`: `/posts/<post>`.
  var source: String
  /// CloudEvents `type`.
  var type: String
  /// CloudEvents `time`, as far as it was released.
  var time: String?
  /// Whether it belongs to an exercise.
  var isExercise: Bool
  /// Days after which it is to be erased; `nil` where no agreement says.
  var retentionDays: Int?
  /// What became of the event, e.g. `reported`, `retracted`, `recalled`.
  var disposition: String?
  /// The whole envelope.
  var body: [UInt8]
  /// The Feature in it.
  var data: CanonicalObject

  /// Reads an envelope; `nil` for anything that is none.
  init?(_ text: ArraySlice<UInt8>) {
    guard let envelope = CanonicalObject(text) else { return nil }
    func word(_ name: String) -> String? {
      envelope[name].flatMap { CanonicalString.text(of: $0) }
    }
    guard let sequence = word("sequence").flatMap({ UInt64($0) }), sequence > 0,
      let id = word("id"), id.split(separator: "/").count == 2, let source = word("source"),
      let type = word("type"), let exercise = envelope["exercise"],
      let data = envelope["data"].flatMap({ CanonicalObject($0) }),
      let properties = data["properties"].flatMap({ CanonicalObject($0) })
    else { return nil }
    self.sequence = sequence
    self.id = id
    self.source = source
    self.type = type
    time = word("time")
    isExercise = exercise.elementsEqual("true".utf8)
    retentionDays = envelope["retentiondays"].flatMap {
      Int(String(decoding: $0, as: UTF8.self))
    }
    disposition = properties["disposition"].flatMap { CanonicalString.text(of: $0) }
    body = Array(text)
    self.data = data
  }

  /// The event without its version.
  var eventID: String { String(id.prefix { $0 != "/" }) }

  /// Whether it takes back what was given before.
  var isRecall: Bool { disposition == "recalled" }

  static func == (one: Self, other: Self) -> Bool { one.body == other.body }
}
