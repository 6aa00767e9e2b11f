import Foundation
import Geodesy
import Model

/// The site from above, north up: lines, sensors with their covers, and the crossings with the ways
/// that they came.
struct ReportMap {
  private static let width = 900.0
  private static let heightMax = 700.0
  private static let margin = 12.0

  private let report: PostReport
  private let site: Site
  private let frame: LocalFrame
  private var southWest = SIMD2(Double.infinity, Double.infinity)
  private var northEast = SIMD2(-Double.infinity, -Double.infinity)
  private let scale: Double

  init(_ report: PostReport, site: Site) {
    self.report = report
    self.site = site
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees,
      longitudeDegrees: site.origin.longitudeDegrees, heightMetres: site.origin.heightMetres)
    var points =
      site.lines.flatMap(\.points)
      + report.crossings.compactMap { [frame] in
        $0.degrees.count == 2
          ? frame.local(latitudeDegrees: $0.degrees[1], longitudeDegrees: $0.degrees[0]) : nil
      }
    for sensor in site.sensors {
      if sensor.platform == nil { points.append(SIMD2(sensor.place.x, sensor.place.y)) }
      points += sensor.coverage
    }
    for point in points where point.x.isFinite && point.y.isFinite {
      southWest = pointwiseMin(southWest, point)
      northEast = pointwiseMax(northEast, point)
    }
    if points.isEmpty { (southWest, northEast) = (SIMD2(-50, -50), SIMD2(50, 50)) }
    southWest -= SIMD2(repeating: Self.margin)
    northEast += SIMD2(repeating: Self.margin)
    let extent = northEast - southWest
    scale = min(Self.width / extent.x, Self.heightMax / extent.y)
  }

  /// The picture.
  var lines: [String] {
    let extent = (northEast - southWest) * scale
    var svg = [
      "<svg width=\"\(Self.number(extent.x))\" height=\"\(Self.number(extent.y))\" "
        + "viewBox=\"0 0 \(Self.number(extent.x)) \(Self.number(extent.y))\" "
        + "xmlns=\"http://www.w3.org/2000/svg\">"
    ]
    for sensor in site.sensors where sensor.coverage.count >= 3 {
      let isCamera = sensor.camera != nil
      svg.append(
        "<path d=\"\(path(sensor.coverage))Z\" fill=\"\(isCamera ? "#3a78c0" : "#d0a020")\" "
          + "fill-opacity=\"\(isCamera ? "0.06" : "0.18")\" stroke=\"#aaaaaa\"><title>"
          + "\(markupText(sensor.name))</title></path>")
    }
    for line in site.lines {
      svg.append(
        "<path d=\"\(path(line.points))\(line.isClosed ? "Z" : "")\" fill=\"none\" "
          + "stroke=\"#222222\" stroke-width=\"2\"><title>\(markupText(line.name))</title>"
          + "</path>")
    }
    for sensor in site.sensors where sensor.platform == nil {
      let at = pixel(SIMD2(sensor.place.x, sensor.place.y))
      svg.append(
        "<circle cx=\"\(Self.number(at.x))\" cy=\"\(Self.number(at.y))\" r=\"3\" fill=\"#444444\"/>"
          + "<text x=\"\(Self.number(at.x + 5))\" y=\"\(Self.number(at.y - 4))\" fill=\"#444444\">"
          + "\(markupText(sensor.name))</text>")
    }
    svg += report.crossings.flatMap(drawn)
    let bar = Self.roundLength(below: extent.x / scale / 4)
    svg.append(
      "<path d=\"M12 \(Self.number(extent.y - 12)) h\(Self.number(bar * scale))\" "
        + "stroke=\"#222222\" stroke-width=\"3\"/><text x=\"12\" y=\"\(Self.number(extent.y - 18))\">"
        + "\(Int(bar)) m</text></svg>")
    return svg
  }

  private func drawn(_ crossing: PostReport.Crossing) -> [String] {
    guard crossing.degrees.count == 2 else { return [] }
    let colour = PostReport.colour(of: crossing)
    let way = crossing.path.filter { $0.count == 2 }.map(place)
    let at = pixel(place(crossing.degrees))
    return [
      "<path d=\"\(path(way))\" fill=\"none\" stroke=\"\(colour)\" stroke-opacity=\"0.6\"/>",
      "<circle cx=\"\(Self.number(at.x))\" cy=\"\(Self.number(at.y))\" r=\"5\" fill=\"\(colour)\" "
        + "fill-opacity=\"0.7\"><title>\(markupText(crossing.label))</title></circle>",
    ]
  }

  private func place(_ degrees: [Double]) -> SIMD2<Double> {
    frame.local(latitudeDegrees: degrees[1], longitudeDegrees: degrees[0])
  }

  private func pixel(_ place: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2((place.x - southWest.x) * scale, (northEast.y - place.y) * scale)
  }

  private func path(_ points: [SIMD2<Double>]) -> String {
    points.enumerated().map { index, point in
      let at = pixel(point)
      return "\(index == 0 ? "M" : "L")\(Self.number(at.x)) \(Self.number(at.y))"
    }.joined()
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  /// 1, 2 or 5 times a power of ten, at least 1.
  private static func roundLength(below most: Double) -> Double {
    var length = 1.0
    for step in [2.0, 2.5, 2.0, 2.0, 2.5, 2.0, 2.0, 2.5, 2.0] {
      guard length * step <= most else { break }
      length *= step
    }
    return length
  }
}

extension PostReport.Crossing {
  /// It in one line.
  var label: String {
    "\(time.dropFirst(11).prefix(12)) \(line) \(direction) \(isFriendly ? "own " : "")\(target) "
      + String(format: "%.2f", confidence) + " [\(sensors.joined(separator: ", "))]"
      + (disposition == "retracted" ? " taken back" : "")
  }
}
