import Foundation
import Geodesy
public import Model

extension PostReport {
  /// The report as one HTML page that needs no other file and no network; it is well-formed XML too.
  public func page(site: Site) -> String {
    let real = crossings.filter { $0.disposition != "retracted" }
    var body = ["<h1>\(markupText(post))\(isExercise ? " (exercise)" : "")</h1>"]
    body.append(
      "<p>\(start) to \(end), \(Self.duration(seconds)), from \(markupText(source)).<br/>"
        + "<b>\(real.count)</b> crossings, <b>\(crossings.count - real.count)</b> taken back, "
        + "<b>\(suspects.count)</b> to look at.</p>")
    body.append("<h2>Where</h2>")
    body += ReportMap(self, site: site).lines + [Self.legend]
    body.append("<h2>When</h2>")
    body += ReportChart(self).lines
    if !suspects.isEmpty {
      body.append("<h2>To look at</h2><table><tr><th>what</th><th>why</th></tr>")
      body += suspects.map { Self.row([$0.subject, $0.reason]) } + ["</table>"]
    }
    body += sensorTable + crossingTable
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/><title>\(markupText(post)) \(start)</title>
      <style>
      \(Self.style)
      </style></head><body>
      \(body.joined(separator: "\n"))
      </body></html>

      """
  }

  private static let style = """
    body { font: 15px/1.4 sans-serif; max-width: 76em; margin: 2em auto; padding: 0 1em; }
    table { border-collapse: collapse; } td, th { border: 1px solid #bbb; padding: .2em .6em; \
    text-align: left; vertical-align: top; } .number { text-align: right; }
    svg { border: 1px solid #bbb; background: #fcfcf8; max-width: 100%; font: 12px sans-serif; }
    td img { max-width: 20em; }
    """

  private var sensorTable: [String] {
    let header = [
      "sensor", "kind", "told", "of targets", "crossings", "active", "not ok",
    ].map { "<th>\($0)</th>" }.joined()
    return ["<h2>Sensors</h2><table><tr>\(header)</tr>"]
      + sensors.map { part in
        Self.row([
          part.name, part.kind, part.told.map { "\($0)" } ?? "",
          part.inTracks.map { "\($0)" } ?? "",
          "\(part.crossings)", part.activeShare.map(Self.percent) ?? "",
          Self.percent(part.faultShare),
        ])
      } + ["</table>"]
  }

  private var crossingTable: [String] {
    let header = [
      "time", "line", "direction", "class", "confidence", "decided after", "sensors", "", "event",
    ].map { "<th>\($0)</th>" }.joined()
    return ["<h2>Crossings</h2><table><tr>\(header)</tr>"]
      + crossings.map { crossing in
        Self.row([
          String(crossing.time.dropFirst(11).prefix(12)), crossing.line, crossing.direction,
          (crossing.isFriendly ? "own " : "") + crossing.target,
          String(format: "%.2f", crossing.confidence),
          crossing.latency.map { String(format: "%.1f s", $0) } ?? "",
          crossing.sensors.joined(separator: ", "), crossing.disposition, crossing.id,
        ]) + album(of: crossing)
      } + ["</table>"]
  }

  /// A row with what cameras saw of the crossing; nothing where there is no picture.
  private func album(of crossing: Crossing) -> String {
    guard let pictures = pictures[crossing.id] else { return "" }
    let images = pictures.map { picture in
      let caption = markupText(
        "\(picture.camera) \(picture.time.utcText(decimals: 3).dropFirst(11))")
      return "<img alt=\"\(caption)\" title=\"\(caption)\" src=\"data:image/jpeg;base64,"
        + "\(Data(picture.jpeg).base64EncodedString())\"/>"
    }
    return "<tr><td colspan=\"9\">\(images.joined(separator: " "))</td></tr>"
  }

  /// What the colours of crossings mean.
  private static var legend: String {
    let words = kinds.map { kind in
      "<span style=\"color: \(kind.colour)\">&#9679;</span> \(kind.word)"
    }
    return "<p>\(words.joined(separator: " &#160; ")). North is up.</p>"
  }

  private static let kinds: [(word: String, colour: String)] = [
    ("person, group", "#cc2222"), ("vehicle", "#c06000"), ("animal", "#3a8a2a"),
    ("drone, unknown", "#7a3fa0"), ("own", "#2a7fd4"), ("taken back", "#999999"),
  ]

  private static func row(_ cells: [String]) -> String {
    "<tr>" + cells.map { "<td>\(markupText($0))</td>" }.joined() + "</tr>"
  }

  private static func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }

  private static func duration(_ seconds: Double) -> String {
    seconds < 600
      ? String(format: "%.0f seconds", seconds)
      : seconds < 36_000
        ? String(format: "%.0f minutes", seconds / 60)
        : String(format: "%.1f hours", seconds / 3_600)
  }

  /// The colour of a crossing in all pictures: by its class, grey when it was taken back.
  static func colour(of crossing: Crossing) -> String {
    let kind =
      if crossing.disposition == "retracted" {
        5
      } else if crossing.isFriendly {
        4
      } else {
        switch crossing.target {
        case "person", "group": 0
        case "vehicle": 1
        case "animal": 2
        default: 3
        }
      }
    return kinds[kind].colour
  }
}
