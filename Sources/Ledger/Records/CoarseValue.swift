/// Coarser forms of an event's values. All arithmetic is on whole numbers, so that anybody can
/// compute the same.
enum CoarseValue {
  /// `lat_lon` and its cells of at least 1 km and 10 km.
  ///
  /// - Parameter place: degrees times 10^7.
  static func places(
    of place: (longitude: Int64, latitude: Int64)
  ) -> [EventFields.Field] {
    [
      EventFields.Field(name: "lat_lon", value: pair(place.longitude, place.latitude)),
      EventFields.Field(name: "lat_lon_1km", value: centre(of: place, rowDegrees7: 100_000)),
      EventFields.Field(name: "lat_lon_10km", value: centre(of: place, rowDegrees7: 1_000_000)),
    ]
  }

  /// The centre of the cell that holds `place`.
  ///
  /// Rows are `rowDegrees7` · 10^-7 degrees of latitude high: 0.01° is 1,105.7 m at least. Cells of a
  /// row are as wide in degrees, times 2, 4, 8, 16 or the whole circle, so that they are at least as
  /// wide in metres as the row's name says at the row's edge on the side of the pole: a degree of
  /// longitude is 111,320 m · cos φ at least. Each bound below is where the next factor is needed,
  /// rounded to the equator's side.
  static func centre(
    of place: (longitude: Int64, latitude: Int64), rowDegrees7 row: Int64
  ) -> [UInt8] {
    // The poles belong to the last row below them.
    let down = min(floor(place.latitude, row), 900_000_000 - row)
    let latitude = down + row / 2
    let edge = max(down.magnitude, (down + row).magnitude)
    let factor: Int64? =
      switch edge {
      case ...258_000_000: 1
      case ...632_000_000: 2
      case ...769_000_000: 4
      case ...835_000_000: 8
      case ...867_000_000: 16
      default: nil
      }
    guard let factor else { return pair(0, latitude) }
    let width = row * factor
    // 180° is the same meridian as -180°.
    let longitude = place.longitude == 1_800_000_000 ? -1_800_000_000 : place.longitude
    return pair(floor(longitude, width) + width / 2, latitude)
  }

  /// Coarser forms of `properties`: times, bands, sectors, kinds of sensor.
  static func fields(of properties: CanonicalObject) -> [EventFields.Field] {
    var fields: [EventFields.Field] = []
    func add(_ name: String, _ word: String?) {
      guard let word else { return }
      fields.append(EventFields.Field(name: name, value: Array("\"\(word)\"".utf8)))
    }
    if let time = properties["time"].flatMap({ CanonicalObject.plainString($0) }),
      time.utf8.count == 27
    {
      add("time_hour", String(time.prefix(13)) + ":00:00Z")
      add("time_min", String(time.prefix(16)) + ":00Z")
    }
    func number(_ name: String) -> Int64? {
      properties[name].flatMap { CanonicalObject.scaled($0, places: 4) }
    }
    let confidence = number("confidence")
    add("confidence_band", confidence.map { band($0, ["low", "medium", "high"], 5_000, 8_000) })
    let speed = number("speed_mps")
    add("speed_band", speed.map { band($0, ["slow", "medium", "fast"], 20_000, 100_000) })
    add("heading_sector", number("heading_deg").map(sector))
    if let sensors = properties["sensors"].flatMap({ CanonicalObject.elements(of: $0) }) {
      let kinds = sensors.compactMap { CanonicalObject($0)?["kind"] }.map { Array($0) }
      let sorted = Set(kinds).sorted { $0.lexicographicallyPrecedes($1) }
      let inside = Array(sorted.joined(separator: [UInt8(ascii: ",")]))
      fields.append(
        EventFields.Field(
          name: "sensor_kinds", value: [UInt8(ascii: "[")] + inside + [UInt8(ascii: "]")]))
    }
    return fields
  }

  /// The point of the compass nearest to a heading in degrees times 10^4, 0 ..< 360.
  private static func sector(_ heading: Int64) -> String {
    let points = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]
    let turned = (heading % 3_600_000 + 3_600_000) % 3_600_000
    return points[Int((turned + 225_000) / 450_000) % 8]
  }

  private static func band(_ value: Int64, _ names: [String], _ low: Int64, _ high: Int64) -> String
  {
    value < low ? names[0] : value < high ? names[1] : names[2]
  }

  /// `value` rounded down to a multiple of `step`.
  private static func floor(_ value: Int64, _ step: Int64) -> Int64 {
    let rest = value % step
    return value - (rest < 0 ? rest + step : rest)
  }

  private static func pair(_ longitude: Int64, _ latitude: Int64) -> [UInt8] {
    var text = CanonicalText(capacity: 64)
    text.byte(UInt8(ascii: "["))
    text.decimal(longitude, places: 7)
    text.byte(UInt8(ascii: ","))
    text.decimal(latitude, places: 7)
    text.byte(UInt8(ascii: "]"))
    return text.withBytes { [UInt8](copying: $0) }
  }
}
