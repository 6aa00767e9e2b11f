import Ledger
import Model

/// Events of a post as its ledger gets them: crossings seen by two sensors, with a path of eight
/// points; no two are alike.
struct BenchEvents {
  static let post = "bench"
  /// The seed of the signing key.
  static let keySeed = [UInt8](repeating: 9, count: 32)

  private static let clock = ClockMap(
    instant: Instant(monotonicNanos: 0), wall: WallTime(unixNanos: 1_772_337_906_000_000_000),
    uncertaintyNanos: 2_500_000, state: .synchronised)

  static let site = Site(
    post: post,
    origin: GeographicOrigin(latitudeDegrees: 47.1234567, longitudeDegrees: 9.5, heightMetres: 430),
    lines: [
      SiteLine(
        name: "north bank", isClosed: false, points: [SIMD2(-500, 0), SIMD2(500, 0)],
        leftName: "north", rightName: "south", leftToRight: "in", rightToLeft: "out")
    ],
    sensors: (0..<2).map { number in
      Sensor(
        name: "pir-\(number + 1)", profile: "bench/bench", place: SIMD3(5, -7, 2), coverage: [],
        detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0,
        detail: .motion(
          MotionDetail(
            technology: .pir, chip: "gpiochip0", line: "\(number)", isActiveLow: false,
            debounceNanos: 1_000_000, holdNanos: 2_000_000_000)))
    },
    links: [],
    configurationHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")

  static func encoder() -> EventEncoder {
    EventEncoder(site: site, captureEpoch: 1, softwareVersion: "1.0.0")
  }

  private var crossing: CrossingEvent

  init() {
    let time = Instant(monotonicNanos: 100_000_000_000)
    crossing = CrossingEvent(
      identity: CrossingIdentity(
        line: LineID(0), birthSource: SourceID(1), birthSequence: 1, birthBranch: 1, ordinal: 1),
      direction: .leftToRight, time: time, decided: time.advanced(byNanos: 180_000_000),
      clock: Self.clock, position: SIMD2(12.5, -0.25), covariance: SIMD3(0.25, -0.0125, 1.5),
      track: TrackID(17))
    crossing.velocity = SIMD2(0.75, -1.125)
    crossing.classes = ClassScores(lanes: SIMD8(0.5, 0.25, 0.125, 0.0625, 0.0625, 0, 0, 0))
    crossing.confidence = 0.9375
    crossing.targetCount = 1
    crossing.targetCountMin = 1
    crossing.targetCountMax = 2
    crossing.contributionCount = 2
    for index in 0..<2 {
      crossing.contributions[index] = Contribution(
        sensor: SensorID(UInt16(index)), count: 3, first: time.advanced(byNanos: -4_000_000_000),
        last: time.advanced(byNanos: -500_000_000), health: .ok)
    }
    crossing.pathCount = 8
    for index in 0..<8 {
      crossing.path[index] = PathPoint(
        time: time.advanced(byNanos: Int64(index - 8) * 500_000_000),
        position: SIMD2(Float(index) * 1.375, 4 - Float(index) * 0.625))
    }
  }

  /// Event `number`.
  mutating func event(_ number: UInt64) -> PostEvent {
    crossing.identity.birthSequence = number
    crossing.time = Instant(monotonicNanos: 100_000_000_000 + Int64(number) * 10_000)
    crossing.position = SIMD2(Double(number % 9_973) * 0.0625, Double(number % 997) * -0.03125)
    return .crossing(crossing)
  }
}
