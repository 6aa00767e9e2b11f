import Foundation
import Fusion

/// Steps in the order in which fusion took them, and as lines for people: what happens often between
/// two turning points is one line.
struct Timeline: Sendable {
  var entries: [TimelineEntry]

  /// Steps that stand for themselves.
  private static let turningPoints = Set(
    [
      FusionStep.Action.began, .felt, .pulseEnded, .confirmed, .reported, .joined, .corrected,
      .retracted, .ended,
    ].map { TimelineEntry.word("\($0)") })

  /// The lines, each with the second at which its steps begin.
  var lines: [String] {
    var lines: [String] = []
    var between: [(key: String, entries: [TimelineEntry])] = []
    func flush() {
      for group in between { lines.append(Self.line(group.entries)) }
      between = []
    }
    for entry in entries {
      if Self.turningPoints.contains(entry.action) {
        flush()
        lines.append(Self.line([entry]))
        continue
      }
      let key = "\(entry.action) \(entry.obstacle ?? "") \(entry.sensor ?? "") \(entry.line ?? "")"
      if let place = between.firstIndex(where: { $0.key == key }) {
        between[place].entries.append(entry)
      } else {
        between.append((key, [entry]))
      }
    }
    flush()
    return lines
  }

  /// `entries` of one kind as one line.
  private static func line(_ entries: [TimelineEntry]) -> String {
    let (first, last) = (entries[0], entries[entries.count - 1])
    let when = String(format: "%8.3f", first.seconds)
    let who = first.sensor ?? first.line.map { "line \($0)" } ?? ""
    let name = who.padding(toLength: max(14, who.count), withPad: " ", startingAt: 0)
    return "\(when)  \(name)  \(words(entries, first, last))"
  }

  private static func words(
    _ entries: [TimelineEntry], _ first: TimelineEntry, _ last: TimelineEntry
  ) -> String {
    let count = entries.count
    let odds =
      first.existenceBefore == last.existence
      ? String(format: "existence %.2f", last.existence)
      : String(format: "existence %.2f -> %.2f", first.existenceBefore, last.existence)
    let place = String(
      format: "at %.1f E %.1f N +- %.1f m", last.position[0], last.position[1], last.sigma)
    switch first.action {
    case "began": return "starts track \(first.track) \(place); \(odds)"
    case "placed": return "\(times(count, "detection")) taken, \(fit(entries)); \(odds); \(place)"
    case "directed": return "\(times(count, "bearing")) taken, \(fit(entries)); \(odds); \(place)"
    case "shared": return "\(times(count, "scan")): hidden in a neighbour's detection; \(place)"
    case "felt": return "onset taken, \(fit(entries)); \(odds); \(place)"
    case "pulse_ended": return "its pulse ends: \(length(first)); \(odds)"
    case "told": return "\(times(count, "word")) of our own on its place; \(place)"
    case "missed": return "\(times(count, "scan")) of the place without it; \(odds)"
    case "refused":
      let reason = first.obstacle == "taken" ? "it went to another track" : "outside of the gate"
      let what = first.sensor == nil ? "observation" : "near observation"
      return "\(times(count, what)) not taken, \(fit(entries)): \(reason)"
    case "confirmed": return "CONFIRMED; \(odds)"
    case "tested": return tested(entries, last)
    case "reported": return "REPORTED: existence \(test(last)); \(place)"
    case "withheld":
      return "\(times(count, "time")) beyond, and no event: \(Self.reason(last))"
    case "joined": return "track \(first.other ?? 0) was found to be track \(first.track)"
    case "corrected": return "the event gets a new version; \(odds)"
    case "retracted": return "the event is taken back; \(odds)"
    case "ended": return "track \(first.track) ends: \(Self.reason(last)); \(odds)"
    default: return first.action
    }
  }

  /// What an obstacle is, in words.
  static func reason(_ entry: TimelineEntry) -> String {
    switch entry.obstacle {
    case "unconfirmed":
      String(
        format: "not confirmed (%.0f %% of the hits that it takes, existence %.2f)",
        min(entry.initiation, 1) * 100, entry.existence)
    case "existence": "existence \(test(entry))"
    case "stale": "it could not be decided for too long"
    case "beyond_end": "the path passed beyond the line's end"
    case "repetition": "it repeats an event"
    case "odds": "more likely nothing than a target"
    case "silence": "nothing was heard of it for too long"
    case "spread": "where it was became too uncertain"
    default: "\(entry.obstacle ?? "")"
    }
  }

  private static func test(_ entry: TimelineEntry) -> String {
    String(format: "%.2f of %.2f needed", entry.probability ?? 0, entry.needed ?? 0)
  }

  private static func tested(_ entries: [TimelineEntry], _ last: TimelineEntry) -> String {
    let chances = entries.compactMap(\.probability)
    return String(
      format: "%@: other side %.2f to %.2f, then %.2f of %.2f needed", times(entries.count, "test"),
      chances.min() ?? 0, chances.max() ?? 0, last.probability ?? 0, last.needed ?? 0)
  }

  private static func fit(_ entries: [TimelineEntry]) -> String {
    let squares = entries.compactMap(\.distanceSquared)
    guard let least = squares.min(), let most = squares.max(), let gate = entries[0].gate else {
      return "not compared"
    }
    return least == most
      ? String(format: "d2 %.1f of %.1f", least, gate)
      : String(format: "d2 %.1f to %.1f of %.1f", least, most, gate)
  }

  private static func length(_ entry: TimelineEntry) -> String {
    if entry.existence > entry.existenceBefore { return "longer than a single motion gives" }
    if entry.existence == entry.existenceBefore { return "its length tells nothing" }
    return entry.existence < entry.existenceBefore / 4
      ? "too short for a target" : "as short as a single motion"
  }

  private static func times(_ count: Int, _ what: String) -> String {
    count == 1 ? "1 \(what)" : "\(count) \(what)s"
  }
}
