public import Model

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a camera shows a point, which way a pixel looks, and how both change with the pose.
///
/// Frame: the post's local metric frame, x east, y north, z up. Axes of the camera, with azimuth a,
/// elevation e, roll r:
///
///     forward = (cos e cos a, cos e sin a, sin e)
///     level   = (sin a, -cos a, 0)
///     upright = (-sin e cos a, -sin e sin a, cos e)
///     right   = level cos r - upright sin r       (r > 0 turns the right side down)
///     up      = upright cos r + level sin r
///
/// A point d·(forward + x·right - y·up) away from the camera appears at c + f·g·(x, y), with the middle
/// of the picture c, g = 1 + k1 s + k2 s², s = x² + y² (`Lens`), and the focal length f, at which the
/// borders look at half the field of view.
public struct CameraModel: BitwiseCopyable, Sendable {
  /// Where the camera is: metres east, north, up.
  public let place: SIMD3<Double>
  /// Focal length in pixels in the middle of the picture.
  public let focalLength: Double
  /// How the lens bends the picture.
  public let lens: Lens
  /// The middle of the picture, pixels.
  public let centre: SIMD2<Double>
  /// The optical axis, a unit vector.
  public let forward: SIMD3<Double>
  /// The picture's right, a unit vector.
  public let right: SIMD3<Double>
  /// The picture's upper side, a unit vector.
  public let up: SIMD3<Double>

  private let upright: SIMD3<Double>
  private let sineRoll: Double
  private let cosineRoll: Double
  private let halfTangent: Double
  private let tangentMaxSquared: Double

  /// Nearer than this along the axis nothing is shown, metres.
  public static let depthMin = 1e-6

  /// A camera of `width` by `height` pixels at `place`, angles in radians.
  public init(
    place: SIMD3<Double>, azimuth: Double, elevation: Double, roll: Double,
    horizontalFieldOfView: Double, lens: Lens, width: Int, height: Int
  ) {
    self.place = place
    self.lens = lens
    centre = SIMD2(Double(width), Double(height)) / 2
    halfTangent = tan(horizontalFieldOfView / 2)
    focalLength = lens.focalLength(width: width, halfTangent: halfTangent)
    let tangentMax = lens.tangentMax
    tangentMaxSquared = tangentMax * tangentMax
    let (sineA, cosineA) = (sin(azimuth), cos(azimuth))
    let (sineE, cosineE) = (sin(elevation), cos(elevation))
    (sineRoll, cosineRoll) = (sin(roll), cos(roll))
    let level = SIMD3(sineA, -cosineA, 0)
    upright = SIMD3(-sineE * cosineA, -sineE * sineA, cosineE)
    forward = SIMD3(cosineE * cosineA, cosineE * sineA, sineE)
    right = level * cosineRoll - upright * sineRoll
    up = upright * cosineRoll + level * sineRoll
  }

  /// The camera of the site that stands at `place`.
  public init(camera: CameraDetail, place: SIMD3<Double>) {
    self.init(
      place: place, azimuth: camera.azimuth, elevation: camera.elevation, roll: camera.roll,
      horizontalFieldOfView: camera.horizontalFieldOfView, lens: camera.lens, width: camera.width,
      height: camera.height)
  }

  /// The way `pixel` looks, of length 1 along the optical axis; `nil` where the lens shows nothing.
  public func ray(of pixel: SIMD2<Double>) -> SIMD3<Double>? {
    guard let tangents = lens.straightened((pixel - centre) / focalLength) else { return nil }
    return forward + right * tangents.x - up * tangents.y
  }

  /// Where `point` appears, in pixels, also outside of the picture; `nil` behind the camera and where
  /// the lens shows nothing.
  public func pixel(of point: SIMD3<Double>) -> SIMD2<Double>? {
    let apart = point - place
    let depth = (apart * forward).sum()
    guard depth > Self.depthMin else { return nil }
    let tangents = SIMD2((apart * right).sum(), -(apart * up).sum()) / depth
    guard (tangents * tangents).sum() < tangentMaxSquared else { return nil }
    return centre + lens.bent(tangents) * focalLength
  }

  /// How the pixel of a point moves with the point and with the pose.
  public struct Derivatives: BitwiseCopyable, Sendable {
    /// Where the point appears.
    public var pixel: SIMD2<Double>
    /// Change of the pixel's column with the point, pixels a metre.
    public var columnByPoint: SIMD3<Double>
    /// Change of the pixel's row with the point, pixels a metre.
    public var rowByPoint: SIMD3<Double>
    /// Change of the pixel's column with each `PoseParameter`.
    public var columnByPose: InlineArray<9, Double>
    /// Change of the pixel's row with each `PoseParameter`.
    public var rowByPose: InlineArray<9, Double>
  }

