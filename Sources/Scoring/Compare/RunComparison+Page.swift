import Glibc
import Model

extension RunComparison {
  /// The comparison as one HTML page that needs no other file and no network: the events that differ
  /// on a map, and each with its reason. It is well-formed XML too.
  public var page: String {
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
    body += map
    body += Self.table("Lost: in A only", "lost", lost.map { [$0.event, $0.reason] })
    body += Self.table("Gained: in B only", "gained", gained.map { [$0.event, $0.reason] })
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
    h2.lost { color: #c22; } h2.gained { color: #283; } h2.changed { color: #c80; }
    """

  /// Places north up, as many metres to a step of the picture in both directions; nothing when no
  /// event that differs has a place.
  private var map: [String] {
    var marks: [(kind: String, place: [Double], text: String)] = []
    for event in lost { marks.append(("lost", event.place, event.event)) }
    for event in gained { marks.append(("gained", event.place, event.event)) }
    for event in changed { marks.append(("changed", event.place, event.event)) }
    marks.removeAll { $0.place.count != 2 }
    guard let first = marks.first?.place else { return [] }
    let metresNorth = 111_195.0
    let metresEast = metresNorth * cos(first[1] * .pi / 180)
    let points = marks.map { mark in
      (
        x: (mark.place[0] - first[0]) * metresEast, y: (first[1] - mark.place[1]) * metresNorth,
        kind: mark.kind, text: mark.text
      )
    }
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    let centre = ((xs.min()! + xs.max()!) / 2, (ys.min()! + ys.max()!) / 2)
    let width = max(xs.max()! - xs.min()!, (ys.max()! - ys.min()!) * 2, 20) * 1.2
    let scale = 800 / width
    var lines = [
      "<svg width=\"800\" height=\"400\" viewBox=\"0 0 800 400\" "
        + "xmlns=\"http://www.w3.org/2000/svg\">"
    ]
    for point in points {
      let x = ScoreReport.number(400 + (point.x - centre.0) * scale, 1)
      let y = ScoreReport.number(200 + (point.y - centre.1) * scale, 1)
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

  private static func table(_ title: String, _ kind: String, _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return ["<h2 class=\"\(kind)\">\(title)</h2>", "<table>"] + rows.map(row) + ["</table>"]
  }

  private static func row(_ cells: [String]) -> String {
    "<tr>" + cells.map { "<td>\(markupText($0))</td>" }.joined() + "</tr>"
  }
}
