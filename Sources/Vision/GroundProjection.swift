import Geodesy
public import Model

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// From pixels to places on the ground and back, by the camera's pose: a pinhole camera above a
/// plane.
///
/// Frame: the post's local metric frame, x east, y north, z up; the ground is the plane z = 0, the
/// camera's `place.z` its height above it. Axes of the camera, with azimuth a, elevation e, roll r:
///
///     forward = (cos e cos a, cos e sin a, sin e)
///     right   = (sin a, -cos a, 0) cos r - up0 sin r       (r > 0 turns the right side down)
///     up      = up0 cos r + (sin a, -cos a, 0) sin r       up0 = (-sin e cos a, -sin e sin a, cos e)
///
/// and a pixel (u, v) looks along f·forward + (u - w/2)·right - (v - h/2)·up with the focal length
/// f = (w/2) / tan(hfov/2). Lens distortion is not modelled: it belongs into `elevationSigma`.
public struct GroundProjection: BitwiseCopyable, Sendable {
  /// Where the camera is: metres east, north, above the ground.
  public let place: SIMD3<Double>
  /// Focal length in pixels.
  public let focalLength: Double
  /// Farthest distance along the ground that is believed, metres.
  public let rangeMetres: Double
  private let centre: SIMD2<Double>
  private let forward: SIMD3<Double>
  private let right: SIMD3<Double>
  private let up: SIMD3<Double>
  private let azimuthSigma: Double
  private let elevationSigma: Double
  private let isGroundCalibrated: Bool

  /// Standard deviation of where somebody stands about the lowest point of the outline, metres:
  /// half a step.
  public static let footSigmaMetres = 0.3

  /// What a pixel looks at.
  public struct Sighting: BitwiseCopyable, Sendable {
    /// Direction over ground, radians counter-clockwise from east, -pi ... pi.
    public var azimuth: Double
    /// Angle above the horizon, radians.
    public var elevation: Double
    /// Standard deviation of `azimuth`, radians.
    public var azimuthSigma: Double
    /// Distance along the ground, metres; infinite at and above the horizon.
    public var range: Double
    /// Place on the ground, metres east and north; only with `hasPosition`.
    public var position: SIMD2<Double>
    /// Covariance of `position`, square metres: xx, xy, yy.
    public var covariance: SIMD3<Double>
    /// Whether `position` holds: the camera is calibrated, and the pixel is below the horizon.
    public var hasPosition: Bool
    /// Whether `range` is known and larger than is believed.
    public var isBeyondRange: Bool
  }

  /// The projection of `camera`, which stands at `place`.
  public init(camera: CameraDetail, place: SIMD3<Double>) {
    self.place = place
    let size = SIMD2(Double(camera.width), Double(camera.height))
    centre = size / 2
    focalLength = centre.x / tan(camera.horizontalFieldOfView / 2)
    rangeMetres = camera.rangeMetres
    azimuthSigma = camera.azimuthSigma
    elevationSigma = camera.elevationSigma
    isGroundCalibrated = camera.isGroundCalibrated && place.z > 0
    let (sineA, cosineA) = (sin(camera.azimuth), cos(camera.azimuth))
    let (sineE, cosineE) = (sin(camera.elevation), cos(camera.elevation))
    let level = SIMD3(sineA, -cosineA, 0)
    let upright = SIMD3(-sineE * cosineA, -sineE * sineA, cosineE)
    forward = SIMD3(cosineE * cosineA, cosineE * sineA, sineE)
    right = level * cos(camera.roll) - upright * sin(camera.roll)
    up = upright * cos(camera.roll) + level * sin(camera.roll)
  }

  /// What the pixel looks at, its foot on the ground.
  ///
  /// To first order, with height h and range r: the error along the line of sight is
  /// (h² + r²) / h · elevationSigma, across it r · azimuthSigma. `isCut` says that the foot is out of
  /// the picture and nearer than the pixel: the error along the line of sight is then taken as a
  /// third of the range.
  public func sighting(of pixel: SIMD2<Double>, isCut: Bool = false) -> Sighting {
    let offset = pixel - centre
    let ray = forward * focalLength + right * offset.x - up * offset.y
    let across = (ray.x * ray.x + ray.y * ray.y).squareRoot()
    var sighting = Sighting(
      azimuth: atan2(ray.y, ray.x), elevation: atan2(ray.z, across), azimuthSigma: azimuthSigma,
      range: .infinity, position: .zero, covariance: .zero, hasPosition: false,
      isBeyondRange: false)
    // A milliradian below the horizon is 6 km from a 6 m mast: nothing can be placed beyond.
    guard isGroundCalibrated, sighting.elevation < -0.001 else { return sighting }
    let reach = place.z / -ray.z
    let range = across * reach
    sighting.range = range
    sighting.isBeyondRange = range > rangeMetres
    sighting.position = SIMD2(place.x + ray.x * reach, place.y + ray.y * reach)
    sighting.hasPosition = true
    let foot = Self.footSigmaMetres
    let along = (place.z * place.z + range * range) / place.z * elevationSigma
    let cut = isCut ? range / 3 : 0
    let side = range * azimuthSigma
    let covariance = Covariance2(
      xx: along * along + cut * cut + foot * foot, xy: 0, yy: side * side + foot * foot)
    sighting.covariance =
      covariance.rotated(cosine: cos(sighting.azimuth), sine: sin(sighting.azimuth)).packed
    return sighting
  }

  /// Where in the picture a point `heightAboveGround` metres above `ground` appears, in pixels, also
  /// outside of the picture; `nil` behind the camera.
  public func pixel(of ground: SIMD2<Double>, heightAboveGround: Double = 0) -> SIMD2<Double>? {
    let apart = SIMD3(ground.x, ground.y, heightAboveGround) - place
    let depth = (apart * forward).sum()
    guard depth > 1e-6 else { return nil }
    let scale = focalLength / depth
    return centre + SIMD2((apart * right).sum(), -(apart * up).sum()) * scale
  }

  /// Width of `pixels` side by side, as an angle in radians, about the middle of the picture.
  public func angularWidth(ofPixels pixels: Double) -> Double { pixels / focalLength }

  /// Metres that one pixel covers across the line of sight at distance `range` along the ground.
  public func metresPerPixel(atRange range: Double) -> Double {
    (range * range + place.z * place.z).squareRoot() / focalLength
  }
}
