import Ledger

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
  let body: [UInt8]
  /// Where in it stands what it says.
  let places: Places

  /// What of an envelope a check compares byte by byte, as places in it.
  struct Places: Sendable {
    /// Members of the envelope.
    var envelope: CanonicalPlaces
    /// The Feature.
    var data: Range<Int>
    /// The Feature's properties.
    var properties: CanonicalPlaces
    /// The Feature's geometry.
    var geometry: Range<Int>?
  }

  /// Reads an envelope; `nil` for anything that is none.
  init?(_ text: ArraySlice<UInt8>) {
    let body = Array(text)
    guard let envelope = CanonicalPlaces(body[...]),
      let data = envelope.value(of: "data", in: body),
      let feature = CanonicalPlaces(body[data]),
      let properties = feature.value(of: "properties", in: body).flatMap({
        CanonicalPlaces(body[$0])
      })
    else { return nil }
    func word(_ name: StaticString) -> String? {
      envelope.value(of: name, in: body).flatMap { CanonicalString.text(of: body[$0]) }
    }
    guard let sequence = word("sequence").flatMap({ UInt64($0) }), sequence > 0,
      let id = word("id"), id.utf8.count(where: { $0 == 0x2F }) == 1, id.utf8.first != 0x2F,
      id.utf8.last != 0x2F, let source = word("source"), let type = word("type"),
      let exercise = envelope.value(of: "exercise", in: body)
    else { return nil }
    self.sequence = sequence
    self.id = id
    self.source = source
    self.type = type
    time = word("time")
    isExercise = body[exercise].elementsEqual("true".utf8)
    retentionDays = envelope.value(of: "retentiondays", in: body).flatMap {
      Int(String(decoding: body[$0], as: UTF8.self))
    }
    disposition = properties.value(of: "disposition", in: body).flatMap {
      CanonicalString.text(of: body[$0])
    }
    self.body = body
    places = Places(
      envelope: envelope, data: data, properties: properties,
      geometry: feature.value(of: "geometry", in: body))
  }

  /// The event without its version.
  var eventID: String { String(id.utf8.prefix { $0 != 0x2F })! }

  /// Whether it takes back what was given before.
  var isRecall: Bool { disposition == "recalled" }

  /// The Feature.
  var data: ArraySlice<UInt8> { body[places.data] }

  /// The members of the Feature's properties.
  var properties: CanonicalObject? {
    CanonicalObject(data)?["properties"].flatMap { CanonicalObject($0) }
  }

  /// The Feature's geometry.
  var geometry: ArraySlice<UInt8>? { places.geometry.map { body[$0] } }

  static func == (one: Self, other: Self) -> Bool { one.body == other.body }
}
