import Model

/// Which of two links a platform of our own is listened to on: the one that was heard first, until it has
/// been silent for two seconds. Goes by the times of arrival.
struct PlatformVoices: ~Copyable {
  /// A second link is listened to after the first one was silent for so long, nanoseconds.
  private static let silenceNanos: Int64 = 2_000_000_000

  private struct Voice: BitwiseCopyable {
    var source = SourceID.clock
    var time = Instant.distantPast
  }

  private let voices: FixedArray<Voice>
  private let isPlatform: FixedArray<Bool>

  init(_ site: Site) {
    voices = FixedArray(repeating: Voice(), count: site.sensors.count)
    isPlatform = FixedArray(
      site.sensors.map {
        switch $0.detail {
        case .drone, .beacon: true
        case .motion, .camera, .receiver: false
        }
      })
  }

  /// Whether a platform says this on another link than the one that is listened to.
  func isEcho(_ observation: Observation, at now: Instant) -> Bool {
    switch observation.content {
    case .platform, .detection, .scanEnd: break
    case .area, .air, .health, .clock: return false
    }
    let index = observation.sensor.index
    guard index < voices.count, isPlatform[index] else { return false }
    if observation.source != voices[index].source {
      guard now.nanos(since: voices[index].time) > Self.silenceNanos else { return true }
      voices[index].source = observation.source
    }
    voices[index].time = now
    return false
  }

  /// A platform that one of two links lost, and that the other one hears, is degraded only.
  func asHeard(_ report: HealthReport, by source: SourceID, at now: Instant) -> HealthReport {
    guard report.state == .lost, report.sensor.index < voices.count else { return report }
    let voice = voices[report.sensor.index]
    guard voice.time != .distantPast, voice.source != source,
      now.nanos(since: voice.time) <= Self.silenceNanos
    else { return report }
    var lesser = report
    lesser.state = .degraded
    return lesser
  }
}
