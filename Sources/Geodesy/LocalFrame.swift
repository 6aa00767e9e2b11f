import Glibc

/// The post's local metric frame: x east, y north, metres from an origin on the WGS84 ellipsoid.
///
/// Latitude and longitude differences are scaled by the meridian and the prime-vertical radius of
/// curvature at the origin, plus its height: a plane to first order. Within 1 km of the origin and
/// below 70° of latitude the place differs from the exact tangent plane by less than 0.4 m, and the
/// way there and back is exact to rounding.
/// Source of the radii: NGA.STND.0036 (WGS84), section 4; Torge, "Geodesy", 4.1.
/// Cost: a few multiplications a point.
public struct LocalFrame: BitwiseCopyable, Sendable, Equatable {
  /// Semi-major axis of the WGS84 ellipsoid, metres (defining constant).
  public static let semiMajorAxisMetres = 6_378_137.0
  /// Flattening of the WGS84 ellipsoid (defining constant).
  public static let flattening = 1 / 298.257_223_563

  /// WGS84 latitude of the origin, degrees.
  public let latitudeDegrees: Double
  /// WGS84 longitude of the origin, degrees.
  public let longitudeDegrees: Double
  /// Height of the origin above the ellipsoid, metres.
  public let heightMetres: Double
  /// Metres north for one degree of latitude.
  public let metresPerDegreeNorth: Double
  /// Metres east for one degree of longitude.
  public let metresPerDegreeEast: Double

  /// A frame tied to the Earth at a place.
  ///
  /// - Precondition: latitude within -85 ... 85, where degrees of longitude still have length.
  public init(latitudeDegrees: Double, longitudeDegrees: Double, heightMetres: Double) {
    precondition(
      abs(latitudeDegrees) <= 85, "the local frame needs an origin within 85 degrees of latitude")
    let eccentricitySquared = Self.flattening * (2 - Self.flattening)
    let radiansPerDegree = Double.pi / 180
    let latitude = latitudeDegrees * radiansPerDegree
    // w² = 1 - e² sin²φ;  M = a (1 - e²) / w³ (meridian);  N = a / w (prime vertical).
    let squared = 1 - eccentricitySquared * sin(latitude) * sin(latitude)
    let root = squared.squareRoot()
    let meridian = Self.semiMajorAxisMetres * (1 - eccentricitySquared) / (squared * root)
    let primeVertical = Self.semiMajorAxisMetres / root
    self.latitudeDegrees = latitudeDegrees
    self.longitudeDegrees = longitudeDegrees
    self.heightMetres = heightMetres
    self.metresPerDegreeNorth = (meridian + heightMetres) * radiansPerDegree
    self.metresPerDegreeEast = (primeVertical + heightMetres) * cos(latitude) * radiansPerDegree
  }

  /// Metres east and north of a WGS84 place; not finite when the place is not.
  ///
  /// The shorter way round the Earth is taken, so an origin near the antimeridian is no exception.
  public func local(latitudeDegrees: Double, longitudeDegrees: Double) -> SIMD2<Double> {
    SIMD2(
      Self.wrapped(longitudeDegrees - self.longitudeDegrees) * metresPerDegreeEast,
      (latitudeDegrees - self.latitudeDegrees) * metresPerDegreeNorth)
  }

  /// The WGS84 place of a point, metres east and north; longitude within -180 ..< 180 degrees.
  public func geographic(
    _ eastNorth: SIMD2<Double>
  ) -> (latitudeDegrees: Double, longitudeDegrees: Double) {
    (
      latitudeDegrees + eastNorth.y / metresPerDegreeNorth,
      Self.wrapped(longitudeDegrees + eastNorth.x / metresPerDegreeEast)
    )
  }

  /// The same angle within -180 ..< 180 degrees.
  private static func wrapped(_ degrees: Double) -> Double {
    guard degrees < -180 || degrees >= 180 else { return degrees }
    let turned = degrees - 360 * ((degrees + 180) / 360).rounded(.down)
    return turned >= 180 ? turned - 360 : turned
  }
}
