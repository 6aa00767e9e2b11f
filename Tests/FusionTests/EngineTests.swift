import Fusion
import Model
import TestSupport
import Testing

@Suite("The fusion engine")
struct EngineTests {
  private func walk(_ scene: inout Scene, seed: UInt64, delay: Double = 0.01) {
    var generator = SeededGenerator(seed: seed)
    for step in 0..<200 {
      let time = Double(step) * 0.2
      scene.scan(
        [SIMD2(5 + 0.3 * normal(&generator), 1.3 * (20 - time) + 0.4 * normal(&generator))],
        at: time, delay: delay)
    }
  }

  @Test("reports nothing of an hour of clutter", arguments: 0..<3)
  func clutter(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    for step in 0..<(3600 * 5) {
      let time = Double(step) * 0.2
      var places: [SIMD2<Double>] = []
      while Double.random(in: 0..<1, using: &generator) < 0.05 {
        places.append(
          SIMD2(
            .random(in: -100..<120, using: &generator), .random(in: -60..<60, using: &generator)))
      }
      scene.scan(places, at: time, scores: .uninformative)
      for sensor in [Scene.pirNorth, Scene.pirSouth, Scene.beam]
      where Double.random(in: 0..<1, using: &generator) < 2.0 / 3600 / 5 {
        scene.say(.area(isActive: true), sensor, at: time)
      }
    }
    let (events, counters) = scene.run()
    #expect(events.isEmpty, "seed \(seed)")
    #expect(counters.detections > 500 && counters.tracksBorn > 500)
  }

  @Test("sees who stands close to a camera that showed clutter before", arguments: 0..<10)
  func nearCamera(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    scene.cameraPlace = SIMD2(0, -3.5)
    scene.cameraCover = (SIMD2(-1.5, -1.5), SIMD2(1.5, 1.5))
    for step in 0..<40 {
      let place = SIMD2(
        Double.random(in: -1.5..<1.5, using: &generator),
        Double.random(in: -1.5..<1.5, using: &generator))
      scene.scan([place], at: Double(step) * 0.1, sigma: 0.15, scores: .uninformative)
    }
    for step in 0..<150 {
      // Stands for ten seconds, then walks over the line.
      let y = min(1.2, -0.8 + 0.6 * max(0, Double(step) * 0.1 - 10))
      scene.scan(
        [SIMD2(0.05 * normal(&generator), y + 0.05 * normal(&generator))],
        at: 4 + Double(step) * 0.1, sigma: 0.15)
    }
    let crossings = scene.crossings().filter { $0.time > Scene.instant(13) }
    #expect(crossings.count == 1, "seed \(seed)")
    #expect(crossings.first?.direction == .rightToLeft)
  }

  @Test("is a pure function of its arrivals")
  func determinism() {
    var scene = Scene()
    walk(&scene, seed: 1)
    scene.ticks(from: 0, to: 60)
    scene.say(.area(isActive: true), Scene.pirNorth, at: 13)
    for step in 0..<40 {
      scene.platform(
        SIMD2(30, Double(step) - 20), velocity: SIMD2(0, 1), Scene.drone, at: Double(step))
    }
    let first = scene.run()
    let second = scene.run()
    #expect(first.events.count >= 2)
    #expect(first.events.map { "\($0)" } == second.events.map { "\($0)" })
    #expect(first.counters == second.counters)
  }

  @Test("counts what is later than the bound and is not changed by it")
  func late() {
    var punctual = Scene()
    walk(&punctual, seed: 2)
    var disturbed = punctual
    for step in 0..<50 {
      disturbed.scan(
        [SIMD2(40, -20)], at: 10 + Double(step) * 0.2, by: Scene.drone, delay: 5.5)
      disturbed.say(.area(isActive: true), Scene.pirNorth, at: 10 + Double(step), delay: 6)
    }
    let (expected, _) = punctual.run()
    let (events, counters) = disturbed.run()
    #expect(counters.late == 150)
    #expect(events.map { "\($0)" } == expected.map { "\($0)" })
  }

