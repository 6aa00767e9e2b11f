import Fusion
import Model
import TestSupport
import Testing

@Suite("Fusion knows our own")
struct FriendlyTests {
  @Test("a drone's telemetry over the line gives a friendly event with its height")
  func drone() throws {
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      scene.platform(
        SIMD2(3, 60 - 4 * time), velocity: SIMD2(0, -4), Scene.drone, at: time)
    }
    let events = scene.crossings()
    let event = try #require(events.first)
    #expect(events.count == 1)
    #expect(event.isFriendly && event.height == 40 && event.classes.best == .drone)
    #expect(event.direction == .leftToRight && event.sensors == [Scene.drone])
    #expect(abs(event.time.seconds(since: Scene.instant(15))) < 0.6)
  }

  @Test("a patrol seen by camera and motion sensors is no alarm", arguments: 0..<5)
  func patrol(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      let place = SIMD2(5, 1.3 * (20 - time))
      if step % 5 == 0 {
        scene.platform(
          place + SIMD2(normal(&generator), normal(&generator)), velocity: SIMD2(0, -1.3),
          Scene.patrol, at: time)
      }
      scene.scan(
        [place + SIMD2(0.4 * normal(&generator), 0.5 * normal(&generator))], at: time)
    }
    scene.say(.area(isActive: true), Scene.pirNorth, at: 12)
    scene.say(.area(isActive: true), Scene.pirSouth, at: 23)
    let events = scene.crossings()
    #expect(events.count == 1 && events.allSatisfy(\.isFriendly), "seed \(seed)")
  }

  @Test("an alarm on a patrol whose word came late is taken back")
  func retracted() {
    var generator = SeededGenerator(seed: 8)
    var scene = Scene()
    for step in 0..<250 {
      let time = Double(step) * 0.2
      let place = SIMD2(5, 1.3 * (20 - time))
      if step % 5 == 0, time > 22 {
        scene.platform(
          place + SIMD2(normal(&generator), normal(&generator)), velocity: SIMD2(0, -1.3),
          Scene.patrol, at: time)
      }
      scene.scan(
        [place + SIMD2(0.3 * normal(&generator), 0.3 * normal(&generator))], at: time)
    }
    let all = scene.run().events.compactMap(\.crossing)
    #expect(all.map(\.disposition) == [.reported, .retracted])
    #expect(all.map(\.version) == [1, 2])
    #expect(Set(all.map(\.identity)).count == 1)
  }

  @Test("a patrol that crosses and stands still stays what it was", arguments: 0..<5)
  func patrolKeepsItsClass(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    scene.ticks(from: 0, to: 60)
    for second in 0..<60 {
      let time = Double(second)
      let jitter = SIMD2(normal(&generator), normal(&generator)) * 0.2
      scene.platform(
        SIMD2(5, max(-3, 1.3 * (20 - time))) + jitter,
        velocity: SIMD2(0, time < 22.3 ? -1.3 : 0), Scene.patrol, at: time)
    }
    let versions = scene.run().events.compactMap(\.crossing)
    #expect(versions.first?.isFriendly == true && versions.first?.classes.best == .person)
    #expect(versions.allSatisfy { $0.classes.best == .person }, "seed \(seed)")
  }

  @Test("a stranger beside a patrol is still an alarm, with the patrol named")
  func stranger() throws {
    var generator = SeededGenerator(seed: 9)
    var scene = Scene()
    for step in 0..<200 {
      let time = Double(step) * 0.2
      let own = SIMD2(12, 1.3 * (20 - time))
      if step % 5 == 0 {
        scene.platform(own, velocity: SIMD2(0, -1.3), Scene.patrol, at: time)
      }
      let jitter = SIMD2(0.2 * normal(&generator), 0.2 * normal(&generator))
      scene.scan([own + jitter, own + jitter - SIMD2(9, 0)], at: time, sigma: 0.2)
    }
    let events = scene.crossings()
    #expect(events.filter(\.isFriendly).count == 1)
    let alarm = try #require(events.first { !$0.isFriendly })
    #expect(events.count == 2 && alarm.friendlyNearby == Scene.patrol)
  }

  @Test("a patrol that falls silent becomes unknown, with an event, and is ours again when heard")
  func silent() throws {
    var generator = SeededGenerator(seed: 10)
    var scene = Scene()
    for step in 0..<250 {
      let time = Double(step) * 0.2
      // Its beacon is heard for five seconds, then again at the end.
      let place = SIMD2(5, 1.3 * (20 - time))
      if step % 5 == 0, time < 5 || time > 40 {
        scene.platform(place, velocity: SIMD2(0, -1.3), Scene.patrol, at: time)
      }
      let jitter = SIMD2(normal(&generator), normal(&generator)) * 0.2
      scene.scan([place + jitter], at: time)
    }
    let events = scene.run().events
    let health = events.compactMap { event -> HealthReport? in
      if case .health(let change) = event { change.report } else { nil }
    }
    #expect(health.map(\.state) == [.lost, .ok] && health.first?.reason == .silent)
    let silence = try #require(health.first?.time.seconds(since: Scene.instant(4)))
    #expect(silence > 10 && silence < 10.6)
    // It crosses at 20 s, eleven seconds after its last word counts: an alarm, taken back later.
    let crossings = events.compactMap(\.crossing)
    #expect(crossings.first?.disposition == .reported && crossings.first?.isFriendly == false)
  }

  @Test("what a drone says on two links counts once; the second link takes over from the first")
  func twoLinks() throws {
    var scene = Scene()
    for step in 0..<60 {
      let time = Double(step) * 0.5
      let place = SIMD2(3, 60 - 4 * time)
      if time < 8 { scene.platform(place, velocity: SIMD2(0, -4), Scene.drone, at: time) }
      scene.platform(place, velocity: SIMD2(0, -4), Scene.drone, at: time + 0.2, source: 7)
    }
    let result = scene.run()
    let crossings = result.events.compactMap(\.crossing)
    #expect(crossings.count == 1 && crossings[0].isFriendly)
    #expect(result.counters.echoes >= 15 && result.counters.platformStates >= 40)
    #expect(result.counters.disowned == 0)
  }
}
