import Model

/// The site, and the events on it, that the tests of the ledger speak of.
enum FixtureSite {
  /// A post with a border, a zone, and a sensor of each kind; names with everything JSON escapes.
  static func site(exercise: String? = nil) -> Site {
    Site(
      post: "river-2",
      origin: GeographicOrigin(
        latitudeDegrees: 47.1234567, longitudeDegrees: 9.5, heightMetres: 430.5),
      lines: [
        SiteLine(
          name: "north bank", isClosed: false, points: [SIMD2(-100, 0), SIMD2(100, 0)],
          leftName: "Österland", rightName: "Süd \"A\"\\B\u{8}\t\n\u{c}\r\u{1}",
          leftToRight: "in", rightToLeft: "out"),
        SiteLine(
          name: "depot", isClosed: true, points: [SIMD2(0, 0), SIMD2(10, 0), SIMD2(10, 10)],
          leftName: "inside", rightName: "outside", leftToRight: "out", rightToLeft: "in"),
      ],
      sensors: [
        sensor(
          "pir-1",
          .motion(
            MotionDetail(
              technology: .pir, chip: "gpiochip0", line: "4", isActiveLow: false,
              debounceNanos: 1_000_000, holdNanos: 2_000_000_000))),
        sensor(
          "cam-1",
          .camera(
            CameraDetail(
              device: "/dev/video0", format: .grey, width: 640, height: 480, framesPerSecond: 10,
              isGroundCalibrated: true, azimuth: 0, elevation: -0.1, roll: 0,
              horizontalFieldOfView: 1, rangeMetres: 100, azimuthSigma: 0.01,
              elevationSigma: 0.01))),
        sensor(
          "drone-1",
          .drone(
            PlatformDetail(link: "radio", systemID: 1, footprintRadius: 40, positionSigma: 2))),
        sensor(
          "patrol-1",
          .beacon(
            PlatformDetail(link: "radio", systemID: 2, footprintRadius: 0, positionSigma: 3))),
        sensor(
          "ear-1",
          .receiver(
            PlatformDetail(link: "radio", systemID: 3, footprintRadius: 0, positionSigma: 1))),
      ],
      links: [SerialLink(name: "radio", device: "/dev/ttyUSB0", baud: 57_600)],
      exercise: exercise,
      configurationHash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
  }

  private static func sensor(_ name: String, _ detail: Sensor.Detail) -> Sensor {
    Sensor(
      name: name, profile: "test/\(name)", place: SIMD3(5, -7, 2.25), coverage: [],
      detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: detail)
  }

  /// 2026-03-01T04:05:06.789012345Z at 100 s of the monotonic clock, ± 2.5 ms.
  static let clock = ClockMap(
    instant: Instant(monotonicNanos: 100_000_000_000),
    wall: WallTime(unixNanos: 1_772_337_906_789_012_345), uncertaintyNanos: 2_500_000,
    state: .synchronised)

  /// One crossing with every optional property.
  static var crossing: CrossingEvent {
    let time = Instant(monotonicNanos: 100_000_000_000)
    var event = CrossingEvent(
      identity: CrossingIdentity(
        line: LineID(0), birthSource: SourceID(2), birthSequence: 1234, birthBranch: 1,
        ordinal: 1),
      direction: .leftToRight, time: time, decided: time.advanced(byNanos: 180_250_000),
      clock: clock, position: SIMD2(12.5, -0.25), covariance: SIMD3(0.25, -0.0125, 1.5),
      track: TrackID(17))
    event.version = 2
    event.disposition = .corrected
    event.timeSigma = 0.125
    event.velocity = SIMD2(0.75, -1)
    event.height = 3.5
    event.classes = ClassScores(lanes: SIMD8(0.5, 0.25, 0.125, 0.0625, 0.0625, 0, 0, 0))
    event.targetCount = 2
    event.targetCountMin = 1
    event.targetCountMax = 4
    event.confidence = 0.9375
    event.friendlyNearby = SensorID(3)
    event.contributionCount = 2
    event.contributions[0] = Contribution(
      sensor: SensorID(0), count: 3, first: time.advanced(byNanos: -4_000_000_000),
      last: time.advanced(byNanos: -500_000_000), health: .ok)
    event.contributions[1] = Contribution(
      sensor: SensorID(1), count: 40, first: time.advanced(byNanos: -5_100_000_000),
      last: time.advanced(byNanos: 100_000_000), health: .degraded)
    event.pathCount = 2
    event.path[0] = PathPoint(time: time.advanced(byNanos: -2_500_000_000), position: SIMD2(10, 2))
    event.path[1] = PathPoint(time: time, position: SIMD2(12.5, -0.25))
    return event
  }

  /// The same by a stranger in the air who claims to be our drone, heard by it from beyond the border.
  static var airCrossing: CrossingEvent {
    var event = crossing
    event.stranger = AirStranger(broadcast: .remoteID, claim: SensorID(2))
    event.classes = ClassScores(lanes: .zero)
    event.classes[.drone] = 1
    event.friendlyNearby = .none
    event.contributionCount = 1
    event.contributions[0].sensor = SensorID(2)
    event.contributions[0].seenFrom = .beyond
    event.pathCount = 0
    return event
  }

  static var health: SensorHealthEvent {
    SensorHealthEvent(
      report: HealthReport(
        sensor: SensorID(1), state: .lost, reason: .deviceGone, systemError: 19,
        time: Instant(monotonicNanos: 99_000_000_000)),
      source: SourceID(2), sequence: 77, clock: clock)
  }

  static var status: PostStatusEvent {
    PostStatusEvent(
      kind: .heartbeat, time: Instant(monotonicNanos: 101_000_000_000), clock: clock, ordinal: 5,
      sensorsLost: 1, samplesDropped: 12)
  }

  /// Any event at all, also ones that fusion should never make.
  static func event(_ random: inout some RandomNumberGenerator) -> PostEvent {
    var clock = clock
    clock.uncertaintyNanos = Int64.random(in: 0...20_000_000_000, using: &random)
    clock.state = ClockState.allCases.randomElement(using: &random)!
    let time = Instant(monotonicNanos: .random(in: 0...1_000_000_000_000, using: &random))
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      let sensor = [.none, SensorID(0), SensorID(2), SensorID(3)].randomElement(using: &random)!
      return .health(
        SensorHealthEvent(
          report: HealthReport(
            sensor: sensor, state: HealthState.allCases.randomElement(using: &random)!,
            reason: HealthReason.allCases.randomElement(using: &random)!,
            systemError: .random(in: 0...133, using: &random), time: time),
          source: SourceID(.random(in: 0...9, using: &random)),
          sequence: .random(in: 1...1_000_000, using: &random), clock: clock))
    case 1:
      return .status(
        PostStatusEvent(
          kind: PostStatusEvent.Kind.allCases.randomElement(using: &random)!, time: time,
          clock: clock, ordinal: .random(in: 1 ... .max, using: &random),
          sensorsLost: .random(in: 0 ... .max, using: &random),
          samplesDropped: .random(in: 0 ... .max, using: &random),
          clockStepNanos: .random(in: .min ... .max, using: &random)))
    default: return .crossing(crossing(at: time, clock: clock, &random))
    }
  }

