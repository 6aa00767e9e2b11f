import Foundation
import Scoring

/// The table of simulated scenes in the page on fusion, between two marks.
struct SceneTable {
  static let marks = ("<!-- scenes: begin -->", "<!-- scenes: end -->")

  let report: ScoreReport
  let seeds: Int

  var text: String {
    var rows = [
      "| scene | crossings | F1 (90 %) | precision | recall | incident recall | false alarms/h (90 %) "
        + "| duplicates a crossing | direction | latency median, p95, s | GOSPA (90 %) |",
      "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in report.kinds { rows.append(row(kind.name, kind.figures, kind.scores)) }
    rows.append(row("all", report.pooled, report.kinds.flatMap(\.scores)))
    return rows.joined(separator: "\n")
  }

  private func row(_ name: String, _ figures: ScoreFigures, _ scores: [CaseScore]) -> String {
    func number(_ value: Double?, _ digits: Int) -> String {
      value.map { String(format: "%.\(digits)f", $0) } ?? "-"
    }
    func interval(_ digits: Int, _ figure: (ScoreFigures) -> Double) -> String {
      let range = Bootstrap.interval(of: scores) { figure(ScoreFigures($0)) }
      return "(\(number(range.first, digits)) to \(number(range.last, digits)))"
    }
    let hasThreats = figures.threats > 0
    return [
      "", name, "\(figures.threats)",
      hasThreats ? "\(number(figures.f1, 2)) \(interval(2, \.f1))" : "-",
      hasThreats ? number(figures.precision, 2) : "-",
      hasThreats ? number(figures.recall, 2) : "-",
      hasThreats ? number(figures.incidentRecall, 2) : "-",
      "\(number(figures.falseAlarmsPerHour, 1)) \(interval(1, \.falseAlarmsPerHour))",
      hasThreats ? number(figures.duplicatesPerCrossing, 2) : "-",
      hasThreats ? number(figures.directionAccuracy, 2) : "-",
      "\(number(figures.latencyMedian, 2)), \(number(figures.latencyTail, 2))",
      "\(number(figures.gospa, 2)) \(interval(2, \.gospa))", "",
    ].joined(separator: " | ").trimmingCharacters(in: .whitespaces)
  }

  /// Puts the table between the marks of the page.
  func write(into page: String) throws {
    let whole = try String(contentsOfFile: page, encoding: .utf8)
    guard let begin = whole.range(of: Self.marks.0), let end = whole.range(of: Self.marks.1) else {
      throw CocoaError(
        .fileReadCorruptFile, userInfo: [NSFilePathErrorKey: page, "missing": Self.marks.0])
    }
    let put = whole[..<begin.upperBound] + "\n" + text + "\n" + whole[end.lowerBound...]
    try String(put).write(toFile: page, atomically: true, encoding: .utf8)
  }
}
