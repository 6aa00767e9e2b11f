import Glibc
import Model

/// Where a camera sees a point: a pinhole camera.
///
/// Axes of the camera, with azimuth a, elevation e, roll r:
///
///     forward = (cos e cos a, cos e sin a, sin e)
///     right   = (sin a, -cos a, 0) cos r - up0 sin r
///     up      = up0 cos r + (sin a, -cos a, 0) sin r       up0 = (-sin e cos a, -sin e sin a, cos e)
///
/// A point d·forward + x·right + y·up away from it appears at (w/2 + f x/d, h/2 - f y/d) with the
/// focal length f = (w/2) / tan(hfov/2).
struct CameraView: BitwiseCopyable, Sendable {
  /// Nearer than this nothing is drawn, metres.
  static let depthMin = 0.5

  let focalLength: Double
  private let place: SIMD3<Double>
  private let centre: SIMD2<Double>
  private let forward: SIMD3<Double>
  private let right: SIMD3<Double>
  private let up: SIMD3<Double>

  init(camera: CameraDetail, place: SIMD3<Double>) {
    self.place = place
    centre = SIMD2(Double(camera.width), Double(camera.height)) / 2
    focalLength = centre.x / tan(camera.horizontalFieldOfView / 2)
    let (sineA, cosineA) = (sin(camera.azimuth), cos(camera.azimuth))
    let (sineE, cosineE) = (sin(camera.elevation), cos(camera.elevation))
    let level = SIMD3(sineA, -cosineA, 0)
    let upright = SIMD3(-sineE * cosineA, -sineE * sineA, cosineE)
    forward = SIMD3(cosineE * cosineA, cosineE * sineA, sineE)
    right = level * cos(camera.roll) - upright * sin(camera.roll)
    up = upright * cos(camera.roll) + level * sin(camera.roll)
  }

  /// The pixel at which `point` appears, also outside of the picture, and how far before the camera
  /// it lies, metres; `nil` when it is behind or too near.
  func pixel(of point: SIMD3<Double>) -> (pixel: SIMD2<Double>, depth: Double)? {
    let apart = point - place
    let depth = (apart * forward).sum()
    guard depth >= Self.depthMin else { return nil }
    let offset = SIMD2((apart * right).sum(), -(apart * up).sum()) * (focalLength / depth)
    return (centre + offset, depth)
  }
}
