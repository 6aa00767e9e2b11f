extension ScoreReport {
  /// The figures for people: a row a kind and one for all.
  public var text: String {
    var lines = [
      Self.columns.map { Self.padded($0.title, $0.width) }.joined(separator: " ")
    ]
    for kind in kinds { lines.append(Self.row(kind.name, kind.figures)) }
    lines.append(Self.row("ALL (pooled)", pooled))
    if !macro.isEmpty {
      let parts = ["f1", "recall", "precision", "gospa"].map {
        "\($0) \(Self.number(macro[$0], 3))"
      }
      lines.append("mean over kinds: " + parts.joined(separator: ", "))
    }
    let interval = (pooled.f1Interval ?? []).map { Self.number($0, 3) }.joined(separator: " to ")
    lines.append(
      "pooled F1 \(Self.number(pooled.f1, 3)), 90 % bootstrap interval over "
        + "\(kinds.reduce(0) { $0 + $1.scores.count }) cases \(interval)")
    lines.append(
      "alarms on threats \(pooled.hits) of \(pooled.threats); false \(pooled.falseAlarms): on animals "
        + "\(pooled.onAnimals), on friends \(pooled.onFriends), repeated \(pooled.onDuplicates), "
        + "on nothing \(pooled.onGhosts); friends known \(pooled.friendsKnown) of \(pooled.friends); "
        + "Brier \(Self.number(pooled.brier, 3))")
    for name in silent { lines.append("no answer to \(name): scored as silent") }
    return lines.joined(separator: "\n")
  }

  private static let columns: [(title: String, width: Int)] = [
    ("scene", -20), ("F1", 5), ("prec", 5), ("rec", 5), ("incR", 5), ("dir", 5), ("cls", 5),
    ("dup", 4), ("FA/h", 6), ("latM", 5), ("lat95", 5), ("GOSPA", 6), ("locR", 5), ("miss%", 6),
    ("fals/s", 6), ("IDSW", 4), ("MOTA", 6), ("IDF1", 5), ("Brier", 5), ("det/s", 8),
  ]

  private static func row(_ name: String, _ figures: ScoreFigures) -> String {
    let cells = [
      name, number(figures.f1, 2), number(figures.precision, 2), number(figures.recall, 2),
      number(figures.incidentRecall, 2), number(figures.directionAccuracy, 2),
      number(figures.classAccuracy, 2), "\(figures.duplicates)",
      number(figures.falseAlarmsPerHour, 1), number(figures.latencyMedian, 2),
      number(figures.latencyTail, 2), number(figures.gospa, 2), number(figures.localisation, 2),
      number(100 * figures.missRate, 1), number(figures.falsePerSecond, 2), "\(figures.switches)",
      number(figures.accuracy, 2), number(figures.identification, 2), number(figures.brier, 2),
      number(figures.detectionsPerSecond, 0),
    ]
    return zip(cells, columns).map { padded($0, $1.width) }.joined(separator: " ")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    let room = String(repeating: " ", count: max(0, abs(width) - text.count))
    return width < 0 ? text + room : room + text
  }

  /// A number with that many digits after the point; `-` for none.
  static func number(_ value: Double?, _ digits: Int) -> String {
    guard let value, value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return sign + "\(whole)" }
    let rest = "\(whole % Int64(scale))"
    let zeros = String(repeating: "0", count: max(0, digits - rest.count))
    return sign + "\(whole / Int64(scale)).\(zeros)\(rest)"
  }
}
