import Fusion
import Model
import TestSupport
import Testing

@Suite("Fusion and the order of arrival")
struct OrderTests {
  /// Two people, a drone of ours, motion sensors on the way, clutter, and a clock; every observation
  /// up to `delayMax` late.
  private func scene(seed: UInt64, delayMax: Double) -> Scene {
    var generator = SeededGenerator(seed: seed)
    var scene = Scene()
    scene.ticks(from: 0, to: 31)
    for step in 0..<150 {
      let time = 0.013 + Double(step) * 0.2
      var places = [
        SIMD2(5 + 0.3 * normal(&generator), 1.3 * (15 - time) + 0.3 * normal(&generator)),
        SIMD2(-20 + 1.1 * time + 0.3 * normal(&generator), 8 + 0.3 * normal(&generator)),
      ].filter { _ in Double.random(in: 0..<1, using: &generator) < 0.9 }
      if Int.random(in: 0..<3, using: &generator) == 0 {
        places.append(
          SIMD2(
            Double.random(in: -90..<110, using: &generator),
            Double.random(in: -50..<50, using: &generator)))
      }
      let delay = Double.random(in: 0..<1, using: &generator) * delayMax
      scene.scan(places, at: time, delay: delay)
      if step % 5 == 0 {
        scene.platform(SIMD2(time, 30), velocity: SIMD2(1, 0), Scene.drone, at: time + 0.031)
      }
      if step % 40 == 20 {
        scene.say(.area(isActive: true), Scene.pirNorth, at: time + 0.007, delay: delay / 3)
        scene.say(.area(isActive: false), Scene.pirNorth, at: time + 2.507, delay: delay / 2)
      }
      if step == 70 {
        scene.say(.area(isActive: true), Scene.beam, at: time + 0.003, delay: 0.001)
        scene.say(.area(isActive: false), Scene.beam, at: time + 0.403, delay: 0.001)
      }
    }
    return scene
  }

  /// The same with each observation arriving at its own time.
  private func inOrder(_ scene: Scene) -> [Arrival] {
    scene.byArrival.map { arrival in
      var arrival = arrival
      arrival.time = arrival.observation.time
      return arrival
    }.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  /// The steps that stand at the end, the events, and the tracks then.
  private func run(
    _ arrivals: [Arrival], _ site: Site
  ) -> (steps: [FusionStep], events: [PostEvent], tracks: [TrackSnapshot], FusionCounters) {
    var engine = FusionEngine(site: site, stepsMax: 65_536)
    var (steps, events): ([FusionStep], [PostEvent]) = ([], [])
    for arrival in arrivals {
      engine.take(arrival) { events.append($0) }
      engine.drainSteps { $0.take(its: &steps) }
    }
    engine.finish { events.append($0) }
    engine.drainSteps { $0.take(its: &steps) }
    var tracks: [TrackSnapshot] = []
    engine.forEachTrack(at: Scene.instant(31)) { tracks.append($0) }
    return (steps, events, tracks, engine.counters)
  }

  @Test(
    "whatever comes late within the bound: tracks as if all had come in order, bit by bit",
    arguments: UInt64(0)..<12)
  func sameTracks(seed: UInt64) {
    let delay = [0.1, 0.4, 1.5, 4.9][Int(seed % 4)]
    let late = scene(seed: seed, delayMax: delay)
    let (steps, _, tracks, counters) = run(late.byArrival, late.site)
    let (expected, _, others, plain) = run(inOrder(late), late.site)
    #expect(counters.repetitions > 0 && counters.repeated > 0 && plain.repetitions == 0)
    #expect(counters.unrepaired == 0 && counters.stepsLost == 0 && counters.late == 0)
    // A step tells of everything that a track is: place, velocity, odds, and how it compared.
    let (mine, ordered) = (steps.filter(\.isOfTracks), expected.filter(\.isOfTracks))
    #expect(mine.count == ordered.count)
    var numbers: [TrackID: TrackID] = [:]
    for (step, other) in zip(mine, ordered) {
      #expect(numbers[step.track, default: other.track] == other.track)
      numbers[step.track] = other.track
      #expect(step.words == other.words)
    }
    #expect(Set(numbers.values).count == numbers.count)
    #expect(tracks.count == others.count && !tracks.isEmpty)
    for (track, other) in zip(tracks, others) {
      #expect(numbers[track.id] == other.id)
      #expect(
        track.position == other.position && track.velocity == other.velocity
          && track.covariance == other.covariance && track.existence == other.existence
          && track.classes == other.classes && track.lastHit == other.lastHit)
    }
  }

  @Test("a crossing is reported once, whatever the delay", arguments: UInt64(0)..<12)
  func oneEvent(seed: UInt64) throws {
    let late = scene(seed: seed, delayMax: [0.3, 1, 3, 4.9][Int(seed % 4)])
    let events = run(late.byArrival, late.site).events.compactMap(\.crossing)
      .filter { $0.identity.line == Scene.border && !$0.isFriendly }
    #expect(events.filter { $0.disposition == .reported }.count == 1)
    let last = try #require(events.last)
    #expect(last.disposition != .retracted && last.direction == .leftToRight)
    #expect(abs(last.time.seconds(since: Scene.instant(15))) < 1)
  }

  @Test("what a better order does not lead to again is taken back")
  func disproved() {
    var scene = Scene()
    scene.ticks(from: 0, to: 30)
    // Motion sensors on both sides fire one after the other; three seconds later the camera tells of
    // somebody who stayed north all the time, and that the southern one saw nothing.
    for step in 0..<100 {
      let time = 0.011 + Double(step) * 0.2
      scene.scan(
        [SIMD2(0.1 * Double(step % 3), 7)], at: time, sigma: 0.2, delay: time < 8 ? 0.01 : 3)
    }
    scene.say(.area(isActive: true), Scene.pirSouth, at: 9)
    scene.say(.area(isActive: false), Scene.pirSouth, at: 12.5)
    let versions = scene.run().events.compactMap(\.crossing)
    let standing = Dictionary(grouping: versions, by: \.identity).values.compactMap(\.last)
      .filter { $0.disposition != .retracted }
    #expect(standing.isEmpty)
  }

  @Test("when more is said than is kept, what is older is taken as it comes, and counted")
  func overflow() {
    var scene = Scene()
    for step in 0..<40_000 {
      scene.scan([], at: 1 + Double(step) * 1e-4, delay: 0)
    }
    scene.scan([], at: 1.5, by: Scene.bearingCamera, delay: 3.51)
    scene.tick(at: 6)
    let counters = scene.run().counters
    #expect(counters.unrepaired == 1 && counters.scans == 40_001)
  }
}

extension FusionStep {
  /// Whether it is about a track, and not about what was told of it.
  fileprivate var isOfTracks: Bool {
    switch action {
    case .reported, .withheld, .corrected, .retracted: false
    default: true
    }
  }

  /// All that is in it, but for when it was done and by which number a track goes.
  fileprivate var words: String {
    var step = self
    (step.number, step.arrival, step.track, step.other) = (0, .distantPast, TrackID(0), TrackID(0))
    return String(describing: step)
  }

  /// Puts the step among those that stand: what fusion did again takes the place of what it did before.
  func take(its steps: inout [FusionStep]) {
    while let last = steps.last, last.number >= number { steps.removeLast() }
    steps.append(self)
  }
}
