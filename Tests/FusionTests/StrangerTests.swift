import Fusion
import Model
import TestSupport
import Testing

@Suite("Fusion and strangers in the air")
struct StrangerTests {
  /// A drone that flies south over the border at 10 m/s, 15 s after the start.
  private func flight(_ time: Double) -> SIMD2<Double> { SIMD2(20, 150 - 10 * time) }
  private let southwards = SIMD2(0.0, -10.0)

  @Test("a Remote ID over the line gives one event of its own, and no friend", arguments: 0..<5)
  func remoteID(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    for step in 0..<30 {
      let noise = SIMD2(normal(&generator), normal(&generator)) * 3
      scene.air(flight(Double(step)) + noise, velocity: southwards, at: Double(step))
    }
    let result = scene.run()
    let events = result.events.compactMap(\.crossing)
    let event = try #require(events.first)
    #expect(events.count == 1, "seed \(seed)")
    #expect(event.stranger == AirStranger(broadcast: .remoteID) && !event.isFriendly)
    #expect(event.classes.best == .drone && event.classes[.drone] == 1 && event.height == 80)
    #expect(event.direction == .leftToRight && event.sensors == [Scene.receiver])
    #expect(abs(event.time.seconds(since: Scene.instant(15))) < 1)
    #expect(event.confidence > 0.8 && event.confidence <= 0.96)
    #expect(result.counters.airReports == 30 && result.counters.tracksBorn == 1)
  }

  @Test("an aircraft at 70 m/s is followed and told as an aircraft")
  func aircraft() throws {
    var scene = Scene()
    for step in 0..<20 {
      let time = Double(step)
      scene.air(
        SIMD2(-50, 700 - 70 * time), velocity: SIMD2(0, -70), at: time, sender: 4, identity: 4,
        target: .aircraft, sigma: 40)
    }
    let events = scene.crossings()
    let event = try #require(events.first)
    #expect(events.count == 1 && event.classes.best == .aircraft)
    #expect(event.stranger?.broadcast == .adsb)
    #expect(abs(event.time.seconds(since: Scene.instant(10))) < 1.5)
  }

  @Test("two broadcasts of the line's two sides that never cross it are no event")
  func staysHome() {
    var scene = Scene()
    for step in 0..<40 {
      let time = Double(step)
      scene.air(SIMD2(-80 + 4 * time, 30), velocity: SIMD2(4, 0), at: time, sender: 1)
      scene.air(SIMD2(80 - 4 * time, -60), velocity: SIMD2(-4, 0), at: time, sender: 2)
    }
    let result = scene.run()
    #expect(result.events.compactMap(\.crossing).isEmpty && result.counters.tracksBorn == 2)
  }

