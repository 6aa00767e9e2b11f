import Ledger
public import SiteConfiguration

/// An event as one partner gets it: a GeoJSON Feature in canonical JSON with the released fields and
/// nothing else.
public struct Release: Sendable, Equatable {
  /// The Feature.
  public var feature: [UInt8]
  /// The event's time as far as it was released, RFC 3339; `nil` when it was not.
  public var time: String?

  /// `event` with `fields`; an empty list makes a recall.
  ///
  /// Beside the fields stand the event's id, version, post's name, exercise mark and disposition,
  /// which go with every release. The geometry is the most precise place among the fields.
  public init(of event: ShareableEvent, post: String, fields: [ReleaseField], isRecall: Bool) {
    let disposition = isRecall ? "recalled" : event.fields.disposition
    var members: [(name: String, value: Value)] = [
      ("event_id", .word("\(event.header.id)")),
      ("exercise", .plain(event.header.isExercise ? "true" : "false")),
      ("post", .word(post)), ("version", .plain("\(event.header.version)")),
    ]
    members.reserveCapacity(fields.count + 5)
    if let disposition { members.append(("disposition", .word(disposition))) }
    for field in fields {
      guard let value = event.fields[field.rawValue] else { continue }
      members.append((field.rawValue, .text(value)))
    }
    members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let places: [ReleaseField] = [.place, .place1km, .place10km]
    let place = places.first(where: fields.contains).flatMap { event.fields[$0.rawValue] }
    var text: [UInt8] = []
    text.reserveCapacity(1_024)
    text.append(contentsOf: #"{"geometry":"#.utf8)
    if let place {
      text.append(contentsOf: #"{"coordinates":"#.utf8)
      text.append(contentsOf: place)
      text.append(contentsOf: #","type":"Point"}"#.utf8)
    } else {
      text.append(contentsOf: "null".utf8)
    }
    text.append(contentsOf: #","properties":{"#.utf8)
    for (index, member) in members.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      CanonicalString.append(member.name, to: &text)
      text.append(UInt8(ascii: ":"))
      switch member.value {
      case .word(let word): CanonicalString.append(word, to: &text)
      case .plain(let plain): text.append(contentsOf: plain.utf8)
      case .text(let value): text.append(contentsOf: value)
      }
    }
    text.append(contentsOf: #"},"type":"Feature"}"#.utf8)
    feature = text
    let times: [ReleaseField] = [.time, .timeMinute, .timeHour]
    time = times.first(where: fields.contains).flatMap { event.word($0.rawValue) }
  }

  /// What a member says.
  private enum Value {
    /// A string.
    case word(String)
    /// A number or truth value.
    case plain(String)
    /// JSON as the event has it.
    case text(ArraySlice<UInt8>)
  }
}
