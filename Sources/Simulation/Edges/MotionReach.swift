import Geodesy
import Model

/// Which actors a motion sensor reacts to.
enum MotionReach {
  /// Who moves inside a polygon: infrared and microwave sensors.
  case area([SIMD2<Double>])
  /// Who interrupts the beam between two posts.
  case beam(SIMD2<Double>, SIMD2<Double>)
  /// Who moves near enough for its kind: seismic sensors.
  case radius(about: SIMD2<Double>, [TargetClass: Double])

  /// Half the width of a body that interrupts a beam, with the width of the beam, metres.
  static let beamHalfWidthMetres = 0.4
  /// Slower than this does not count as motion, metres per second.
  static let speedMin = 0.2
  /// What flies higher is not noticed by a sensor on the ground, metres.
  static let heightMax = 4.0

  init(sensor: Sensor, motion: MotionDetail) {
    if motion.technology == .beam, let (start, end) = Self.axis(of: sensor.coverage) {
      self = .beam(start, end)
    } else if motion.technology == .seismic, !motion.classRadii.isEmpty {
      self = .radius(about: SIMD2(sensor.place.x, sensor.place.y), motion.classRadii)
    } else {
      self = .area(sensor.coverage)
    }
  }

  /// Whether an actor of that kind is noticed.
  func notices(_ state: Actor.State, kind: TargetClass) -> Bool {
    guard state.place.z <= Self.heightMax else { return false }
    switch self {
    case .area(let polygon):
      return state.speed >= Self.speedMin && polygonContains(polygon, state.ground)
    case .beam(let start, let end):
      return distance(from: state.ground, toSegment: start, end) <= Self.beamHalfWidthMetres
    case .radius(let centre, let radii):
      guard state.speed >= Self.speedMin, let radius = radii[kind] ?? radii[.unknown] else {
        return false
      }
      let apart = state.ground - centre
      return (apart * apart).sum() <= radius * radius
    }
  }

  /// The line along a thin polygon: through its centroid in the direction of its largest variance.
  private static func axis(
    of polygon: [SIMD2<Double>]
  ) -> (SIMD2<Double>, SIMD2<Double>)? {
    guard let (centre, spread) = centroidAndCovariance(of: polygon) else { return nil }
    // Eigenvector of the larger eigenvalue l: (xy, l - xx), or an axis where xy is 0.
    let large = spread.largestSigma * spread.largestSigma
    var along = SIMD2(spread.xy, large - spread.xx)
    if abs(spread.xy) < 1e-9 { along = spread.xx >= spread.yy ? SIMD2(1, 0) : SIMD2(0, 1) }
    along /= (along * along).sum().squareRoot()
    let offsets = polygon.map { (($0 - centre) * along).sum() }
    guard let least = offsets.min(), let most = offsets.max() else { return nil }
    return (centre + along * least, centre + along * most)
  }
}
