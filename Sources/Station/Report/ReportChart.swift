import Foundation
import Model

/// What each sensor told over the time, its bad health behind it, and the crossings above.
struct ReportChart {
  private static let width = 1_000.0
  private static let left = 150.0
  private static let row = 24.0
  private static let head = 26.0

  private let report: PostReport

  init(_ report: PostReport) { self.report = report }

  /// The picture.
  var lines: [String] {
    let height = Self.head + Self.row * Double(report.sensors.count) + 24
    var svg = [
      "<svg width=\"\(Int(Self.width))\" height=\"\(Int(height))\" "
        + "viewBox=\"0 0 \(Int(Self.width)) \(Int(height))\" xmlns=\"http://www.w3.org/2000/svg\">",
      "<text x=\"4\" y=\"17\">crossings</text>",
    ]
    for (place, part) in report.sensors.enumerated() {
      svg += drawn(part, top: Self.head + Self.row * Double(place))
    }
    for crossing in report.crossings {
      let x = Self.number(x(crossing.seconds))
      svg.append(
        "<path d=\"M\(x) 4 v\(Self.number(height - 28))\" stroke=\"\(PostReport.colour(of: crossing))\" "
          + "stroke-opacity=\"0.35\"/><circle cx=\"\(x)\" cy=\"12\" r=\"5\" "
          + "fill=\"\(PostReport.colour(of: crossing))\"><title>"
          + "\(markupText(crossing.label))</title></circle>")
    }
    for mark in 0...6 {
      let seconds = report.seconds * Double(mark) / 6
      let anchor = mark == 0 ? "start" : mark == 6 ? "end" : "middle"
      svg.append(
        "<text x=\"\(Self.number(x(seconds)))\" y=\"\(Self.number(height - 8))\" "
          + "text-anchor=\"\(anchor)\">\(label(seconds))</text>")
    }
    return svg + ["</svg>"]
  }

  private func drawn(_ part: PostReport.SensorPart, top: Double) -> [String] {
    var svg = [
      "<text x=\"4\" y=\"\(Self.number(top + 16))\">\(markupText(part.name))</text>",
      "<path d=\"M\(Int(Self.left)) \(Self.number(top + Self.row - 2)) "
        + "H\(Int(Self.width))\" stroke=\"#dddddd\"/>",
    ]
    for (place, change) in part.health.enumerated() where change.state != "ok" {
      let next = place + 1 < part.health.count ? part.health[place + 1].seconds : report.seconds
      svg.append(
        "<rect x=\"\(Self.number(x(change.seconds)))\" y=\"\(Self.number(top))\" "
          + "width=\"\(Self.number(max(1, x(next) - x(change.seconds))))\" "
          + "height=\"\(Self.number(Self.row - 2))\" fill=\"#f0a0a0\" fill-opacity=\"0.6\"><title>"
          + "\(markupText("\(change.state): \(change.reason)"))</title></rect>")
    }
    guard let most = part.activity.max(), most > 0 else { return svg }
    let width = (Self.width - Self.left) / Double(part.activity.count)
    for (place, count) in part.activity.enumerated() where count > 0 {
      // Roots, so that a single onset can be seen beside a busy minute.
      let height = (Double(count) / Double(most)).squareRoot() * (Self.row - 4)
      svg.append(
        "<rect x=\"\(Self.number(Self.left + Double(place) * width))\" "
          + "y=\"\(Self.number(top + Self.row - 2 - height))\" width=\"\(Self.number(width))\" "
          + "height=\"\(Self.number(height))\" fill=\"#5577aa\"><title>\(count)</title></rect>")
    }
    return svg
  }

  private func x(_ seconds: Double) -> Double {
    let share = min(max(seconds / max(report.seconds, 1e-3), 0), 1)
    return Self.left + share * (Self.width - Self.left)
  }

  /// UTC, or seconds where all is within ten minutes.
  private func label(_ seconds: Double) -> String {
    guard report.seconds >= 600, let start = EventFeature.unixSeconds(of: report.start) else {
      return String(format: "%.0f s", seconds)
    }
    return String(PostReport.utc(start + seconds).dropFirst(11).prefix(5))
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }
}
