import Foundation
import Fusion
import Model

/// What a report is made of, gathered event by event and, from a capture, observation by observation.
struct ReportNotes {
  /// What one sensor told.
  private struct Voice {
    var told = 0
    var activeSince: Instant?
    var activeNanos: Int64 = 0
    var moments: [Instant] = []
  }

  private var newest: [String: (order: Int, feature: EventFeature, latency: Double?)] = [:]
  private var health: [String: [(unixSeconds: Double, state: String, reason: String)]] = [:]
  private var voices: [Voice]
  /// For each track, how often each sensor hit it, and whether it was ever confirmed.
  private typealias Hits = (counts: [SensorID: Int], isConfirmed: Bool)
  private var hits: [TrackID: Hits] = [:]
  /// Steps that fusion may still undo, and how long it may, nanoseconds.
  private var unsettled: [FusionStep] = []
  private static let settledNanos: Int64 = 10_000_000_000
  private(set) var isExercise = false
  private let site: Site

  init(site: Site) {
    self.site = site
    voices = site.sensors.map { _ in Voice() }
  }

  // MARK: - Taking in

  /// Takes an event; a later version replaces an earlier one.
  mutating func take(_ feature: EventFeature) {
    isExercise = isExercise || feature.said.exercise == true
    if feature.isCrossing {
      let before = newest[feature.said.id]
      newest[feature.said.id] = (
        before?.order ?? newest.count, feature,
        before?.latency ?? feature.said.latencyMilliseconds.map { $0 / 1_000 }
      )
    } else if let state = feature.said.state, let sensor = feature.said.sensor {
      health[sensor.name, default: []].append(
        (feature.unixSeconds, state, feature.said.reason ?? ""))
    }
  }

  /// Takes what fusion took.
  mutating func take(_ observation: Observation) {
    let index = observation.sensor.index
    guard voices.indices.contains(index) else { return }
    switch observation.content {
    case .area(let isActive):
      if isActive {
        note(index, at: observation.time)
        voices[index].activeSince = voices[index].activeSince ?? observation.time
      } else if let since = voices[index].activeSince {
        voices[index].activeNanos += observation.time.nanos(since: since)
        voices[index].activeSince = nil
      }
    case .detection, .platform, .air: note(index, at: observation.time)
    case .scanEnd, .health, .clock: break
    }
  }

  private mutating func note(_ index: Int, at time: Instant) {
    voices[index].told += 1
    voices[index].moments.append(time)
  }

  /// Takes a step of fusion.
  mutating func take(_ step: FusionStep) {
    // What fusion did again, in a better order, takes the place of what it did before.
    while let last = unsettled.last, last.number >= step.number { unsettled.removeLast() }
    unsettled.append(step)
    guard let first = unsettled.first,
      step.arrival.nanos(since: first.arrival) > 2 * Self.settledNanos
    else { return }
    let count = unsettled.prefix {
      step.arrival.nanos(since: $0.arrival) > Self.settledNanos
    }.count
    for step in unsettled.prefix(count) { Self.note(step, in: &hits) }
    unsettled.removeFirst(count)
  }

  private static func note(_ step: FusionStep, in hits: inout [TrackID: Hits]) {
    switch step.action {
    case .began, .placed, .directed, .felt, .told:
      hits[step.track, default: ([:], false)].counts[step.sensor, default: 0] += 1
      if step.isConfirmed { hits[step.track]?.isConfirmed = true }
    case .confirmed: hits[step.track, default: ([:], false)].isConfirmed = true
    case .joined:
      let other = hits.removeValue(forKey: step.other) ?? ([:], false)
      hits[step.track, default: ([:], false)].counts.merge(other.counts, uniquingKeysWith: +)
      if other.isConfirmed { hits[step.track]?.isConfirmed = true }
    default: break
    }
  }

  // MARK: - What came of it

  /// What is decided at the beginning may have been crossed so long before, seconds.
  private static let decisionSeconds = 60.0

  /// The crossings of the span, in their order.
  func crossings(from start: Double, to end: Double) -> [PostReport.Crossing] {
    newest.values.sorted { ($0.feature.said.time, $0.order) < ($1.feature.said.time, $1.order) }
      .filter { ((start - Self.decisionSeconds)...end).contains($0.feature.unixSeconds) }
      .map { entry in
        let said = entry.feature.said
        return PostReport.Crossing(
          id: said.id, time: said.time, seconds: entry.feature.unixSeconds - start,
          line: said.line?.name ?? "", direction: said.direction ?? "", target: said.target ?? "",
          confidence: said.confidence ?? 0, latency: entry.latency,
          sensors: (said.sensors ?? []).map(\.name), disposition: said.disposition ?? "",
          isFriendly: said.friendly ?? false,
          degrees: entry.feature.degrees.map { [$0.x, $0.y] } ?? [],
          path: (said.path ?? []).map { Array($0.prefix(2)) })
      }
  }

  /// What each sensor did; `first` is the moment of `start`, `nil` when only the events are known.
  func sensors(
    from start: Double, to end: Double, first: Instant?, crossings: [PostReport.Crossing]
  ) -> [PostReport.SensorPart] {
    let seconds = max(end - start, 1e-3)
    var inTracks = [Int](repeating: 0, count: site.sensors.count)
    var hits = hits
    for step in unsettled { Self.note(step, in: &hits) }
    for track in hits.values where track.isConfirmed {
      for (sensor, count) in track.counts where inTracks.indices.contains(sensor.index) {
        inTracks[sensor.index] += count
      }
    }
    return site.sensors.enumerated().map { index, sensor in
      var part = PostReport.SensorPart(name: sensor.name, kind: Self.kind(of: sensor))
      part.crossings = crossings.count { $0.sensors.contains(sensor.name) }
      part.health = (health[sensor.name] ?? []).map {
        PostReport.HealthChange(
          seconds: $0.unixSeconds - start, state: $0.state, reason: $0.reason)
      }
      part.faultShare = Self.faultShare(part.health, seconds: seconds)
      guard let first else { return part }
      let voice = voices[index]
      part.told = voice.told
      part.inTracks = min(inTracks[index], voice.told)
      if sensor.motion != nil {
        let last = first.advanced(byNanos: Int64(seconds * 1e9))
        let open = voice.activeSince.map { max(0, last.nanos(since: $0)) } ?? 0
        part.activeShare = min(1, Double(voice.activeNanos + open) / (seconds * 1e9))
      }
      part.activity = [Int](repeating: 0, count: PostReport.parts)
      for moment in voice.moments {
        let place = Int(moment.seconds(since: first) / seconds * Double(PostReport.parts))
        part.activity[min(max(place, 0), PostReport.parts - 1)] += 1
      }
      return part
    }
  }

  private static func kind(of sensor: Sensor) -> String {
    switch sensor.detail {
    case .motion(let motion): "\(motion.technology)"
    case .camera: "camera"
    case .drone: "drone"
    case .beacon: "beacon"
    case .receiver: "receiver"
    }
  }

  private static func faultShare(_ changes: [PostReport.HealthChange], seconds: Double) -> Double {
    var total = 0.0
    for (place, change) in changes.enumerated() where change.state != "ok" {
      let next = place + 1 < changes.count ? changes[place + 1].seconds : seconds
      total += max(0, min(next, seconds) - max(change.seconds, 0))
    }
    return min(1, total / seconds)
  }
}