  private static func crossing(
    at time: Instant, clock: ClockMap, _ random: inout some RandomNumberGenerator
  ) -> CrossingEvent {
    var event = FixtureSite.crossing
    event.identity.line = LineID(.random(in: 0...1, using: &random))
    event.identity.birthSequence = .random(in: 1...1_000_000, using: &random)
    event.version = .random(in: 1 ... .max, using: &random)
    event.disposition = EventDisposition.allCases.randomElement(using: &random)!
    event.direction = CrossingDirection.allCases.randomElement(using: &random)!
    event.time = time
    event.decided = time.advanced(byNanos: .random(in: -1_000...9_000_000_000, using: &random))
    event.clock = clock
    event.timeSigma = .random(in: 0...3, using: &random)
    let scale = [0.0, 1e-7, 1e-3, 1, 500].randomElement(using: &random)!
    event.position = SIMD2(
      .random(in: -scale...scale, using: &random), .random(in: -scale...scale, using: &random))
    event.covariance = SIMD3(
      .random(in: 0...scale, using: &random), .random(in: -scale...scale, using: &random),
      .random(in: 0...scale, using: &random))
    let speed = Float([0, 0.05, 2, 40].randomElement(using: &random)!)
    event.velocity = SIMD2(
      .random(in: -speed...speed, using: &random), .random(in: -speed...speed, using: &random))
    event.height = Bool.random(using: &random) ? .nan : .random(in: -5...200, using: &random)
    let lanes = (0..<6).map { _ in Float.random(in: 0...1, using: &random) }
    event.classes =
      ClassScores(
        lanes: SIMD8(lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5], 0, 0)
      ).normalised
    event.confidence = .random(in: 0...1, using: &random)
    event.isFriendly = .random(using: &random)
    if Int.random(in: 0..<5, using: &random) == 0 {
      event.isFriendly = false
      event.stranger = AirStranger(
        broadcast: AirBroadcast.allCases.randomElement(using: &random)!,
        claim: [.none, SensorID(2)].randomElement(using: &random)!)
      event.classes = ClassScores(lanes: .zero)
      event.classes[[.drone, .aircraft].randomElement(using: &random)!] = 1
    }
    event.friendlyNearby = Bool.random(using: &random) ? .none : SensorID(2)
    event.contributionCount = .random(in: 0...16, using: &random)
    for index in 0..<16 {
      event.contributions[index] = Contribution(
        sensor: SensorID(.random(in: 0...4, using: &random)),
        count: .random(in: 1 ... .max, using: &random),
        first: time.advanced(byNanos: -.random(in: 0...9_000_000_000, using: &random)), last: time,
        health: HealthState.allCases.randomElement(using: &random)!,
        seenFrom: BorderSide.allCases.randomElement(using: &random)!)
    }
    event.pathCount = .random(in: 0...24, using: &random)
    for index in 0..<24 {
      event.path[index] = PathPoint(
        time: time.advanced(byNanos: -.random(in: 0...60_000_000_000, using: &random)),
        position: SIMD2(
          .random(in: -300...300, using: &random), .random(in: -300...300, using: &random)))
    }
    return event
  }
}