  @Test("who claims to be our drone, and is elsewhere, is a stranger with a claim")
  func claimElsewhere() throws {
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      scene.platform(SIMD2(-150, 100), velocity: .zero, Scene.drone, at: time)
      scene.air(
        flight(time), velocity: southwards, at: time, identity: 9, claim: Scene.drone)
    }
    let result = scene.run()
    let events = result.events.compactMap(\.crossing)
    let event = try #require(events.first)
    #expect(events.count == 1 && !event.isFriendly)
    #expect(event.stranger == AirStranger(broadcast: .remoteID, claim: Scene.drone))
    #expect(result.counters.claimsBorneOut == 0)
  }

  @Test("who claims to be our drone while it is not heard is a stranger with a claim")
  func claimAlone() throws {
    var scene = Scene()
    for step in 0..<30 {
      scene.air(
        flight(Double(step)), velocity: southwards, at: Double(step), identity: 9,
        claim: Scene.drone)
    }
    let event = try #require(scene.crossings().first)
    #expect(!event.isFriendly && event.stranger?.claim == Scene.drone)
  }

  @Test("our drone's own Remote ID, heard beside its word, is no second aircraft", arguments: 0..<5)
  func ownBroadcast(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      let noise = SIMD2(normal(&generator), normal(&generator)) * 3
      scene.platform(flight(time), velocity: southwards, Scene.drone, at: time)
      scene.air(
        flight(time + 0.4) + noise, velocity: southwards, at: time + 0.4, identity: 9,
        claim: Scene.drone, sigma: 4)
    }
    let result = scene.run()
    let events = result.events.compactMap(\.crossing)
    #expect(events.count == 1 && events[0].isFriendly && events[0].stranger == nil, "seed \(seed)")
    #expect(result.counters.claimsBorneOut >= 29 && result.counters.tracksBorn <= 2)
  }

  @Test("a claim alarm is taken back once our drone's word shows that it was it")
  func lateWord() {
    var scene = Scene()
    for step in 0..<40 {
      let time = Double(step)
      if time > 17 { scene.platform(flight(time), velocity: southwards, Scene.drone, at: time) }
      scene.air(
        flight(time + 0.3), velocity: southwards, at: time + 0.3, identity: 9,
        claim: Scene.drone)
    }
    let events = scene.run().events.compactMap(\.crossing)
    #expect(events.map(\.disposition) == [.reported, .retracted])
  }

  @Test("a stranger once refuted gains nothing by flying beside our drone")
  func creepsUp() throws {
    var scene = Scene()
    for step in 0..<60 {
      let time = Double(step)
      // It comes from 200 m away, meets our drone after 20 s, and crosses beside it at 40 s.
      let own = SIMD2(0, min(100, 100 - 5 * (time - 20)))
      let other = own + SIMD2(max(0, 200 - 10 * time), 0)
      scene.platform(own, velocity: SIMD2(0, time < 20 ? 0 : -5), Scene.drone, at: time)
      scene.air(
        other, velocity: time < 20 ? SIMD2(-10, 0) : SIMD2(0, -5), at: time + 0.1, identity: 9,
        claim: Scene.drone)
    }
    let events = scene.run().events.compactMap(\.crossing)
    let alarms = events.filter { $0.stranger?.claim == Scene.drone }
    #expect(alarms.map(\.disposition) == [.reported] && !alarms[0].isFriendly)
    #expect(events.filter(\.isFriendly).count == 1)
  }

  @Test("a stranger without a claim beside our drone is an event of its own, with ours named")
  func besideOurs() throws {
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      scene.platform(flight(time), velocity: southwards, Scene.drone, at: time)
      scene.air(
        flight(time) + SIMD2(8, 0), velocity: southwards, at: time + 0.2, identity: 5)
    }
    let events = scene.crossings()
    let alarm = try #require(events.first { $0.stranger != nil })
    #expect(events.count == 2 && alarm.friendlyNearby == Scene.drone && !alarm.isFriendly)
  }

  @Test("one aircraft heard by two receivers, before and after its name, is one")
  func twoEars() throws {
    var scene = Scene()
    for step in 0..<30 {
      let time = Double(step)
      let identity: UInt64 = step < 4 ? 0 : 77
      scene.air(flight(time), velocity: southwards, at: time, identity: identity)
      scene.air(
        flight(time + 0.1), velocity: southwards, at: time + 0.1, identity: identity,
        by: Scene.drone)
      // Its second transmitter, once it is named.
      if step > 6 {
        scene.air(
          flight(time + 0.5), velocity: southwards, at: time + 0.5, sender: 2, identity: 77)
      }
    }
    let result = scene.run()
    let events = result.events.compactMap(\.crossing)
    let event = try #require(events.first)
    #expect(events.count == 1 && result.counters.tracksBorn == 1)
    #expect(event.sensors == [Scene.drone, Scene.receiver] && result.counters.airEchoes >= 29)
  }

  @Test("a full sky leaves the ground its tracks, and the end of a broadcast ends the track")
  func fullSky() {
    var scene = Scene()
    for step in 0..<40 {
      let time = Double(step)
      for sender in 0..<60 where step < 10 {
        scene.air(
          SIMD2(Double(sender) * 200, 500), velocity: .zero, at: time, sender: UInt64(sender + 1))
      }
      for part in 0..<5 {
        let moment = time + 0.2 * Double(part)
        scene.scan([SIMD2(5, 1.3 * (20 - moment))], at: moment)
      }
    }
    scene.tick(at: 41)
    let result = scene.run()
    #expect(result.events.compactMap(\.crossing).filter { $0.stranger == nil }.count == 1)
    #expect(result.counters.strangerOverflow == 120 && result.counters.trackOverflow == 0)
  }

  @Test("a report that cannot be is refused")
  func invalid() {
    var scene = Scene()
    scene.air(SIMD2(.nan, 0), velocity: .zero, at: 1)
    scene.air(.zero, velocity: .zero, at: 2, sigma: 0)
    scene.air(.zero, velocity: .zero, at: 3, target: .person)
    scene.air(.zero, velocity: SIMD2(5_000, 0), at: 4)
    scene.air(.zero, velocity: .zero, at: 5, by: Scene.camera)
    scene.air(.zero, velocity: .zero, at: 6, claim: SensorID(99))
    #expect(scene.run().counters.invalid == 6)
    #expect(scene.run().counters.tracksBorn == 0)
  }

  @Test("a walker where a stranger flew over a moment ago is an alarm of his own")
  func walkerBelow() {
    var scene = Scene()
    for step in 0..<12 {
      scene.air(
        SIMD2(5, 60 - 10 * Double(step)), velocity: southwards, at: Double(step) + 9)
    }
    for step in 0..<200 {
      let time = Double(step) * 0.2
      scene.scan([SIMD2(5, 1.3 * (13 - time))], at: time)
    }
    let events = scene.crossings()
    #expect(events.filter { $0.stranger == nil }.count == 1 && events.count == 2)
  }
}
