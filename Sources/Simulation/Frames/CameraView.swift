import Glibc
import Model

/// Where a camera sees a point: a pinhole camera with a bent picture (`Lens`).
///
/// Axes of the camera, with azimuth a, elevation e, roll r:
///
///     forward = (cos e cos a, cos e sin a, sin e)
///     right   = (sin a, -cos a, 0) cos r - up0 sin r
///     up      = up0 cos r + (sin a, -cos a, 0) sin r       up0 = (-sin e cos a, -sin e sin a, cos e)
///
/// A point d·forward + x·right + y·up away from it appears at (w/2 + f g x/d, h/2 - f g y/d), where g
/// is the lens's scale at (x² + y²)/d² and f = (w/2) / (t g(t²)), t = tan(hfov/2), so that the borders
/// look at half the field of view.
struct CameraView: BitwiseCopyable, Sendable {
  /// Nearer than this nothing is drawn, metres.
  static let depthMin = 0.5

  private let focalLength: Double
  private let lens: Lens
  private let squaredMax: Double
  private let place: SIMD3<Double>
  private let centre: SIMD2<Double>
  private let forward: SIMD3<Double>
  private let right: SIMD3<Double>
  private let up: SIMD3<Double>

  init(camera: CameraDetail, place: SIMD3<Double>) {
    self.place = place
    centre = SIMD2(Double(camera.width), Double(camera.height)) / 2
    lens = camera.lens
    squaredMax = camera.lens.tangentMax * camera.lens.tangentMax
    let border = tan(camera.horizontalFieldOfView / 2)
    focalLength = centre.x / (border * camera.lens.scale(squared: border * border))
    let (sineA, cosineA) = (sin(camera.azimuth), cos(camera.azimuth))
    let (sineE, cosineE) = (sin(camera.elevation), cos(camera.elevation))
    let level = SIMD3(sineA, -cosineA, 0)
    let upright = SIMD3(-sineE * cosineA, -sineE * sineA, cosineE)
    forward = SIMD3(cosineE * cosineA, cosineE * sineA, sineE)
    right = level * cos(camera.roll) - upright * sin(camera.roll)
    up = upright * cos(camera.roll) + level * sin(camera.roll)
  }

  /// The pixel at which `point` appears, also outside of the picture, how far before the camera it
  /// lies, metres, and how many pixels a metre across the line of sight takes there; `nil` when it is
  /// behind, too near or out of what the lens shows.
  func pixel(
    of point: SIMD3<Double>
  ) -> (pixel: SIMD2<Double>, depth: Double, pixelsPerMetre: Double)? {
    let apart = point - place
    let depth = (apart * forward).sum()
    guard depth >= Self.depthMin else { return nil }
    let tangents = SIMD2((apart * right).sum(), -(apart * up).sum()) / depth
    let squared = (tangents * tangents).sum()
    guard squared < squaredMax else { return nil }
    let scale = focalLength * lens.scale(squared: squared)
    return (centre + tangents * scale, depth, scale / depth)
  }
}