  /// The pixel of `point` with its derivatives; `nil` as for `pixel(of:)`.
  public func derivatives(at point: SIMD3<Double>) -> Derivatives? {
    let apart = point - place
    let depth = (apart * forward).sum()
    guard depth > Self.depthMin else { return nil }
    let p = SIMD2((apart * right).sum(), -(apart * up).sum()) / depth
    let s = (p * p).sum()
    guard s < tangentMaxSquared else { return nil }
    let g = lens.scale(squared: s)
    let slope = lens.k1 + 2 * lens.k2 * s
    // d(g p)/dp = g I + 2 g' p pᵀ.
    let f = focalLength
    let xx = f * (g + 2 * slope * p.x * p.x)
    let xy = f * 2 * slope * p.x * p.y
    let yy = f * (g + 2 * slope * p.y * p.y)
    /// The pixel's change when `forward`, `right` and `up` components of `apart` change.
    func pixels(_ forward: Double, _ right: Double, _ up: Double) -> SIMD2<Double> {
      let by = (SIMD2(right, -up) - p * forward) / depth
      return SIMD2(xx * by.x + xy * by.y, xy * by.x + yy * by.y)
    }
    let east = pixels(forward.x, right.x, up.x)
    let north = pixels(forward.y, right.y, up.y)
    let above = pixels(forward.z, right.z, up.z)
    // The axes turn: about the vertical, da × axis; about `level`, forward' = upright and
    // upright' = -forward; about `forward`, right' = -up and up' = right.
    func turned(_ axis: SIMD3<Double>) -> Double { apart.y * axis.x - apart.x * axis.y }
    let azimuth = pixels(turned(forward), turned(right), turned(up))
    let ahead = (apart * forward).sum()
    let elevation = pixels((apart * upright).sum(), ahead * sineRoll, -ahead * cosineRoll)
    let roll = pixels(0, -(apart * up).sum(), (apart * right).sum())
    // f = (w / 2) / D(t), D = t + k1 t³ + k2 t⁵, t = tan(fov / 2).
    let t = halfTangent
    let t2 = t * t
    let shown = t * lens.scale(squared: t2)
    let fieldScale =
      -(1 + t2 * (3 * lens.k1 + t2 * 5 * lens.k2)) / shown * (1 + t2) / 2
    let offset = p * (g * f)
    let field = offset * fieldScale
    let first = p * (f * s) - offset * (t * t2 / shown)
    let second = p * (f * s * s) - offset * (t * t2 * t2 / shown)
    return Derivatives(
      pixel: centre + offset, columnByPoint: SIMD3(east.x, north.x, above.x),
      rowByPoint: SIMD3(east.y, north.y, above.y),
      columnByPose: [
        -east.x, -north.x, -above.x, azimuth.x, elevation.x, roll.x, field.x, first.x, second.x,
      ],
      rowByPose: [
        -east.y, -north.y, -above.y, azimuth.y, elevation.y, roll.y, field.y, first.y, second.y,
      ])
  }

  /// The covariance of the place on the ground at which a pixel is told to look, that comes from
  /// `covariance` of the pose alone, square metres as xx, xy, yy; `nil` where no pixel shows `ground`.
  ///
  /// The pixel stays when the pose changes by dq and the place by dx: A dx + B dq = 0 with the
  /// derivatives A by the place and B by the pose, so dx = -A⁻¹ B dq.
  public func groundCovariance(
    at ground: SIMD2<Double>, height: Double = 0, from covariance: PoseCovariance
  ) -> SIMD3<Double>? {
    guard let change = derivatives(at: SIMD3(ground.x, ground.y, height)) else { return nil }
    let (a, b) = (change.columnByPoint.x, change.columnByPoint.y)
    let (c, d) = (change.rowByPoint.x, change.rowByPoint.y)
    let determinant = a * d - b * c
    guard determinant != 0 else { return nil }
    var east = InlineArray<9, Double>(repeating: 0)
    var north = east
    for index in 0..<PoseParameter.count {
      let (u, v) = (change.columnByPose[index], change.rowByPose[index])
      east[index] = -(d * u - b * v) / determinant
      north[index] = -(a * v - c * u) / determinant
    }
    return covariance.carried(by: east, north)
  }
}