  @Test("uses a late camera within the bound", arguments: [0.6, 2.0, 4.0])
  func outOfSequence(delay: Double) throws {
    var scene = Scene()
    walk(&scene, seed: 3, delay: delay)
    // The motion sensors' words overtake the camera's.
    scene.say(.area(isActive: true), Scene.pirNorth, at: 13)
    scene.say(.area(isActive: true), Scene.beam, at: 20)
    let (events, counters) = scene.run()
    let crossings = events.compactMap(\.crossing).filter { $0.version == 1 }
    let event = try #require(crossings.first)
    #expect(crossings.count == 1 && counters.late == 0 && counters.outOfSequence > 0)
    #expect(abs(event.time.seconds(since: Scene.instant(20))) < 1)
    #expect(abs(event.position.x - 5) < 1.5)
  }

  @Test("takes what is stamped later than it arrives as of the arrival, and counts it")
  func future() {
    var scene = Scene()
    walk(&scene, seed: 4, delay: -0.3)
    let (events, counters) = scene.run()
    #expect(events.compactMap(\.crossing).filter { $0.version == 1 }.count == 1)
    #expect(counters.fromTheFuture == 400)
  }

  @Test("passes health on, and a lost camera's empty scans end no track")
  func health() {
    var scene = Scene()
    for step in 0..<50 {
      scene.scan([SIMD2(5, 30 - 0.2 * Double(step))], at: Double(step) * 0.2)
    }
    let report = HealthReport(
      sensor: Scene.camera, state: .blinded, reason: .frozen, time: Scene.instant(10))
    scene.say(.health(report), Scene.camera, at: 10)
    for step in 50..<65 { scene.scan([], at: Double(step) * 0.2) }
    var engine = FusionEngine(site: scene.site)
    var reports: [SensorHealthEvent] = []
    for arrival in scene.arrivals {
      engine.take(arrival) { if case .health(let event) = $0 { reports.append(event) } }
    }
    #expect(reports.map(\.report) == [report])
    #expect(reports.first?.clock.state == .unsynchronised)
    var existence = 0.0
    engine.forEachTrack(at: Scene.instant(12.9)) { existence = $0.existence }
    #expect(existence > 0.95)
  }

  @Test("puts the clock map in force on its events")
  func clockMap() throws {
    var scene = Scene()
    walk(&scene, seed: 5)
    scene.tick(at: 0)
    let event = try #require(scene.crossings().first)
    #expect(event.clock.state == .synchronised)
    #expect(event.clock.instant == Scene.instant(0))
  }

  @Test("lends its confirmed tracks, carried to the moment asked for")
  func snapshots() throws {
    var scene = Scene()
    for step in 0..<50 {
      scene.scan([SIMD2(5, 30 - 0.26 * Double(step))], at: Double(step) * 0.2)
    }
    var engine = FusionEngine(site: scene.site)
    for arrival in scene.arrivals { engine.take(arrival) { _ in } }
    var seen: [TrackSnapshot] = []
    engine.forEachTrack(at: Scene.instant(10.8)) { seen.append($0) }
    let track = try #require(seen.first)
    #expect(seen.count == 1 && track.platform == .none)
    #expect(abs(track.position.y - (30 - 1.3 * 10.8)) < 0.5 && abs(track.velocity.y + 1.3) < 0.2)
    #expect(abs(track.classes.lanes.sum() - 1) < 1e-5)
    seen = []
    engine.forEachTrack(at: Scene.instant(30)) { seen.append($0) }
    #expect(seen.isEmpty)
  }

