import Foundation
import Fusion
import Geodesy
public import Model

/// Why no event came: the hypothesis nearest to a place and a time, what it lacked, and what the
/// sensors that covered the place told.
public struct Absence: Sendable, Encodable {
  /// Time around the moment within which hypotheses and observations count, seconds.
  static let aroundSeconds = 15.0
  /// A hypothesis farther than this, in squared deviations, is another's.
  private static let costMax = 16.0

  /// A track that may have been what is missed.
  public struct Hypothesis: Sendable, Encodable {
    /// Its number in the replay.
    public var track: UInt32
    /// Metres from the place at the moment, by its nearest step.
    public var distance: Double
    /// The event that it gave, if it gave one.
    public var event: String?
    /// What kept it from an event.
    public var lacks: [String]
    /// Its steps; seconds count from the moment.
    public var timeline: [TimelineEntry]

    private enum CodingKeys: String, CodingKey {
      case track, event, lacks, timeline
      case distance = "distance_m"
    }
  }

  /// A sensor that covered the place.
  public struct Cover: Sendable, Encodable {
    /// Its name.
    public var sensor: String
    /// Whether it delivered.
    public var delivers: Bool
    /// Scans, or onsets of a motion sensor, around the moment.
    public var told: Int
    /// Detections near the place among them.
    public var near: Int
  }

  /// Metres east and north of the site's origin.
  public var place: [Double]
  /// The moment, as it was asked for.
  public var time: String
  /// The nearest hypothesis, or nothing.
  public var hypothesis: Hypothesis?
  /// Tracks that were there around the moment.
  public var tracks: Int
  /// Sensors that covered the place.
  public var covers: [Cover]

  /// Looks for what was at `latitude`, `longitude` (degrees) at `time`: RFC 3339 in UTC, or seconds
  /// from the capture's beginning.
  ///
  /// - Throws: `CaptureError`; `StationError` when the time is none, or outside of the capture.
  public init(
    at time: String, latitude: Double, longitude: Double, capture path: String, site: Site,
    isOtherSite: Bool
  ) throws {
    let run = try CapturedRun(path: path)
    let moment = try Self.moment(time, in: run, path: path)
    let frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    let place = frame.local(latitudeDegrees: latitude, longitudeDegrees: longitude)
    let nanos = Int64(Self.aroundSeconds * 4 * 1e9)
    let replay = try TracedReplay(
      path: path, site: site, isOtherSite: isOtherSite,
      window: moment.advanced(byNanos: -nanos)...moment.advanced(byNanos: nanos),
      place: (moment, place))
    self.place = [place.x, place.y].map { ($0 * 100).rounded() / 100 }
    self.time = time
    let around = replay.steps.filter {
      abs($0.stateTime.seconds(since: moment)) <= Self.aroundSeconds && $0.track.rawValue != 0
    }
    tracks = Set(around.map(\.track)).count
    hypothesis = Self.nearest(to: place, at: moment, among: around).map { nearest in
      Hypothesis(nearest, at: site, from: moment, in: replay)
    }
    covers = replay.covering.map { covering in
      Cover(covering, of: replay.observations, near: place, at: moment, site: site)
    }
  }

  private static func moment(_ text: String, in run: CapturedRun, path: String) throws -> Instant {
    guard let start = run.start, let end = run.end else {
      throw StationError(.capture, "\(path): it holds nothing")
    }
    let moment: Instant?
    if let seconds = Double(text) {
      moment = start.advanced(byNanos: Int64(min(max(seconds, -1e9), 1e9) * 1e9))
    } else if let unixSeconds = EventFeature.unixSeconds(of: text) {
      moment = run.instant(unixSeconds: unixSeconds)
    } else {
      throw StationError(
        .capture,
        "'\(text)' is no time; expected UTC such as 2026-03-01T02:10:00Z, or seconds from the "
          + "capture's beginning")
    }
    guard let moment, moment >= start, moment <= end else {
      throw StationError(
        .capture,
        "\(path): \(text) is outside of it; it spans \(Int(end.seconds(since: start))) s from "
          + Self.utc(start, of: run))
    }
    return moment
  }

  private static func utc(_ moment: Instant, of run: CapturedRun) -> String {
    guard let map = run.maps.first else { return "an unknown time" }
    return map.wallTime(at: moment).utcText(decimals: 3)
  }

  /// A step with the track's distance from the place, carried to the moment.
  struct Nearest {
    var step: FusionStep
    var distance: Double
  }

  private static func nearest(
    to place: SIMD2<Double>, at moment: Instant, among steps: [FusionStep]
  ) -> Nearest? {
    var best: Nearest?
    var bestCost = costMax
    for step in steps where step.action != .ended {
      let age = moment.seconds(since: step.stateTime)
      let away = step.position + step.velocity * age - place
      let squared = (away * away).sum()
      let cost = squared / (step.sigma * step.sigma + 9 + age * age) + age * age / 25
      if cost < bestCost {
        (best, bestCost) = (Nearest(step: step, distance: squared.squareRoot()), cost)
      }
    }
    return best
  }

