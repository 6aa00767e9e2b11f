/// Coarser forms of an event's values. All arithmetic is on whole numbers, so that anybody can
/// compute the same.
enum CoarseValue {
  /// The centre of the cell that holds `place`.
  ///
  /// Rows are `rowDegrees7` · 10^-7 degrees of latitude high: 0.01° is 1,105.7 m at least. Cells of a
  /// row are as wide in degrees, times 2, 4, 8, 16 or the whole circle, so that they are at least as
  /// wide in metres as the row's name says at the row's edge on the side of the pole: a degree of
  /// longitude is 111,320 m · cos φ at least. Each bound below is where the next factor is needed,
  /// rounded to the equator's side.
  static func centre(
    of place: (longitude: Int64, latitude: Int64), rowDegrees7 row: Int64
  ) -> (longitude: Int64, latitude: Int64) {
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
    guard let factor else { return (0, latitude) }
    let width = row * factor
    // 180° is the same meridian as -180°.
    let longitude = place.longitude == 1_800_000_000 ? -1_800_000_000 : place.longitude
    return (floor(longitude, width) + width / 2, latitude)
  }

  /// The point of the compass nearest to a heading in degrees times 10^4, 0 ..< 360.
  static func sector(_ heading: Int64) -> StaticString {
    let turned = (heading % 3_600_000 + 3_600_000) % 3_600_000
    return switch Int((turned + 225_000) / 450_000) % 8 {
    case 0: "N"
    case 1: "NE"
    case 2: "E"
    case 3: "SE"
    case 4: "S"
    case 5: "SW"
    case 6: "W"
    default: "NW"
    }
  }

  /// `low`, `medium` or `high`: a confidence times 10^4, bounds 0.5 and 0.8.
  static func confidence(_ value: Int64) -> StaticString {
    value < 5_000 ? "low" : value < 8_000 ? "medium" : "high"
  }

  /// `slow`, `medium` or `fast`: a speed in m/s times 10^4, bounds 2 and 10.
  static func speed(_ value: Int64) -> StaticString {
    value < 20_000 ? "slow" : value < 100_000 ? "medium" : "fast"
  }

  /// `value` rounded down to a multiple of `step`.
  private static func floor(_ value: Int64, _ step: Int64) -> Int64 {
    let rest = value % step
    return value - (rest < 0 ? rest + step : rest)
  }
}
