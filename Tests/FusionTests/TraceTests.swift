import Fusion
import Model
import Testing

/// The steps that `explain` tells from.
@Suite("Fusion tells its steps") struct TraceTests {
  /// A walker whom two motion sensors feel and the camera sees, and one far from all but the camera.
  private var scene: Scene {
    var scene = Scene()
    scene.ticks(from: 0, to: 30)
    scene.say(.area(isActive: true), Scene.pirNorth, at: 10)
    scene.say(.area(isActive: false), Scene.pirNorth, at: 14)
    scene.say(.area(isActive: true), Scene.pirSouth, at: 17)
    scene.say(.area(isActive: false), Scene.pirSouth, at: 21)
    for step in 0..<60 {
      let time = 10 + Double(step) * 0.2
      scene.scan([SIMD2(-0.5, 8 - 1.4 * (time - 10)), SIMD2(-70, 20)], at: time)
    }
    return scene
  }

  @Test("telling the steps changes no event")
  func same() {
    let (quiet, told) = (scene.run().events, scene.traced().events)
    func text(_ events: [PostEvent]) -> [String] {
      events.map { event in
        guard let crossing = event.crossing else { return "\(event)" }
        return "\(crossing.identity) \(crossing.version) \(crossing.time) \(crossing.position) "
          + "\(crossing.covariance) \(crossing.confidence) \(crossing.classes)"
      }
    }
    #expect(!quiet.isEmpty)
    #expect(text(quiet) == text(told))
    #expect(scene.traced(stepsMax: 0).steps.isEmpty)
  }

  @Test("the steps of a track lead from its beginning to its event without a gap")
  func chain() throws {
    let (steps, events) = scene.traced()
    let event = try #require(events.compactMap(\.crossing).first)
    let own = steps.filter { $0.track == event.track }
    #expect(own.first?.action == .began)
    let kinds = own.map(\.action)
    let confirmed = try #require(kinds.firstIndex(of: .confirmed))
    let reported = try #require(kinds.firstIndex(of: .reported))
    #expect(confirmed < reported)
    // Whatever changes the odds is told; silence takes some in between, and joining tracks the best.
    for (before, after) in zip(own, own.dropFirst()) where after.action != .joined {
      #expect(after.logOddsBefore <= before.logOdds + 1e-9, "\(before.action) \(after.action)")
      #expect(after.logOddsBefore > before.logOdds - 0.2, "\(before.action) \(after.action)")
    }
    let decision = own[reported]
    #expect(decision.probability >= decision.needed && decision.isConfirmed)
    #expect(abs(Float(decision.probability) - event.confidence) < 0.11)
    let test = try #require(own[..<reported].last { $0.action == .tested })
    #expect(test.probability >= test.needed)
    #expect(kinds.contains(.felt) && kinds.contains(.placed))
    for step in own where step.action == .placed || step.action == .felt {
      #expect(step.distanceSquared < step.gate)
    }
  }

  @Test("what a crossing lacked is told: confirmation, or odds, or the other side")
  func lacking() throws {
    var glitches = Scene()
    glitches.ticks(from: 0, to: 40)
    for (sensor, begin) in [(Scene.pirNorth, 10.0), (Scene.pirSouth, 18)] {
      glitches.say(.area(isActive: true), sensor, at: begin)
      glitches.say(.area(isActive: false), sensor, at: begin + 0.2)
    }
    let (steps, events) = glitches.traced()
    #expect(events.allSatisfy { $0.crossing == nil })
    #expect(steps.contains { $0.action == .pulseEnded && $0.logOdds < $0.logOddsBefore })
    #expect(steps.contains { $0.action == .ended && $0.obstacle != .none })

    // Beyond the line after three scans, where four are needed.
    var darts = Scene()
    for step in 0..<3 {
      darts.scan([SIMD2(-60, 1.4 - 1.4 * Double(step))], at: 10 + Double(step) * 0.2, sigma: 0.2)
    }
    let withheld = darts.traced().steps.filter { $0.action == .withheld }
    #expect(withheld.contains { $0.obstacle == .unconfirmed && $0.initiation < 1 })

    var stays = Scene()
    for step in 0..<40 { stays.scan([SIMD2(-60, 5)], at: 10 + Double(step) * 0.2) }
    let tests = stays.traced().steps.filter { $0.action == .tested && $0.line == Scene.border }
    #expect(tests.count > 20)
    #expect(tests.allSatisfy { $0.probability < 0.1 })
  }

  @Test("a detection that is another's is told of the track that did not get it, and misses are")
  func refusals() {
    var scene = Scene()
    // Walkers 4 m and 7 m apart, of whom only one is still seen after a while.
    for step in 0..<40 {
      let time = 10 + Double(step) * 0.2
      let places = [-60.0, -56, -49].map { SIMD2($0, 8 - 0.5 * (time - 10)) }
      scene.scan(step < 20 ? places : [places[0]], at: time, sigma: 1)
    }
    let steps = scene.traced().steps
    #expect(
      steps.contains { $0.action == .refused && $0.obstacle == .taken && $0.other != $0.track })
    #expect(steps.contains { $0.action == .refused && $0.obstacle == .gate })
    #expect(steps.contains { $0.action == .missed || $0.action == .shared })
  }

  @Test("each sensor is told whose cover holds a place, and whether it delivers")
  func covers() {
    var scene = Scene()
    scene.say(
      .health(
        HealthReport(
          sensor: Scene.pirNorth, state: .lost, reason: .silent, time: Scene.instant(1))),
      Scene.pirNorth, at: 1)
    var engine = FusionEngine(site: scene.site)
    for arrival in scene.arrivals { engine.take(arrival) { _ in } }
    var found: [SensorID: Bool] = [:]
    engine.forEachSensor(covering: SIMD2(0, 8)) { found[$0] = $1 }
    #expect(
      found == [Scene.camera: true, Scene.bearingCamera: true, Scene.pirNorth: false])
  }
}
