/// The fields of an event, each with its value as canonical JSON: what a record commits to one by
/// one, and what an agreement can release one by one.
///
/// Beside each property of the event stand coarser forms of some of them, computed here and nowhere
/// else, so that each partner who is entitled to one gets the same: a value that was rounded for a
/// partner could not be proven.
public struct EventFields: Sendable, Equatable {
  /// A field.
  public struct Field: Sendable, Equatable {
    /// Its name, as agreements write it.
    public var name: String
    /// Its value, canonical JSON.
    public var value: [UInt8]
  }

  /// The most fields that an event has.
  public static let countMax = 48

  /// `reported`, `corrected` or `retracted`; `nil` for an event that is no crossing.
  public let disposition: String?
  /// Longitude and latitude times 10^7, where the event has a place.
  public let place: (longitude: Int64, latitude: Int64)?
  /// The payload, and behind it the coarser values.
  private let text: [UInt8]
  /// Where the names and values stand in it, in the order of the names.
  private let places: [FieldTable.Field]

  /// The fields of an event of `kind` with the payload `feature`, as ``EventEncoder`` writes it;
  /// `nil` for other bytes.
  public init?(kind: EventKind, feature: [UInt8]) {
    var table = FieldTable(payloadMax: feature.count)
    guard unsafe table.fill(kind: kind, payload: feature.span.bytes) else { return nil }
    var places: [FieldTable.Field] = []
    places.reserveCapacity(table.count)
    for index in 0..<table.count { places.append(table[index]) }
    self.places = places
    text = table.text.copy(of: 0..<table.text.count)
    disposition = table.disposition.map {
      String(decoding: table.text.copy(of: $0), as: UTF8.self)
    }
    place = table.place
  }

  /// The fields in the order of their names.
  public var fields: [Field] {
    places.map {
      Field(
        name: String(decoding: text[$0.name], as: UTF8.self), value: Array(text[$0.value]))
    }
  }

  /// The value of the field `name`.
  public subscript(name: String) -> ArraySlice<UInt8>? {
    let count = name.utf8.count
    // Most names differ in their length.
    for place in places
    where place.name.count == count && text[place.name].elementsEqual(name.utf8) {
      return text[place.value]
    }
    return nil
  }

  /// Whether both have the same fields with the same values.
  public static func == (a: Self, b: Self) -> Bool {
    a.fields == b.fields && a.disposition == b.disposition
  }
}