  @Test("bears garbage and goes on working", arguments: 0..<20)
  func garbage(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    var engine = FusionEngine(site: scene.site)
    let wild: [Double] = [.nan, .infinity, -.infinity, 1e300, -1e300, 1e-300, 0, -0.0, 5, -7, 1e7]
    func number() -> Double { wild.randomElement(using: &generator) ?? 0 }
    func instant() -> Instant {
      Instant(
        monotonicNanos: Bool.random(using: &generator)
          ? .random(in: .min ... .max, using: &generator)
          : Scene.instant(Double.random(in: -20...20, using: &generator)).monotonicNanos)
    }
    func content() -> Observation.Content {
      switch Int.random(in: 0..<7, using: &generator) {
      case 0: return .area(isActive: .random(using: &generator))
      case 1:
        return .detection(
          Detection(
            position: SIMD2(number(), number()), covariance: SIMD3(number(), number(), number()),
            angularWidth: Float(number()),
            classScores: ClassScores(lanes: SIMD8(repeating: Float(number()))),
            quality: Float(number())))
      case 2:
        return .detection(
          Detection(
            azimuth: Float(number()), azimuthSigma: Float(number()), quality: Float(number())))
      case 3: return .scanEnd(count: .random(in: 0 ... .max, using: &generator), frame: 0)
      case 4:
        return .platform(
          PlatformState(
            position: SIMD3(number(), number(), number()),
            velocity: SIMD3(repeating: Float(number())), heading: Float(number()),
            positionSigma: Float(number()), footprintCentre: SIMD2(number(), number()),
            footprintRadius: Float(number())))
      case 5:
        return .health(
          HealthReport(
            sensor: SensorID(.random(in: 0...12, using: &generator)), state: .ok,
            reason: .other, time: instant()))
      default:
        return .detection(
          Detection(
            position: SIMD2<Double>.random(in: -50...50, using: &generator),
            covariance: SIMD3(1, 0, 1)))
      }
    }
    for _ in 0..<1000 {
      engine.take(
        Arrival(
          time: Scene.instant(Double.random(in: -20...0, using: &generator)),
          observation: Observation(
            source: SourceID(.random(in: 0 ... .max, using: &generator)),
            sensor: SensorID(
              Bool.random(using: &generator)
                ? .random(in: 0 ... .max, using: &generator)
                : .random(in: 0...7, using: &generator)),
            sequence: .random(in: 0 ... .max, using: &generator), time: instant(),
            content: content()))
      ) { _ in }
    }
    #expect(engine.counters.invalid > 0 && engine.counters.late > 0)
    // What of it came late is put in order at the next tick.
    engine.take(
      Arrival(
        time: Scene.instant(1),
        observation: Observation(
          source: .clock, sensor: .none, sequence: 1, time: Scene.instant(1),
          content: .clock(
            ClockMap(
              instant: Scene.instant(1), wall: WallTime(unixNanos: 0), uncertaintyNanos: 0,
              state: .synchronised))))
    ) { _ in }
    // Everything that garbage started has faded after a minute; then somebody walks.
    walk(&scene, seed: seed)
    var crossings = 0
    for arrival in scene.arrivals {
      let later = Arrival(
        time: arrival.time.advanced(byNanos: 60_000_000_000),
        observation: Observation(
          source: arrival.observation.source, sensor: arrival.observation.sensor,
          sequence: arrival.observation.sequence,
          time: arrival.observation.time.advanced(byNanos: 60_000_000_000),
          content: arrival.observation.content))
      engine.take(later) { if $0.crossing?.version == 1 { crossings += 1 } }
    }
    #expect(crossings == 1, "seed \(seed)")
  }

  @Test("counts what exceeds its fixed sizes")
  func limits() {
    var scene = Scene()
    var places: [SIMD2<Double>] = []
    for row in 0..<10 {
      for column in 0..<10 {
        places.append(SIMD2(Double(column) * 15 - 90, Double(row) * 10 - 50))
      }
    }
    for step in 0..<3 {
      scene.scan(places, at: Double(step) * 0.2, sigma: 0.2)
      scene.scan(places.map { $0 + SIMD2(7, 5) }, at: Double(step) * 0.2 + 0.05, sigma: 0.2)
      scene.scan(places.map { $0 + SIMD2(7, 0) }, at: Double(step) * 0.2 + 0.1, sigma: 0.2)
    }
    let (_, counters) = scene.run()
    #expect(counters.scanOverflow == 9 * 36)
    #expect(counters.trackOverflow > 0)
  }
}