  /// For people.
  public var text: String {
    var lines = [
      String(
        format: "around %@ at %.1f E %.1f N: %d tracks", time, place[0], place[1], tracks)
    ]
    if let hypothesis {
      lines.append(
        String(
          format: "nearest: track %d, %.1f m away", hypothesis.track, hypothesis.distance))
      if let event = hypothesis.event { lines.append("  it gave the event \(event)") }
      lines += hypothesis.lacks.map { "  " + $0 }
    } else {
      lines.append("nearest: none; no sensor told anything that could have been there")
    }
    lines.append(covers.isEmpty ? "no sensor covered the place" : "sensors that covered the place:")
    for cover in covers {
      let state = cover.delivers ? "delivered" : "DID NOT DELIVER"
      lines.append(
        "  \(cover.sensor): \(state); \(cover.told) scans or onsets within "
          + "\(Int(Self.aroundSeconds)) s, \(cover.near) of them near the place")
    }
    if let hypothesis {
      lines.append("seconds from the moment asked for; d2: squared distance, of the gate")
      lines += Timeline(entries: hypothesis.timeline).lines
    }
    return lines.joined(separator: "\n")
  }

  /// One JSON object.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension Absence.Cover {
  /// Metres within which a detection counts as near, beside three of its deviations.
  private static let nearMetres = 3.0

  init(
    _ covering: (sensor: SensorID, delivers: Bool), of observations: [Observation],
    near place: SIMD2<Double>, at moment: Instant, site: Site
  ) {
    sensor = site.sensors[covering.sensor.index].name
    delivers = covering.delivers
    (told, near) = (0, 0)
    for observation in observations
    where observation.sensor == covering.sensor
      && abs(observation.time.seconds(since: moment)) <= Absence.aroundSeconds
    {
      switch observation.content {
      case .area(let isActive) where isActive:
        told += 1
        near += 1
      case .scanEnd: told += 1
      case .detection(let detection) where detection.hasPosition:
        let away = detection.position - place
        let sigma = Covariance2(packed: detection.covariance).largestSigma
        if (away * away).sum().squareRoot() <= Self.nearMetres + 3 * sigma { near += 1 }
      default: break
      }
    }
  }
}

extension Absence.Hypothesis {
  init(_ nearest: Absence.Nearest, at site: Site, from moment: Instant, in replay: TracedReplay) {
    track = nearest.step.track.rawValue
    distance = (nearest.distance * 100).rounded() / 100
    let steps = replay.steps(of: nearest.step.track)
    timeline = steps.map { TimelineEntry($0, at: site, from: moment) }
    event = replay.crossings.first { $0.event.track == nearest.step.track }?.feature.said.id
    lacks = Self.lacks(timeline)
    if let heir = replay.steps.first(where: {
      $0.action == .joined && $0.other == nearest.step.track
    }) {
      lacks.append("it was found to be track \(heir.track.rawValue)")
      event = event ?? replay.crossings.first { $0.event.track == heir.track }?.feature.said.id
    }
  }

  /// What kept the track of `timeline` from an event, the nearest obstacle first.
  private static func lacks(_ timeline: [TimelineEntry]) -> [String] {
    var lacks: [String] = []
    if !timeline.contains(where: \.isConfirmed) {
      let initiation = timeline.map(\.initiation).max() ?? 0
      let existence = timeline.map(\.existence).max() ?? 0
      lacks.append(
        String(
          format: "never confirmed: at best %.0f %% of the hits that it takes, existence %.2f",
          min(initiation, 1) * 100, existence))
    }
    for line in Set(timeline.filter { $0.action == "tested" }.compactMap(\.line)).sorted() {
      let tests = timeline.filter { $0.line == line && $0.action == "tested" }
      guard let best = tests.max(by: { ($0.probability ?? 0) < ($1.probability ?? 0) }) else {
        continue
      }
      if (best.probability ?? 0) < (best.needed ?? 1) {
        lacks.append(
          String(
            format: "line %@: beyond it with probability %.2f at best, %.2f needed", line,
            best.probability ?? 0, best.needed ?? 0))
      }
    }
    let withheld = timeline.filter { $0.action == "withheld" }
    for obstacle in Set(withheld.compactMap(\.obstacle)).sorted() {
      let cases = withheld.filter { $0.obstacle == obstacle }
      guard let last = cases.last else { continue }
      lacks.append(
        "line \(last.line ?? ""): beyond it, and no event: \(Timeline.reason(last)), "
          + "\(cases.count) times")
    }
    if let end = timeline.last(where: { $0.action == "ended" }) {
      lacks.append(
        String(format: "it ended at %.1f s: %@", end.seconds, Timeline.reason(end)))
    }
    return lacks
  }
}
