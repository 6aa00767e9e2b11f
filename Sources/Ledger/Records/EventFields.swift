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

  /// What goes with every release and is no field.
  private static let fixed: Set = ["disposition", "event_id", "exercise", "post", "version"]

  /// The fields of an event of `kind` with the payload `feature`, as ``EventEncoder`` writes it;
  /// `nil` for other bytes.
  public init?(kind: EventKind, feature: [UInt8]) {
    guard let whole = CanonicalObject(feature[...]), let geometry = whole["geometry"],
      let inside = whole["properties"], let properties = CanonicalObject(inside)
    else { return nil }
    var fields = properties.members.filter { !Self.fixed.contains($0.name) }.map {
      Field(name: $0.name, value: Array($0.value))
    }
    fields.append(Field(name: "geometry", value: Array(geometry)))
    disposition = properties["disposition"].flatMap { CanonicalObject.plainString($0) }
    place = kind == .postStatus ? nil : Self.place(in: geometry)
    if let place { fields += CoarseValue.places(of: place) }
    fields += CoarseValue.fields(of: properties)
    fields.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    guard fields.count <= Self.countMax, Set(fields.map(\.name)).count == fields.count else {
      return nil
    }
    self.fields = fields
  }

  /// The value of the field `name`.
  public subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

  /// Whether both have the same fields with the same values.
  public static func == (a: Self, b: Self) -> Bool {
    a.fields == b.fields && a.disposition == b.disposition
  }

  private static func place(
    in geometry: ArraySlice<UInt8>
  ) -> (longitude: Int64, latitude: Int64)? {
    guard let point = CanonicalObject(geometry), let coordinates = point["coordinates"],
      let numbers = CanonicalObject.elements(of: coordinates), numbers.count >= 2,
      let longitude = CanonicalObject.scaled(numbers[0], places: 7),
      let latitude = CanonicalObject.scaled(numbers[1], places: 7),
      longitude.magnitude <= 1_800_000_000, latitude.magnitude <= 900_000_000
    else { return nil }
    return (longitude, latitude)
  }
}
