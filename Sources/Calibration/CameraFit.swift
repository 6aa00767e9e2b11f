import Geodesy
import Glibc
import Model
public import SiteConfiguration
public import Vision

/// A camera's pose, field of view and lens fitted to points, and how well the points are met.
public struct CameraFit: Sendable {
  /// What was found, ready for its file.
  public let calibration: CameraCalibration
  /// The camera as found.
  public let model: CameraModel
  /// Where the fitted camera shows each point, in the order of the points.
  public let shown: [SIMD2<Double>]
  /// Squared and weighted residuals of all points: with `degreesOfFreedom` expected.
  public let chiSquared: Double
  /// Numbers measured less numbers found.
  public let degreesOfFreedom: Int
  /// Factor on all standard deviations because the points fit worse than they were said to: 1 or more.
  public let enlargement: Double
  /// How far above the fitted horizon the pixels of the horizon look, mean, radians; `nil` without.
  public let horizonError: Double?
  /// What somebody should know.
  public let warnings: [String]

  /// Fits a camera to `points`.
  ///
  /// - Parameters:
  ///   - camera: name of the camera, for the file.
  ///   - fieldOfView: what is known of the horizontal field of view, radians, if the points' file does
  ///     not say.
  /// Cost: under a tenth of a second for ten points.
  /// - Throws: why the points give no calibration.
  public init(
    _ points: CalibrationPoints, camera: String, fieldOfView: Double? = nil
  ) throws(CalibrationRefusal) {
    try PointLayout.check(points)
    let search = PoseSearch(points, fieldOfView: points.fieldOfView ?? fieldOfView)
    let fit = try search.best()
    guard let model = fit.pose.model(width: points.width, height: points.height),
      let spreads = search.solver.spreads(at: fit.pose),
      let (matrix, _) = search.solver.equations(at: fit.pose, spreads),
      let inverse = matrix.inverse()
    else { throw PoseSearch.noPose }
    let shown = points.points.compactMap { model.pixel(of: $0.place) }
    let residuals = zip(points.points, shown).map { $0.pixel - $1 }
    let weighted = zip(residuals, spreads).map { PoseSolver.squared($0, $1) }
    let chiSquared = weighted.reduce(0, +)
    let freedom = 2 * points.points.count - search.freeCount
    try search.checkContradictions(
      weighted, residuals, chiSquared: chiSquared, freedom: freedom)
    var warnings = search.warnings(of: fit.pose, freedom: freedom)
    var enlargement = 1.0
    if freedom > 0, chiSquared > Self.chiSquaredLimit(freedom) {
      enlargement = (chiSquared / Double(freedom)).squareRoot()
      warnings.append(
        "the points fit \(rounded(enlargement, 1)) times worse than ground_sigma and pixel_sigma say: "
          + "the covariance was enlarged by that; look for a wrong point or tell larger sigmas")
    }
    let sigmas = (0..<PoseParameter.count).map { inverse[$0, $0].squareRoot() * enlargement }
    let covariance = PoseCovariance(sigmas: sigmas) { row, column in
      inverse[row, column] / (inverse[row, row] * inverse[column, column]).squareRoot()
    }
    let squares = residuals.map { ($0 * $0).sum() }.reduce(0, +)
    self.model = model
    self.shown = shown
    self.chiSquared = chiSquared
    degreesOfFreedom = freedom
    self.enlargement = enlargement
    self.warnings = warnings
    calibration = CameraCalibration(
      camera: camera, width: points.width, height: points.height, origin: points.origin,
      place: fit.pose.place, azimuth: remainder(fit.pose[.azimuth], 2 * .pi),
      elevation: fit.pose[.elevation], roll: remainder(fit.pose[.roll], 2 * .pi),
      horizontalFieldOfView: fit.pose[.fieldOfView], lens: fit.pose.lens, covariance: covariance,
      pointCount: points.points.count,
      residualPixels: (squares / Double(points.points.count)).squareRoot())
    try PoseCheck.ground(model, covariance, points)
    horizonError = try PoseCheck.horizon(model, covariance, points)
  }

  /// The value that χ² with `freedom` degrees of freedom exceeds once in twenty times (Wilson and
  /// Hilferty, PNAS 17 (1931)).
  static func chiSquaredLimit(_ freedom: Int) -> Double {
    let n = Double(freedom)
    let part = 2 / (9 * n)
    let root = 1 - part + 1.645 * part.squareRoot()
    return n * root * root * root
  }
}

/// `value` with `digits` digits behind the point.
func rounded(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let whole = (value * scale).rounded()
  guard digits > 0, abs(whole) < 1e15 else { return "\(Int(whole))" }
  let text = String(Int(abs(whole)))
  let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
  let sign = whole < 0 ? "-" : ""
  return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
}
