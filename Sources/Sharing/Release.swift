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
    var members: [(name: String, value: [UInt8])] = [
      ("event_id", Self.quoted("\(event.header.id)")),
      ("exercise", Array((event.header.isExercise ? "true" : "false").utf8)),
      ("post", Self.quoted(post)), ("version", Array("\(event.header.version)".utf8)),
    ]
    let disposition = isRecall ? "recalled" : event.fields.disposition
    if let disposition { members.append(("disposition", Self.quoted(disposition))) }
    for field in fields {
      guard let value = event.fields[field.rawValue] else { continue }
      members.append((field.rawValue, value))
    }
    members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let places: [ReleaseField] = [.place, .place1km, .place10km]
    let place = places.first(where: fields.contains).flatMap { event.fields[$0.rawValue] }
    var text = Array(#"{"geometry":"#.utf8)
    if let place {
      text += Array(#"{"coordinates":"#.utf8) + place + Array(#","type":"Point"}"#.utf8)
    } else {
      text += Array("null".utf8)
    }
    text += Array(#","properties":{"#.utf8)
    for (index, member) in members.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text += Self.quoted(member.name) + [UInt8(ascii: ":")] + member.value
    }
    feature = text + Array(#"},"type":"Feature"}"#.utf8)
    let times: [ReleaseField] = [.time, .timeMinute, .timeHour]
    time = times.first(where: fields.contains).flatMap { event.word($0.rawValue) }
  }

  private static func quoted(_ text: String) -> [UInt8] { CanonicalString.quoted(text) }
}
