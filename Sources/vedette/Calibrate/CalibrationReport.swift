import Calibration
import Geodesy
import Glibc
import Ledger
import Model
import SiteConfiguration
import Vision

/// A calibration for people and, as JSON, for programs.
struct CalibrationReport {
  let fit: CameraFit
  let points: CalibrationPoints

  /// Distances at which the doubt about places is told, metres.
  private static let ranges = [5.0, 10, 20, 40, 80]

  /// Pose, fit, residual of each point, doubt on the ground.
  var text: String {
    let found = fit.calibration
    let sigma = found.covariance.sigma
    let degrees = 180 / Double.pi
    func angle(_ name: String, _ value: Double, _ parameter: PoseParameter) -> String {
      "\(name) \(number(value * degrees, 2)) ± \(number(sigma(parameter) * degrees, 2)) deg"
    }
    func length(_ name: String, _ value: Double, _ parameter: PoseParameter) -> String {
      "\(name) \(number(value, 2)) ± \(number(sigma(parameter), 2)) m"
    }
    var lines = [
      "\(found.camera): \(found.pointCount) points met to \(number(found.residualPixels, 2)) px "
        + "(chi squared \(number(fit.chiSquared, 1)) with \(fit.degreesOfFreedom) degrees of freedom)",
      "lens at " + length("east", found.place.x, .east) + ", "
        + length("north", found.place.y, .north) + ", " + length("up", found.place.z, .up),
      angle("azimuth", compass(found.azimuth), .azimuth) + ", "
        + angle("tilt", found.elevation, .elevation) + ", " + angle("roll", found.roll, .roll),
      angle("field of view", found.horizontalFieldOfView, .fieldOfView) + ", k1 "
        + number(found.lens.k1, 3) + " ± " + number(sigma(.k1), 3) + ", k2 "
        + number(found.lens.k2, 3) + " ± " + number(sigma(.k2), 3),
    ]
    for (point, shown) in zip(points.points, fit.shown) {
      let away = point.pixel - shown
      lines.append(
        "  \(point.name): missed by (\(number(away.x, 1)), \(number(away.y, 1))) px"
          + (metres(point, shown).map { ", \(number($0, 2)) m on the ground" } ?? ""))
    }
    for (range, error) in doubts {
      lines.append(
        "ground \(number(range, 0)) m ahead: placed to \(number(error, 2)) m, 19 times of 20")
    }
    if let error = fit.horizonError {
      lines.append("horizon seen \(number(error * degrees, 2)) deg above the fitted one")
    }
    return lines.joined(separator: "\n")
  }

  /// The same as one JSON object.
  func json(file: String) -> String {
    let found = fit.calibration
    let degrees = 180 / Double.pi
    let residuals = zip(points.points, fit.shown).map { point, shown in
      "{\"name\": \(quoted(point.name)), \"pixel\": [\(point.pixel.x), \(point.pixel.y)], "
        + "\"fitted\": [\(shown.x), \(shown.y)]}"
    }
    let sigmas = PoseParameter.allCases.map { "\(found.covariance.sigma($0))" }
    let ground = doubts.map { "{\"range\": \($0.range), \"ellipse95\": \($0.error)}" }
    let fields = [
      "\"camera\": \(quoted(found.camera))", "\"file\": \(quoted(file))",
      "\"place\": [\(found.place.x), \(found.place.y), \(found.place.z)]",
      "\"azimuth_deg\": \(compass(found.azimuth) * degrees)",
      "\"tilt_deg\": \(found.elevation * degrees)", "\"roll_deg\": \(found.roll * degrees)",
      "\"field_of_view_deg\": \(found.horizontalFieldOfView * degrees)",
      "\"k1\": \(found.lens.k1)", "\"k2\": \(found.lens.k2)",
      "\"rms_px\": \(found.residualPixels)", "\"chi_squared\": \(fit.chiSquared)",
      "\"degrees_of_freedom\": \(fit.degreesOfFreedom)", "\"enlargement\": \(fit.enlargement)",
      "\"horizon_error_deg\": \(fit.horizonError.map { "\($0 * degrees)" } ?? "null")",
      "\"sigmas\": [\(sigmas.joined(separator: ", "))]",
      "\"points\": [\(residuals.joined(separator: ", "))]",
      "\"ground\": [\(ground.joined(separator: ", "))]",
      "\"warnings\": [\(fit.warnings.map(quoted).joined(separator: ", "))]",
    ]
    return "{\(fields.joined(separator: ", "))}"
  }

  /// The longer half-axis of the 95 % ellipse of places ahead of the camera.
  private var doubts: [(range: Double, error: Double)] {
    let found = fit.calibration
    return Self.ranges.compactMap { range in
      let place =
        SIMD2(found.place.x, found.place.y)
        + range * SIMD2(cos(found.azimuth), sin(found.azimuth))
      guard let pixel = fit.model.pixel(of: SIMD3(place.x, place.y, 0)), pixel.x >= 0,
        pixel.y >= 0, pixel.x <= Double(found.width), pixel.y <= Double(found.height),
        let packed = fit.model.groundCovariance(at: place, from: found.covariance)
      else { return nil }
      return (range, 2.448 * Covariance2(packed: packed).largestSigma)
    }
  }

  /// How far apart on the ground a point and what its pixel looks at are; `nil` at the horizon.
  private func metres(_ point: CalibrationPoints.Point, _ shown: SIMD2<Double>) -> Double? {
    guard let ray = fit.model.ray(of: point.pixel), ray.z * (point.place.z - fit.model.place.z) > 0
    else { return nil }
    let seen = fit.model.place + ray * ((point.place.z - fit.model.place.z) / ray.z)
    let away = seen - point.place
    return (away * away).sum().squareRoot()
  }

  private func compass(_ azimuth: Double) -> Double {
    let angle = Double.pi / 2 - azimuth
    return angle - 2 * .pi * (angle / (2 * .pi)).rounded(.down)
  }

  private func number(_ value: Double, _ digits: Int) -> String {
    let scale = pow(10, Double(digits))
    let whole = (value * scale).rounded()
    let text = "\(Int(abs(whole)))"
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let point = digits > 0 ? "." : ""
    return "\(whole < 0 ? "-" : "")\(padded.dropLast(digits))\(point)\(padded.suffix(digits))"
  }

  private func quoted(_ text: String) -> String {
    String(decoding: CanonicalString.quoted(text), as: UTF8.self)
  }
}
