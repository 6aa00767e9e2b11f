import Geodesy
import Model

/// A place as exports tell it: WGS84.
struct ExportPlace: Sendable, Equatable {
  /// Degrees, -180 ..< 180.
  var longitudeDegrees: Double
  /// Degrees.
  var latitudeDegrees: Double
  /// Metres above the WGS84 ellipsoid; `nil` on the ground.
  var heightMetres: Double?

  /// A place in degrees.
  init(longitudeDegrees: Double, latitudeDegrees: Double, heightMetres: Double? = nil) {
    self.longitudeDegrees = longitudeDegrees
    self.latitudeDegrees = latitudeDegrees
    self.heightMetres = heightMetres
  }

  /// The place of a point, metres east, north and above the origin; nothing when it is not finite.
  init?(_ point: SIMD2<Double>, above height: Double? = nil, in frame: LocalFrame) {
    guard point.x.isFinite, point.y.isFinite else { return nil }
    let place = frame.geographic(point)
    longitudeDegrees = place.longitudeDegrees
    latitudeDegrees = place.latitudeDegrees
    heightMetres = height.flatMap { $0.isFinite ? frame.heightMetres + $0 : nil }
  }

  /// Longitude and latitude with seven decimals (about a centimetre), as events have them.
  var longitude: String { longitudeDegrees.text(decimals: 7) }
  /// Latitude with seven decimals.
  var latitude: String { latitudeDegrees.text(decimals: 7) }
}

extension Double {
  /// Always the same digits for the same value; empty when it is not a number or beyond 10^9.
  func text(decimals: Int) -> String {
    guard magnitude <= 1e9 else { return "" }
    var buffer = ByteBuffer()
    buffer.appendJSON(self, decimals: decimals)
    return String(decoding: buffer.withBytes { $0.array }, as: UTF8.self)
  }

  /// Degrees clockwise from north of an angle in radians counter-clockwise from east, 0 ..< 360.
  var compassDegrees: Double {
    let degrees = 90 - self * 180 / .pi
    return degrees - 360 * (degrees / 360).rounded(.down)
  }
}
