import Captures
import Foundation
import Fusion
public import Model

/// Why an event came: every step of fusion that led to it, from a replay of its capture.
public struct Explanation: Sendable, Encodable {
  /// How long before an event its track is followed, nanoseconds.
  private static let beforeNanos: Int64 = 180_000_000_000
  /// How long after.
  private static let afterNanos: Int64 = 20_000_000_000
  /// A replay that cannot follow the recorded arrivals may decide so much earlier or later, seconds.
  private static let shiftSecondsMax = 10.0

  /// What the event says.
  public struct Event: Sendable, Encodable {
    /// The event's id.
    public var id: String
    /// Line, direction, and the sides' names.
    public var line, direction, from, to: String
    /// Class with the greatest probability.
    public var target: String
    /// Probability that a real target crossed.
    public var confidence: Double
    /// UTC of the crossing.
    public var time: String
    /// From the crossing to the decision.
    public var latencyMilliseconds: Double
    /// The track's number in the replay.
    public var track: UInt32
    /// What each version says.
    public var versions: [String]

    private enum CodingKeys: String, CodingKey {
      case id, line, direction, from, to, confidence, time, track, versions
      case target = "class"
      case latencyMilliseconds = "latency_ms"
    }
  }

  /// The event.
  public var event: Event
  /// Whether the replay decided this very event; if not, the nearest one is told.
  public var isSame: Bool
  /// The steps, in the order in which fusion took them; seconds count from the decision.
  public var timeline: [TimelineEntry]
  /// Names of the sensors that contributed, with the number of observations.
  public var sensors: [String]
  /// Pictures that the flight recorder kept beside the capture.
  public var pictures: [String]

  private enum CodingKeys: String, CodingKey {
    case event, timeline, sensors, pictures
    case isSame = "same_event"
  }

  /// Explains the event `id`, or the only one whose id begins so, of the capture at `path`.
  ///
  /// - Throws: `CaptureError`; `StationError` when the capture holds no such event.
  public init(of id: String, capture path: String, site: Site, isOtherSite: Bool) throws {
    let run = try CapturedRun(path: path)
    var known = run.crossings
    if known.isEmpty {
      // An imported capture has no events of its own: those of a replay are meant.
      let all = Instant.distantPast...Instant.distantPast
      known = try TracedReplay(path: path, site: site, isOtherSite: isOtherSite, window: all)
        .crossings.map(\.feature)
    }
    let wanted = try Self.find(id, among: known, path: path)
    guard let moment = run.instant(unixSeconds: wanted.unixSeconds) else {
      throw StationError(.capture, "\(path): it holds no map to UTC; expected a capture of a post")
    }
    let replay = try TracedReplay(
      path: path, site: site, isOtherSite: isOtherSite,
      window: moment.advanced(
        byNanos: -Self.beforeNanos)...moment.advanced(byNanos: Self.afterNanos))
    guard let found = Self.match(wanted, in: replay.crossings) else {
      throw StationError(
        .capture,
        "\(path): the replay decides no crossing of \(wanted.said.line?.name ?? "") \(wanted.said.direction ?? "") near "
          + "\(wanted.said.time). Ask with --why-not \(wanted.said.time) and its place")
    }
    isSame = found.feature.said.id == wanted.said.id
    let versions = replay.crossings.map(\.feature.said).filter { $0.id == found.feature.said.id }
    let last = versions.last ?? found.feature.said
    event = Event(
      id: last.id, line: last.line?.name ?? "", direction: last.direction ?? "",
      from: last.from ?? "", to: last.to ?? "", target: last.target ?? "",
      confidence: last.confidence ?? 0, time: last.time,
      latencyMilliseconds: found.feature.said.latencyMilliseconds ?? 0,
      track: found.event.track.rawValue,
      versions: versions.map { version in
        "v\(version.version ?? 1) \(version.disposition ?? "") \(version.target ?? "") "
          + String(format: "%.2f", version.confidence ?? 0)
      })
    timeline = replay.steps(of: found.event.track)
      .map { TimelineEntry($0, at: site, from: found.event.decided) }
    sensors = (last.sensors ?? []).map {
      "\($0.name): \($0.count ?? 0) observations, \($0.health ?? "")"
    }
    pictures = Self.pictures(of: wanted.said.id, beside: path)
  }

  private static func find(
    _ id: String, among known: [EventFeature], path: String
  ) throws -> EventFeature {
    let found = known.filter { $0.said.id.hasPrefix(id.lowercased()) }
    guard let first = found.first else {
      throw StationError(
        .capture,
        "\(path): none of its \(Set(known.map(\.said.id)).count) crossings has the id \(id). "
          + "vedette replay \(path) --events FILE tells those that it has")
    }
    let ids = Set(found.map(\.said.id)).sorted()
    guard ids.count == 1 else {
      throw StationError(
        .capture, "\(path): \(id) begins \(ids.count) ids: \(ids.joined(separator: ", "))")
    }
    return first
  }

  /// The event of the same id, else the nearest of the same line and direction.
  private static func match(
    _ wanted: EventFeature, in crossings: [TracedReplay.Crossing]
  ) -> TracedReplay.Crossing? {
    if let same = crossings.first(where: { $0.feature.said.id == wanted.said.id }) { return same }
    func shift(_ crossing: TracedReplay.Crossing) -> Double {
      abs(crossing.feature.unixSeconds - wanted.unixSeconds)
    }
    return crossings.filter {
      $0.feature.said.line == wanted.said.line
        && $0.feature.said.direction == wanted.said.direction && shift($0) < shiftSecondsMax
    }.min { shift($0) < shift($1) }
  }

  private static func pictures(of id: String, beside path: String) -> [String] {
    let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasPrefix("\(id)-") && $0.hasSuffix(".jpg") }.sorted()
      .map { folder + $0 }
  }

  /// For people.
  public var text: String {
    var lines = [
      "\(event.id)  crossing \(event.line) \(event.direction) (\(event.from) to \(event.to))  "
        + "\(event.target)  confidence \(String(format: "%.2f", event.confidence))",
      "  crossed    \(event.time), decided "
        + String(format: "%.3f s later", event.latencyMilliseconds / 1_000),
      "  versions   \(event.versions.joined(separator: "; "))",
      "  sensors    \(sensors.joined(separator: "; "))",
    ]
    lines += pictures.map { "  picture    \($0)" }
    if !isSame {
      lines.append(
        "  The replay cannot follow the recorded arrivals (a part of a run, or another site file): "
          + "this is its nearest event, not the recorded one.")
    }
    lines.append("  seconds from the decision; d2: squared distance in deviations, of the gate")
    return (lines + Timeline(entries: timeline).lines).joined(separator: "\n")
  }

  /// One JSON object.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
