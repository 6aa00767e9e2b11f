import Glibc
import Model
import SiteConfiguration

/// Poses from which to begin the search: at the measured place of the lens, or all around the points,
/// near and far, low and high, looking at their middle.
struct PoseStarts {
  /// Directions from which the points are looked at.
  static let directions = 24

  private let points: CalibrationPoints
  private let middle: SIMD3<Double>
  private let pixel: SIMD2<Double>
  private let extent: Double

  init(_ points: CalibrationPoints) {
    self.points = points
    let count = Double(points.points.count)
    let middle = points.points.reduce(SIMD3<Double>.zero) { $0 + $1.place } / count
    self.middle = middle
    pixel = points.points.reduce(SIMD2<Double>.zero) { $0 + $1.pixel } / count
    extent = points.points.map { ($0.place - middle).length }.max() ?? 1
  }

  /// The starts in groups that are alike; only the best of a group is worth following.
  func groups(fieldsOfView: [Double]) -> [[PoseVector]] {
    if let known = points.lensPlace?.place {
      return fieldsOfView.map { [start(at: known, field: $0)] }
    }
    return (0..<Self.directions).map { step in
      let bearing = 2 * Double.pi * Double(step) / Double(Self.directions)
      var group: [PoseVector] = []
      for reach in [0.05, 0.3, 0.8, 1.5, 3, 8] {
        for rise in [0.1, 0.35, 1.2] {
          let distance = reach * extent
          let place = SIMD3(
            middle.x - distance * cos(bearing), middle.y - distance * sin(bearing),
            middle.z + max(max(reach, 0.8) * rise * extent, 1))
          group += fieldsOfView.map { start(at: place, field: $0) }
        }
      }
      return group
    }
  }

  /// The pose at `place` that shows the points' middle where the pixels' middle is.
  private func start(at place: SIMD3<Double>, field: Double) -> PoseVector {
    let centre = SIMD2(Double(points.width), Double(points.height)) / 2
    let focal = centre.x / tan(field / 2)
    let away = middle - place
    let range = SIMD2(away.x, away.y).length
    let right = atan((pixel.x - centre.x) / focal)
    let below = atan((pixel.y - centre.y) / focal)
    return PoseVector(
      place: place, azimuth: atan2(away.y, away.x) + right,
      elevation: atan2(away.z, range) + below, roll: 0, fieldOfView: field)
  }
}

extension SIMD2<Double> {
  /// Length of the vector.
  var length: Double { (self * self).sum().squareRoot() }
}

extension SIMD3<Double> {
  /// Length of the vector.
  var length: Double { (self * self).sum().squareRoot() }
}
