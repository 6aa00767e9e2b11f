import Geodesy
public import Model

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// From pixels to places on the ground and back, by the camera's pose and lens (`CameraModel`); the
/// ground is the plane z = 0, the camera's `place.z` its height above it.
public struct GroundProjection: BitwiseCopyable, Sendable {
  /// Where the camera shows what.
  public let model: CameraModel
  /// Farthest distance along the ground that is believed, metres.
  public let rangeMetres: Double
  private let azimuthSigma: Double
  private let elevationSigma: Double
  private let isGroundCalibrated: Bool
  private let poseCovariance: PoseCovariance?

  /// Where the camera is: metres east, north, above the ground.
  public var place: SIMD3<Double> { model.place }
  /// Focal length in pixels.
  public var focalLength: Double { model.focalLength }

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
    /// The part of `covariance` that is the same error in every picture: what is not known about the
    /// pose, square metres; zero where nobody measured it.
    public var poseCovariance: SIMD3<Double>
    /// Whether `position` holds: the camera is calibrated, and the pixel is below the horizon.
    public var hasPosition: Bool
    /// Whether `range` is known and larger than is believed.
    public var isBeyondRange: Bool
  }

  /// The projection of `camera`, which stands at `place`.
  public init(camera: CameraDetail, place: SIMD3<Double>) {
    model = CameraModel(camera: camera, place: place)
    rangeMetres = camera.rangeMetres
    azimuthSigma = camera.azimuthSigma
    elevationSigma = camera.elevationSigma
    isGroundCalibrated = camera.isGroundCalibrated && place.z > 0
    poseCovariance = camera.poseCovariance
  }

  /// What the pixel looks at, its foot on the ground.
  ///
  /// To first order, with height h and range r: the error along the line of sight is
  /// (h² + r²) / h · elevationSigma, across it r · azimuthSigma. `isCut` says that the foot is out of
  /// the picture and nearer than the pixel: the error along the line of sight is then taken as a
  /// third of the range. What is not known about the pose is added where a calibration tells it; it
  /// does not change from picture to picture, and `poseCovariance` has it alone.
  public func sighting(of pixel: SIMD2<Double>, isCut: Bool = false) -> Sighting {
    // A pixel that the lens does not show looks along the axis's horizon: nothing is placed there.
    guard let ray = model.ray(of: pixel) else {
      return Sighting(
        azimuth: atan2(model.forward.y, model.forward.x), elevation: .pi / 2, azimuthSigma: .pi,
        range: .infinity, position: .zero, covariance: .zero, poseCovariance: .zero,
        hasPosition: false, isBeyondRange: false)
    }
    let across = (ray.x * ray.x + ray.y * ray.y).squareRoot()
    var sighting = Sighting(
      azimuth: atan2(ray.y, ray.x), elevation: atan2(ray.z, across), azimuthSigma: azimuthSigma,
      range: .infinity, position: .zero, covariance: .zero, poseCovariance: .zero,
      hasPosition: false, isBeyondRange: false)
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
    if let poseCovariance,
      let shared = model.groundCovariance(at: sighting.position, from: poseCovariance)
    {
      sighting.poseCovariance = shared
      sighting.covariance += shared
    }
    return sighting
  }

  /// Where in the picture a point `heightAboveGround` metres above `ground` appears, in pixels, also
  /// outside of the picture; `nil` behind the camera.
  public func pixel(of ground: SIMD2<Double>, heightAboveGround: Double = 0) -> SIMD2<Double>? {
    model.pixel(of: SIMD3(ground.x, ground.y, heightAboveGround))
  }

  /// Width of `pixels` side by side, as an angle in radians, about the middle of the picture.
  public func angularWidth(ofPixels pixels: Double) -> Double { pixels / focalLength }

  /// Metres that one pixel covers across the line of sight at distance `range` along the ground.
  public func metresPerPixel(atRange range: Double) -> Double {
    (range * range + place.z * place.z).squareRoot() / focalLength
  }
}
