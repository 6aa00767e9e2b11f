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

  /// The fields in the order of their names.
  public let fields: [Field]
  /// `reported`, `corrected` or `retracted`; `nil` for an event that is no crossing.
  public let disposition: String?
  /// Longitude and latitude times 10^7, where the event has a place.
  public let place: (longitude: Int64, latitude: Int64)?

  /// The fields of an event of `kind` with the payload `feature`, as ``EventEncoder`` writes it;
  /// `nil` for other bytes.
  public init?(kind: EventKind, feature: [UInt8]) {
    var table = FieldTable(payloadMax: feature.count)
    guard unsafe table.fill(kind: kind, payload: feature.span.bytes) else { return nil }
    var fields: [Field] = []
    fields.reserveCapacity(table.count)
    for index in 0..<table.count {
      let field = table[index]
      fields.append(
        Field(
          name: String(decoding: table.text.copy(of: field.name), as: UTF8.self),
          value: table.text.copy(of: field.value)))
    }
    self.fields = fields
    disposition = table.disposition.map {
      String(decoding: table.text.copy(of: $0), as: UTF8.self)
    }
    place = table.place
  }

  /// The value of the field `name`.
  public subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

  /// Whether both have the same fields with the same values.
  public static func == (a: Self, b: Self) -> Bool {
    a.fields == b.fields && a.disposition == b.disposition
  }
}
