import FoundationEssentials
import Glibc
import Model

extension RunComparison {
  /// The comparison as one HTML page that needs no other file and no network: the events that differ
  /// on a map, and each with its reason. It is well-formed XML too.
  public var page: String { page(over: ComparisonGround()) }

  /// The page with the site on its map, and with pictures of events of one run only.
  public func page(over ground: ComparisonGround) -> String {
    var body = ["<h1>Two runs</h1>", "<table>"]
    for (letter, side) in [("A", a), ("B", b)] {
      body.append(
        Self.row([letter, side.name, side.configuration, side.software, "\(side.events) events"]))
    }
    body.append("</table>")
    body.append(
      "<p><b>\(same)</b> events the same, <b>\(changed.count)</b> changed, "
        + "<b>\(lost.count)</b> lost, <b>\(gained.count)</b> gained.</p>")
    if let firstDifference {
      body.append("<p>First difference: \(markupText(firstDifference.text)).</p>")
    }
    body += map(over: ground)
    body += Self.table("Lost: in A only", "lost", lost, ground)
    body += Self.table("Gained: in B only", "gained", gained, ground)
    body += Self.table(
      "Changed", "changed",
      changed.map { change in
        [
          change.event,
          change.members.map { "\($0.name): \($0.a) -> \($0.b)" }.joined(separator: "\n"),
        ]
      })
    if !isSame { body += Self.table("Settings", "setting", settings.map { [$0] }) }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>Two runs</title><style>
      \(Self.style)
      </style></head><body>
      \(body.joined(separator: "\n"))
      </body></html>

      """
  }

  private static let style = """
    body { font: 15px/1.4 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; }
    table { border-collapse: collapse; } td { border: 1px solid #bbb; padding: .2em .6em; \
    vertical-align: top; white-space: pre-wrap; }
    svg { border: 1px solid #bbb; background: #f8f8f4; max-width: 100%; }
    .lost { fill: #c22; } .gained { fill: #283; } .changed { fill: #c80; }
    td img { display: block; max-width: 24em; margin-top: .3em; } svg text { font-size: 12px; }
    h2.lost { color: #c22; } h2.gained { color: #283; } h2.changed { color: #c80; }
    """

  /// Places north up, as many metres to a step of the picture in both directions; nothing when no
  /// event that differs has a place.
  private func map(over ground: ComparisonGround) -> [String] {
    var marks: [(kind: String, place: [Double], text: String)] = []
    for event in lost { marks.append(("lost", event.place, event.event)) }
    for event in gained { marks.append(("gained", event.place, event.event)) }
    for event in changed { marks.append(("changed", event.place, event.event)) }
    marks.removeAll { $0.place.count != 2 }
    guard let first = marks.first?.place else { return [] }
    let metresNorth = 111_195.0
    let metresEast = metresNorth * cos(first[1] * .pi / 180)
    func metres(_ place: SIMD2<Double>) -> SIMD2<Double> {
      SIMD2((place.x - first[0]) * metresEast, (first[1] - place.y) * metresNorth)
    }
    let points = marks.map { mark in
      (at: metres(SIMD2(mark.place[0], mark.place[1])), kind: mark.kind, text: mark.text)
    }
    let shown = points.map(\.at) + ground.sensors.map { metres($0.place) }
    let (xs, ys) = (shown.map(\.x), shown.map(\.y))
    let centre = ((xs.min()! + xs.max()!) / 2, (ys.min()! + ys.max()!) / 2)
    let width = max(xs.max()! - xs.min()!, (ys.max()! - ys.min()!) * 2, 20) * 1.2
    let scale = 800 / width
    var lines = [
      "<svg width=\"800\" height=\"400\" viewBox=\"0 0 800 400\" "
        + "xmlns=\"http://www.w3.org/2000/svg\">"
    ]
    func pixel(_ at: SIMD2<Double>) -> (x: String, y: String) {
      (
        ScoreReport.number(400 + (at.x - centre.0) * scale, 1),
        ScoreReport.number(200 + (at.y - centre.1) * scale, 1)
      )
    }
    for line in ground.lines {
      let points = line.map { pixel(metres($0)) }.map { "\($0.x),\($0.y)" }
      lines.append(
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"#222\" "
          + "stroke-width=\"2\"/>")
    }
    for sensor in ground.sensors {
      let (x, y) = pixel(metres(sensor.place))
      lines.append(
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"4\" height=\"4\" fill=\"#444\"/>"
          + "<text x=\"\(x)\" y=\"\(y)\" dx=\"7\" dy=\"-3\" fill=\"#444\">"
          + "\(markupText(sensor.name))</text>")
    }
    for point in points {
      let (x, y) = pixel(point.at)
      lines.append(
        "<circle class=\"\(point.kind)\" cx=\"\(x)\" cy=\"\(y)\" r=\"7\" fill-opacity=\"0.6\">"
          + "<title>\(point.kind): \(markupText(point.text))</title></circle>")
    }
    let bar = Self.roundLength(below: width / 4)
    lines.append(
      "<path d=\"M 20 380 h \(ScoreReport.number(bar * scale, 1))\" stroke=\"#333\" "
        + "stroke-width=\"3\"/><text x=\"20\" y=\"370\">\(ScoreReport.number(bar, 0)) m</text></svg>"
    )
    return lines
  }

  /// 1, 2 or 5 times a power of ten, at least 1.
  private static func roundLength(below most: Double) -> Double {
    var length = 1.0
    for step in [2.0, 2.5, 2.0, 2.0, 2.5, 2.0, 2.0, 2.5, 2.0] {
      guard length * step <= most else { break }
      length *= step
    }
    return length
  }

  /// Events of one run, each with its reason and its pictures.
  private static func table(
    _ title: String, _ kind: String, _ events: [Single], _ ground: ComparisonGround
  ) -> [String] {
    guard !events.isEmpty else { return [] }
    let rows = events.map { event in
      let pictures = (ground.pictures[event.event] ?? []).map { picture in
        "<img alt=\"\(markupText(picture.caption))\" title=\"\(markupText(picture.caption))\" "
          + "src=\"data:image/jpeg;base64,\(Data(picture.jpeg).base64EncodedString())\"/>"
      }
      return "<tr><td>\(markupText(event.event))</td><td>\(markupText(event.reason))"
        + "\(pictures.joined())</td></tr>"
    }
    return ["<h2 class=\"\(kind)\">\(title)</h2>", "<table>"] + rows + ["</table>"]
  }

  private static func table(_ title: String, _ kind: String, _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return ["<h2 class=\"\(kind)\">\(title)</h2>", "<table>"] + rows.map(row) + ["</table>"]
  }

  private static func row(_ cells: [String]) -> String {
    "<tr>" + cells.map { "<td>\(markupText($0))</td>" }.joined() + "</tr>"
  }
}
