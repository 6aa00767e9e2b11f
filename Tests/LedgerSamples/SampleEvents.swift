import Ledger
import Model
import TestSupport

/// Events of every kind and of many shapes, and the site they happen at.
struct SampleEvents {
  static let post = "samples"
  /// The seed of the signing key.
  static let keySeed = [UInt8](1...32)

  private let clock: ClockMap
  private let intervalNanos: Int64

  /// Names with what JSON has to escape.
  static let site = Site(
    post: post,
    origin: GeographicOrigin(latitudeDegrees: 47.1234567, longitudeDegrees: 9.5, heightMetres: 430),
    lines: [
      SiteLine(
        name: "north bank", isClosed: false, points: [SIMD2(-500, 0), SIMD2(500, 0)],
        leftName: "Österland", rightName: "Süd \"A\"\\B\u{8}\t\u{1}", leftToRight: "in",
        rightToLeft: "out")
    ],
    sensors: (0..<3).map { number in
      Sensor(
        name: "pir-\(number + 1)", profile: "test/pir", place: SIMD3(5, -7, 2), coverage: [],
        detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0,
        detail: .motion(
          MotionDetail(
            technology: .pir, chip: "gpiochip0", line: "\(number)", isActiveLow: false,
            debounceNanos: 1_000_000, holdNanos: 2_000_000_000)))
    },
    links: [], configurationHash: String(repeating: "9f", count: 32))

  private var random: SeededGenerator

  /// Events `intervalNanos` apart, the first of them about `startNanos` after 1970 UTC.
  init(
    seed: UInt64, startNanos: Int64 = 1_772_338_006_789_012_345, intervalNanos: Int64 = 250_000_000
  ) {
    random = SeededGenerator(seed: seed)
    clock = ClockMap(
      instant: Instant(monotonicNanos: 0),
      wall: WallTime(unixNanos: startNanos - 100_000_000_000), uncertaintyNanos: 2_500_000,
      state: .synchronised)
    self.intervalNanos = intervalNanos
  }

  /// Event `number`.
  mutating func event(_ number: UInt64) -> PostEvent {
    let time = Instant(monotonicNanos: 100_000_000_000 + Int64(number) * intervalNanos)
    switch Int.random(in: 0..<8, using: &random) {
    case 0:
      return .health(
        SensorHealthEvent(
          report: HealthReport(
            sensor: SensorID(.random(in: 0...2, using: &random)),
            state: HealthState.allCases.randomElement(using: &random) ?? .ok,
            reason: HealthReason.allCases.randomElement(using: &random) ?? .deviceGone,
            systemError: .random(in: 0...133, using: &random), time: time),
          source: SourceID(2), sequence: number, clock: clock))
    case 1:
      return .status(
        PostStatusEvent(
          kind: .heartbeat, time: time, clock: clock, ordinal: number,
          sensorsLost: .random(in: 0...3, using: &random), samplesDropped: 12))
    default: return .crossing(crossing(number, time))
    }
  }

  private mutating func crossing(_ number: UInt64, _ time: Instant) -> CrossingEvent {
    var event = CrossingEvent(
      identity: CrossingIdentity(
        line: LineID(0), birthSource: SourceID(1), birthSequence: number, birthBranch: 1,
        ordinal: 1),
      direction: Bool.random(using: &random) ? .leftToRight : .rightToLeft, time: time,
      decided: time.advanced(byNanos: 180_000_000), clock: clock,
      position: SIMD2(
        .random(in: -500...500, using: &random), .random(in: -9...9, using: &random)),
      covariance: SIMD3(0.25, -0.0125, 1.5), track: TrackID(17))
    event.velocity = SIMD2(
      .random(in: -3...3, using: &random), .random(in: -3...3, using: &random))
    event.height = Bool.random(using: &random) ? .nan : 2.5
    event.classes = ClassScores(lanes: SIMD8(0.5, 0.25, 0.125, 0.0625, 0.0625, 0, 0, 0))
    event.confidence = .random(in: 0...1, using: &random)
    event.targetCount = 1
    event.targetCountMin = 1
    event.targetCountMax = 2
    event.contributionCount = .random(in: 0...3, using: &random)
    for index in 0..<3 {
      event.contributions[index] = Contribution(
        sensor: SensorID(UInt16(index)), count: 3, first: time.advanced(byNanos: -4_000_000_000),
        last: time.advanced(byNanos: -500_000_000), health: .ok)
    }
    event.pathCount = .random(in: 0...8, using: &random)
    for index in 0..<8 {
      event.path[index] = PathPoint(
        time: time.advanced(byNanos: Int64(index - 8) * 500_000_000),
        position: SIMD2(.random(in: -9...9, using: &random), 4 - Float(index) * 0.625))
    }
    return event
  }
}
