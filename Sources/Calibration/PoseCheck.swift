import Geodesy
import Glibc
import Model
import SiteConfiguration
import Vision

/// Whether a fitted pose is good enough to be used.
enum PoseCheck {
  /// √χ² of two degrees of freedom at 95 %: the ellipse in which a place lies 19 times of 20.
  static let ellipse95 = 2.448

  /// Refuses a pose by which the ground in the picture, out to the farthest point, would be placed
  /// worse than to half the distance (or 2 m), 19 times of 20.
  static func ground(
    _ model: CameraModel, _ covariance: PoseCovariance, _ points: CalibrationPoints
  ) throws(CalibrationRefusal) {
    let ground = SIMD2(model.place.x, model.place.y)
    let reach = points.points.map { (SIMD2($0.place.x, $0.place.y) - ground).length }.max() ?? 0
    var worst: (ratio: Double, error: Double, range: Double)?
    for row in [0.2, 0.4, 0.6, 0.8, 0.95] {
      for column in [0.05, 0.275, 0.5, 0.725, 0.95] {
        let pixel = SIMD2(Double(points.width) * column, Double(points.height) * row)
        guard let place = self.place(of: pixel, model) else { continue }
        let range = (place - ground).length
        guard range <= reach else { continue }
        let shared = model.groundCovariance(at: place, from: covariance)
        let error = shared.map { ellipse95 * Covariance2(packed: $0).largestSigma } ?? .infinity
        let ratio = error / max(2, range / 2)
        if !(ratio <= worst?.ratio ?? 0) { worst = (ratio, error, range) }
      }
    }
    guard let worst, !(worst.ratio <= 1) else { return }
    throw CalibrationRefusal(
      .undetermined,
      "the points leave the pose open: what stands \(rounded(worst.range, 0)) m away would be placed "
        + "to \(rounded(worst.error, 1)) m only (weakest is the \(weakest(covariance)))",
      remedy: "Add points near the picture's corners, near and far, or measure more exactly")
  }

  /// How far above the fitted horizon the horizon's pixels look, mean, radians; `nil` without any.
  ///
  /// Refuses a horizon that is off by more than three standard deviations and a third of a degree.
  static func horizon(
    _ model: CameraModel, _ covariance: PoseCovariance, _ points: CalibrationPoints
  ) throws(CalibrationRefusal) -> Double? {
    let rays = points.horizon.compactMap { model.ray(of: $0) }
    guard !rays.isEmpty else { return nil }
    let angles = rays.map { atan2($0.z, SIMD2($0.x, $0.y).length) }
    let mean = angles.reduce(0, +) / Double(angles.count)
    let pixel = points.pixelSigma / model.focalLength
    let sigma = (pixel * pixel + pow(covariance.sigma(.elevation), 2)).squareRoot()
    guard abs(mean) > max(3 * sigma, 0.006) else { return mean }
    let degrees = rounded(abs(mean) * 180 / .pi, 2)
    throw CalibrationRefusal(
      .horizon,
      "the horizon was seen \(degrees) degrees \(mean > 0 ? "above" : "below") that of the fitted pose",
      remedy:
        "Look for points that are not as high as told, for ground that is not level, or for a "
        + "horizon of hills")
  }

  /// Where `pixel` meets the ground; `nil` at and above the horizon.
  static func place(of pixel: SIMD2<Double>, _ model: CameraModel) -> SIMD2<Double>? {
    guard let ray = model.ray(of: pixel), ray.z < -1e-4 else { return nil }
    let reach = model.place.z / -ray.z
    return SIMD2(model.place.x + ray.x * reach, model.place.y + ray.y * reach)
  }

  private static func weakest(_ covariance: PoseCovariance) -> String {
    // Against what each is usually known to.
    let usual = [0.3, 0.3, 0.3, 0.01, 0.01, 0.01, 0.02, 0.2, 0.1]
    let names = [
      "place east", "place north", "height", "azimuth", "tilt", "roll", "field of view", "lens",
      "lens",
    ]
    let worst = PoseParameter.allCases.max {
      covariance.sigma($0) / usual[$0.rawValue] < covariance.sigma($1) / usual[$1.rawValue]
    }
    return names[worst?.rawValue ?? 0]
  }
}
