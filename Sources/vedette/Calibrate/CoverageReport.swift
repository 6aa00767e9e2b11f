import Calibration
import Ledger
import Model

/// Fitted covers for people and, as JSON, for programs.
struct CoverageReport {
  let fits: [(sensor: Sensor, fit: CoverageFit)]
  /// How well the post knew the time, seconds: as much the latencies may be off together.
  let clockSeconds: Double
  /// The changes to the site file, unless they went to a file.
  let diff: String?

  var text: String {
    var lines: [String] = []
    for (sensor, fit) in fits {
      let (told, count) = (fit.passages.told, fit.passages.count)
      lines.append("\(sensor.name): \(told) of \(count) walks through its cover told")
      if let shape = shape(fit) { lines.append("  covers \(shape)") }
      let between =
        "\(hundredths(fit.detectionInterval.lowerBound)) to "
        + "\(hundredths(fit.detectionInterval.upperBound)), 99 times of 100"
      lines.append(
        "  detection probability \(hundredths(fit.detection.value)) ± "
          + "\(hundredths(fit.detection.sigma)) (\(between)), "
          + "latency \(milliseconds(fit.latency.value)) ± \(milliseconds(fit.latency.sigma)) ms"
          + (fit.hold.map { ", hold \(hundredths($0)) s" } ?? ""))
      lines.append(
        "  \(fit.unexplained.count) pulses without a walker in \(hundredths(fit.unexplained.hours)) h, "
          + "rim met to \(hundredths(fit.scatter)) m, receiver off by "
          + "\(hundredths(fit.receiverError)) m")
    }
    lines.append("the post knew the time to \(milliseconds(clockSeconds)) ms")
    if let diff, !diff.isEmpty { lines.append(diff.trimmingSuffix { $0.isNewline }) }
    return lines.joined(separator: "\n")
  }

  var json: String {
    let sensors = fits.map { sensor, fit -> String in
      let values = CoverageProposal.values(sensor, fit)
      let polygon = fit.shape.polygon(apex: SIMD2(sensor.place.x, sensor.place.y)).map {
        "[\($0.x), \($0.y)]"
      }
      let fields = [
        "\"sensor\": \(quoted(sensor.name))",
        "\"coverage\": [\(polygon.joined(separator: ", "))]",
        "\"walks\": \(fit.passages.count)", "\"told\": \(fit.passages.told)",
        "\"detection_probability\": \(fit.detection.value)",
        "\"detection_probability_sigma\": \(fit.detection.sigma)",
        "\"detection_probability_99\": [\(fit.detectionInterval.lowerBound), "
          + "\(fit.detectionInterval.upperBound)]",
        "\"latency_s\": \(fit.latency.value)", "\"latency_sigma_s\": \(fit.latency.sigma)",
        "\"hold_s\": \(fit.hold.map { "\($0)" } ?? "null")",
        "\"unexplained\": \(fit.unexplained.count)",
        "\"unexplained_hours\": \(fit.unexplained.hours)",
        "\"rim_scatter_m\": \(fit.scatter)", "\"receiver_error_m\": \(fit.receiverError)",
        "\"values\": {"
          + (values.keys + values.override).map { "\(quoted($0.0)): \(quoted($0.1))" }
          .joined(separator: ", ") + "}",
        "\"warnings\": [\(fit.warnings.map(quoted).joined(separator: ", "))]",
      ]
      return "{\(fields.joined(separator: ", "))}"
    }
    return "{\"sensors\": [\(sensors.joined(separator: ", "))], "
      + "\"clock_uncertainty_s\": \(clockSeconds), \"diff\": \(diff.map(quoted) ?? "null")}"
  }

  private func shape(_ fit: CoverageFit) -> String? {
    let degrees = 180 / Double.pi
    switch fit.shape {
    case .sector(let azimuth, let half, let range):
      let compass = 90 - azimuth * degrees
      let turned = compass - 360 * (compass / 360).rounded(.down)
      let sigmas = fit.shapeSigmas
      return "azimuth \(tenths(turned)) ± \(tenths(sigmas[0] * degrees)) deg, half angle "
        + "\(tenths(half * degrees)) ± \(tenths(sigmas[1] * degrees)) deg, range "
        + "\(hundredths(range)) ± \(hundredths(sigmas[2])) m"
    case .disc(let range):
      return "a disc of \(hundredths(range)) ± \(hundredths(fit.shapeSigmas[0])) m"
    case .corridor: return nil
    }
  }

  private func tenths(_ value: Double) -> String { CoverageFit.text(value, digits: 1) }
  private func hundredths(_ value: Double) -> String { CoverageFit.text(value, digits: 2) }
  private func milliseconds(_ value: Double) -> String { CoverageFit.text(value * 1000, digits: 0) }

  private func quoted(_ text: String) -> String {
    String(decoding: CanonicalString.quoted(text), as: UTF8.self)
  }
}
