import Fusion
import Glibc
import Model
import TestSupport
import Testing

/// A number drawn from the normal distribution, by the sum of twelve even ones.
func normal(_ generator: inout SeededGenerator) -> Double {
  (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &generator) }
}

@Suite("Fusion reports crossings")
struct CrossingTests {
  /// Somebody walks south over the border at x = 5, at second 20.
  private func walker(seed: UInt64, into scene: inout Scene) {
    var generator = SeededGenerator(seed: seed)
    for step in 0..<200 {
      let time = Double(step) * 0.2
      let place = SIMD2(
        5 + 0.4 * normal(&generator), 1.3 * (20 - time) + 0.5 * normal(&generator))
      let isSeen = Double.random(in: 0..<1, using: &generator) < 0.9
      scene.scan(isSeen ? [place] : [], at: time)
    }
  }

  @Test("a walker seen by a camera gives one event with side, time and place", arguments: 0..<10)
  func walkerByCamera(seed: UInt64) throws {
    var scene = Scene()
    walker(seed: seed, into: &scene)
    let events = scene.crossings()
    let event = try #require(events.first)
    #expect(events.count == 1, "seed \(seed)")
    #expect(event.identity.line == Scene.border && event.direction == .leftToRight)
    #expect(abs(event.time.seconds(since: Scene.instant(20))) < 0.3 + 3 * Double(event.timeSigma))
    #expect(abs(event.time.seconds(since: Scene.instant(20))) < 0.6)
    #expect(abs(event.position.x - 5) < 1.5 && abs(event.position.y) < 1.5)
    #expect(abs(event.velocity.y + 1.3) < 0.9)
    #expect(event.classes.best == .person && !event.isFriendly && event.confidence > 0.8)
    #expect(event.pathCount > 3 && event.decided >= event.time)
  }

  @Test("the moment of crossing is right to 0.3 s on the average of many walkers")
  func meanMoment() {
    var total = 0.0
    for seed in UInt64(0)..<20 {
      var scene = Scene()
      walker(seed: seed, into: &scene)
      total += scene.crossings().first?.time.seconds(since: Scene.instant(20)) ?? 10
    }
    #expect(abs(total / 20) < 0.15)
  }

  @Test("somebody who lingers on the line gives no flood of events", arguments: 0..<10)
  func lingering(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    for step in 0..<1500 {
      let time = Double(step) * 0.2
      let approach = max(0, 10 - time) * 1.2
      scene.scan(
        [SIMD2(0.4 * normal(&generator), approach + 0.4 * normal(&generator))], at: time)
    }
    #expect(scene.crossings().count <= 2, "seed \(seed)")
  }

