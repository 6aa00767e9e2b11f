import Geodesy
import Glibc
import Model

/// A camera in the air over flat ground: what a direction in its picture meets, and how well that is
/// known.
///
/// Frame: metres east, north and up; the ground is the plane at height 0, the origin's.
struct GroundSight: BitwiseCopyable {
  /// Where the camera is.
  var place: SIMD3<Double>
  /// How it is turned.
  var turn: Rotation
  /// Tangents of half the horizontal and vertical field of view.
  var halfField: SIMD2<Double>

  /// Directions flatter than this meet the ground nowhere that is worth telling: 4 degrees.
  static let flattest = 0.07
  /// The farthest ground that is believed, metres.
  static let rangeMax = 5_000.0

  /// The direction east, north, up of a place in the picture: across and down, -1 ... 1.
  func direction(_ picture: SIMD2<Double>) -> SIMD3<Double> {
    let ned = turn.turn(SIMD3(1, picture.x * halfField.x, picture.y * halfField.y))
    let length = (ned * ned).sum().squareRoot()
    return SIMD3(ned.y, ned.x, -ned.z) / length
  }

  /// Where `direction` meets the ground; nil at the horizon and above, and too far away.
  func ground(_ direction: SIMD3<Double>) -> SIMD2<Double>? {
    guard place.z > 1, direction.z < -Self.flattest else { return nil }
    let range = -place.z / direction.z
    guard range <= Self.rangeMax else { return nil }
    return SIMD2(place.x + range * direction.x, place.y + range * direction.y)
  }

  /// Covariance of the ground point in `direction`, to first order in each error, all independent.
  ///
  /// With c the camera, d the direction, s = -c.z / d.z and g = c + s d, an error δd of the direction
  /// and δh of the height move g by s δd - s (δd.z / d.z) d and -(d / d.z) δh. A turn by a small
  /// vector ω gives δd = ω × d. `drift` is the velocity of g itself: an error of time moves g along
  /// it.
  func covariance(
    _ direction: SIMD3<Double>, positionSigma: Double, errors: PayloadDetail,
    drift: SIMD2<Double>
  ) -> Covariance2 {
    let d = direction
    let range = -place.z / d.z
    func moved(by change: SIMD3<Double>) -> SIMD2<Double> {
      let along = change.z / d.z
      return SIMD2(change.x - along * d.x, change.y - along * d.y) * range
    }
    func spread(_ move: SIMD2<Double>) -> Covariance2 {
      Covariance2(xx: move.x * move.x, xy: move.x * move.y, yy: move.y * move.y)
    }
    let level = (d.x * d.x + d.y * d.y).squareRoot()
    let across = level > 1e-6 ? SIMD3(-d.y, d.x, 0) / level : SIMD3(1, 0, 0)
    let above = cross(d, across)
    let pointing = (errors.pointingSigma * errors.pointingSigma + pixelSigma * pixelSigma)
      .squareRoot()
    return Covariance2(sigma: positionSigma)
      .adding(spread(SIMD2(d.x, d.y) / d.z * errors.heightSigma))
      .adding(spread(moved(by: SIMD3(-d.y, d.x, 0) * errors.headingSigma)))
      .adding(spread(moved(by: across * pointing)))
      .adding(spread(moved(by: above * pointing)))
      .adding(spread(drift * errors.timeSigma))
  }

  /// How well the place of a tracked object in the picture is known, radians: a hundredth of the
  /// picture's width.
  var pixelSigma: Double { 0.02 * halfField.x }

  /// The largest circle about the middle of what the picture shows of the ground that lies wholly in
  /// it, smaller by twice the doubt about its place: what was not seen there was not there.
  ///
  /// Corners at the horizon are taken 6 degrees below it. Nil when the middle is not on the ground.
  func footprint(
    positionSigma: Double, errors: PayloadDetail
  ) -> (centre: SIMD2<Double>, radius: Double)? {
    let middle = direction(.zero)
    guard ground(middle) != nil else { return nil }
    var corners = InlineArray<4, SIMD2<Double>>(repeating: .zero)
    var centre = SIMD2<Double>.zero
    for index in 0..<4 {
      let across: Double = index == 0 || index == 3 ? -1 : 1
      var ray = direction(SIMD2(across, index < 2 ? -1 : 1))
      let level = (ray.x * ray.x + ray.y * ray.y).squareRoot()
      ray.z = min(ray.z, -0.105 * max(level, 1e-6))
      let range = min(-place.z / ray.z, Self.rangeMax)
      corners[index] = SIMD2(place.x, place.y) + SIMD2(ray.x, ray.y) * range
      centre += corners[index] / 4
    }
    var radius = Double.infinity
    for index in 0..<4 {
      radius = min(
        radius, distance(from: centre, toSegment: corners[index], corners[(index + 1) % 4]))
    }
    let doubt = covariance(middle, positionSigma: positionSigma, errors: errors, drift: .zero)
    return (centre, max(0, radius - 2 * doubt.largestSigma))
  }
}