  @Test("who crosses and comes back gives two events, one each way, of one track")
  func backAgain() {
    var generator = SeededGenerator(seed: 4)
    var scene = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      let north = abs(time - 20) * 1.2 - 12
      scene.scan([SIMD2(0.3 * normal(&generator), north + 0.3 * normal(&generator))], at: time)
    }
    let events = scene.crossings()
    #expect(events.map(\.direction) == [.leftToRight, .rightToLeft])
    #expect(events.map(\.identity.ordinal) == [1, 2])
    #expect(Set(events.map(\.track)).count == 1)
  }

  @Test("two walkers two metres apart give two events")
  func sideBySide() {
    var generator = SeededGenerator(seed: 5)
    var scene = Scene()
    for step in 0..<150 {
      let time = Double(step) * 0.2
      let places = [-2.0, 2.0].map {
        SIMD2($0 + 0.2 * normal(&generator), 1.3 * (15 - time) + 0.2 * normal(&generator))
      }
      scene.scan(places, at: time, sigma: 0.2)
    }
    let events = scene.crossings()
    #expect(events.count == 2)
    #expect(Set(events.map(\.track)).count == 2)
  }

  @Test("two walkers who are one blob as they cross are still two")
  func mergedBlob() {
    var generator = SeededGenerator(seed: 6)
    var scene = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      // They come together at second 12, cross at 15 as one blob, part at 20.
      let apart = max(0, max(12 - time, time - 20)) * 0.6
      let north = 1.3 * (15 - time)
      func jitter() -> SIMD2<Double> { SIMD2(normal(&generator), normal(&generator)) * 0.2 }
      scene.scan(
        apart < 0.6
          ? [SIMD2(0, north) + jitter()]
          : [SIMD2(-apart, north) + jitter(), SIMD2(apart, north) + jitter()], at: time, sigma: 0.2)
    }
    #expect(scene.crossings().count == 2)
  }

  @Test("a zone tells entry and exit apart")
  func zone() {
    var generator = SeededGenerator(seed: 7)
    var scene = Scene()
    for step in 0..<300 {
      let time = Double(step) * 0.2
      scene.scan(
        [SIMD2(45 + 1.2 * time + 0.2 * normal(&generator), -25 + 0.2 * normal(&generator))],
        at: time)
    }
    let events = scene.crossings()
    #expect(events.map(\.identity.line) == [Scene.zone, Scene.zone])
    #expect(events.map(\.direction) == [.rightToLeft, .leftToRight])
  }

  @Test("who passes beyond the end of a line does not cross it")
  func beyondEnd() {
    var scene = Scene()
    scene.shift = .zero
    for step in 0..<200 {
      let time = Double(step) * 0.2
      scene.scan([SIMD2(215, 1.3 * (20 - time))], at: time)
    }
    #expect(scene.crossings().isEmpty)
  }

  @Test(
    "two area sensors fired in order give a crossing with its direction", arguments: [false, true])
  func areaSensorsAlone(northward: Bool) throws {
    var scene = Scene()
    scene.ticks(from: 0, to: 40)
    let (first, last) =
      northward ? (Scene.pirSouth, Scene.pirNorth) : (Scene.pirNorth, Scene.pirSouth)
    scene.say(.area(isActive: true), first, at: 10)
    scene.say(.area(isActive: false), first, at: 14)
    scene.say(.area(isActive: true), Scene.beam, at: 15)
    scene.say(.area(isActive: true), last, at: 18)
    let events = scene.crossings()
    let event = try #require(events.first)
    #expect(events.count == 1)
    #expect(event.direction == (northward ? .rightToLeft : .leftToRight))
    #expect(event.sensors.contains(first) && event.sensors.contains(Scene.beam))
    #expect(abs(event.time.seconds(since: Scene.instant(15))) < 3)
    #expect(abs(event.position.x) < 8 && event.confidence < 0.99)
  }

  @Test("one area sensor alone gives no crossing")
  func oneAreaSensor() {
    var scene = Scene()
    scene.ticks(from: 0, to: 200)
    for repeats in 0..<20 {
      scene.say(.area(isActive: true), Scene.pirNorth, at: 5 + Double(repeats) * 7)
      scene.say(.area(isActive: false), Scene.pirNorth, at: 8 + Double(repeats) * 7)
    }
    #expect(scene.crossings().isEmpty)
  }

  @Test(
    "a vehicle crosses between two motion sensors at speeds no walker has", arguments: [8.0, 11])
  func feltVehicle(speed: Double) throws {
    var scene = Scene()
    scene.ticks(from: 0, to: 40)
    let passage = 16 / speed
    scene.say(.area(isActive: true), Scene.pirNorth, at: 10)
    scene.say(.area(isActive: true), Scene.pirSouth, at: 10 + passage)
    scene.say(.area(isActive: false), Scene.pirNorth, at: 13)
    scene.say(.area(isActive: false), Scene.pirSouth, at: 13 + passage)
    let event = try #require(scene.crossings().first)
    #expect(scene.crossings().count == 1)
    #expect(event.identity.line == Scene.border)
    #expect(event.direction == .leftToRight)
    #expect(abs(event.time.seconds(since: Scene.instant(10 + passage / 2))) < passage)
  }

  @Test("camera and motion sensors together are named, with their health")
  func contributions() throws {
    var scene = Scene()
    walker(seed: 3, into: &scene)
    scene.say(
      .health(
        HealthReport(
          sensor: Scene.camera, state: .degraded, reason: .noContrast, time: Scene.instant(1))),
      Scene.camera, at: 1)
    scene.say(.area(isActive: true), Scene.pirNorth, at: 13)
    let event = try #require(scene.crossings().first)
    #expect(event.sensors == [Scene.camera, Scene.pirNorth])
    #expect(event.contributions[0].health == .degraded)
    #expect(event.contributions[0].count > 20 && event.contributions[1].count == 1)
    #expect(event.contributions[1].first == Scene.instant(13))
  }

  @Test("a bearing-only camera carries a track on over a gap, and starts none")
  func bearings() {
    var withGap = Scene()
    var alone = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      let place = SIMD2(100, 1.3 * (20 - time))
      if time < 18 { withGap.scan([place], at: time) }
      let away = place - SIMD2(0, -60)
      let azimuth = Float(atan2(away.y, away.x))
      let detection = Detection(azimuth: azimuth, azimuthSigma: 0.003, quality: 0.8)
      withGap.say(.detection(detection), Scene.bearingCamera, at: time)
      withGap.say(.scanEnd(count: 1, frame: 0), Scene.bearingCamera, at: time)
      alone.say(.detection(detection), Scene.bearingCamera, at: time)
      alone.say(.scanEnd(count: 1, frame: 0), Scene.bearingCamera, at: time)
    }
    #expect(withGap.crossings().count == 1)
    #expect(alone.run().counters.tracksBorn == 0)
  }

  @Test("a turned and shifted scene gives the turned and shifted event", arguments: 0..<6)
  func rotation(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let slope = Double.random(in: -3...3, using: &generator)
    let cosine = (seed % 2 == 0 ? 1 : -1) / (1 + slope * slope).squareRoot()
    var straight = Scene()
    var turned = Scene(
      cosine: cosine, sine: slope * cosine,
      shift: SIMD2<Double>.random(in: -300...300, using: &generator))
    walker(seed: 100 + seed, into: &straight)
    walker(seed: 100 + seed, into: &turned)
    straight.say(.area(isActive: true), Scene.pirNorth, at: 13)
    turned.say(.area(isActive: true), Scene.pirNorth, at: 13)
    let first = try #require(straight.crossings().first)
    let second = try #require(turned.crossings().first)
    #expect(abs(first.time.seconds(since: second.time)) < 1e-6)
    let apart = second.position - turned.placed(first.position)
    #expect((apart * apart).sum() < 1e-8, "seed \(seed)")
    #expect(first.direction == second.direction && first.decided == second.decided)
    #expect(abs(first.confidence - second.confidence) < 1e-4)
  }

  @Test("a walker whom only a drone's camera tracks, twice a second, gives one event")
  func trackedByDrone() throws {
    var scene = Scene()
    var generator = SeededGenerator(seed: 7)
    for step in 0..<28 {
      let time = Double(step) * 0.5
      let jitter = SIMD2(normal(&generator), normal(&generator)) * 2
      scene.scan(
        [SIMD2(3, 15 - 1.6 * time) + jitter], at: time, sigma: 2.5, scores: .uninformative,
        by: Scene.drone)
    }
    let events = scene.crossings()
    let event = try #require(events.first)
    #expect(events.count == 1)
    #expect(!event.isFriendly && event.direction == .leftToRight)
    #expect(event.sensors == [Scene.drone])
    #expect(abs(event.time.seconds(since: Scene.instant(15 / 1.6))) < 2)
  }
}
