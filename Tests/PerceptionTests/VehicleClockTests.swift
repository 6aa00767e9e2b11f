import MAVLink
import Model
import TestSupport
import Testing

@testable import Perception

@Suite("A vehicle's clock")
struct VehicleClockTests {
  /// A vehicle whose clock runs `drift` fast and stood at 0 when ours stood at `boot`.
  private struct Vehicle {
    var boot: Int64
    var drift: Double

    func time(_ ours: Int64) -> Int64 { Int64(Double(ours - boot) * (1 + drift)) }
    /// The true offset at a moment of ours.
    func offset(_ ours: Int64) -> Int64 { ours - time(ours) }
  }

  private func take(_ answer: TimeSync, _ arrival: Instant, _ clock: inout VehicleClock) -> Bool {
    clock.take(answer, arrival: arrival)
  }

  @Test(
    "the true offset is never outside the bound, whatever the line does, and the bound gets close",
    arguments: 0..<20)
  func bound(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let vehicle = Vehicle(
      boot: .random(in: 0...90_000_000_000, using: &random),
      drift: .random(in: -50e-6...50e-6, using: &random))
    var clock = VehicleClock()
    var now: Int64 = 100_000_000_000
    var narrowest = Int64.max
    for _ in 0..<300 {
      let asked = TimeQuestion.marked(now)
      // A radio that sends in turns: the ways there and back are unlike.
      let there = Int64.random(in: 5_000_000...300_000_000, using: &random)
      let back = Int64.random(in: 5_000_000...300_000_000, using: &random)
      let answer = TimeSync(respondedNanos: vehicle.time(now + there), askedNanos: asked)
      let arrival = Instant(monotonicNanos: now + there + back)
      if Int.random(in: 0..<4, using: &random) > 0 {
        #expect(take(answer, arrival, &clock))
      }
      if let (offset, uncertainty) = clock.known(at: arrival) {
        let error = (offset - vehicle.offset(arrival.monotonicNanos)).magnitude
        #expect(error <= uncertainty.magnitude, "seed \(seed)")
        narrowest = min(narrowest, uncertainty)
      }
      now += 1_000_000_000
    }
    #expect(narrowest < 60_000_000, "seed \(seed)")
  }

  @Test("answers to others, our own questions and answers that took seconds are refused")
  func refused() {
    var clock = VehicleClock()
    let asked = TimeQuestion.marked(9_000_000_000)
    func answer(_ responded: Int64, _ asked: Int64) -> TimeSync {
      TimeSync(respondedNanos: responded, askedNanos: asked)
    }
    #expect(!take(answer(0, asked), at(9_100_000_000), &clock))
    #expect(!take(answer(5, asked + 1), at(9_100_000_000), &clock))
    #expect(!take(answer(5, asked), at(8_000_000_000), &clock))
    #expect(!take(answer(5, asked), at(15_000_000_000), &clock))
    #expect(clock.uncertainty(at: at(15_000_000_000)) == nil)
    #expect(take(answer(5, asked), at(9_100_000_000), &clock))
    #expect(!take(answer(.min, .min), at(9_100_000_000), &clock))
  }

  @Test("a vehicle that boots anew gets a new offset at once; a clock not heard is forgotten")
  func reboot() throws {
    var clock = VehicleClock()
    var now: Int64 = 100_000_000_000
    func ask(_ vehicle: Vehicle, way: Int64) {
      let asked = TimeQuestion.marked(now)
      let answer = TimeSync(respondedNanos: vehicle.time(now + way / 2), askedNanos: asked)
      #expect(take(answer, at(now + way), &clock))
      now += 1_000_000_000
    }
    let first = Vehicle(boot: 10_000_000_000, drift: 0)
    for _ in 0..<5 { ask(first, way: 40_000_000) }
    let later = Vehicle(boot: 102_000_000_000, drift: 0)
    ask(later, way: 400_000_000)
    let known = try #require(clock.known(at: at(now)))
    #expect((known.offset - later.boot).magnitude <= 201_000_000)
    #expect(clock.known(at: at(now + 59_000_000_000)) != nil)
    #expect(clock.known(at: at(now + 61_000_000_000)) == nil)
  }

  @Test("a time that cannot be is not given")
  func times() throws {
    var clock = VehicleClock()
    #expect(clock.time(bootMillis: 1, arrival: at(1)) == nil)
    let asked = TimeQuestion.marked(50_000_000_000)
    _ = clock.take(
      TimeSync(respondedNanos: 20_010_000_000, askedNanos: asked), arrival: at(50_020_000_000))
    let time = try #require(clock.time(bootMillis: 20_000, arrival: at(50_300_000_000)))
    #expect(abs(time.monotonicNanos - 50_000_000_000) < 200_000)
    // Dated a little later than it came, within the bound: it came when it came.
    #expect(clock.time(bootMillis: 20_305, arrival: at(50_300_000_000)) == at(50_300_000_000))
    #expect(clock.time(bootMillis: 21_000, arrival: at(50_300_000_000)) == nil)
    #expect(clock.time(bootMillis: 10_000, arrival: at(50_300_000_000)) == nil)
  }
}

/// The same through the frames of a link.
@Suite("Time of a vehicle's words")
struct VehicleTimeTests {
  private func site(ownTime: Bool) -> Site {
    var site = TestSite.site()
    var drone = site.sensors[TestSite.drone.index].platform!
    drone.usesOwnTime = ownTime
    site.sensors[TestSite.drone.index].detail = .drone(drone)
    return site
  }

  /// Where the drone was told to be, and when, with our clock 30 s ahead of its.
  private func told(ownTime: Bool, answers: Bool) throws -> (Instant?, TelemetryPerception.Clock?) {
    var perception = TelemetryPerception(
      site: site(ownTime: ownTime), link: 0, source: SourceID(3))
    var encoder = FrameEncoder(version: .v2, systemID: 7, componentID: 1)
    var bytes: [UInt8] = []
    if answers {
      let asked = TimeQuestion.marked(99_000_000_000)
      try encoder.append(
        TimeSync(respondedNanos: 69_020_000_000, askedNanos: asked), to: &bytes)
      perception.take(at(99_040_000_000), bytes.span.bytes) { _ in }
      bytes = []
    }
    try encoder.append(
      GlobalPositionInt(
        bootMillis: 70_000, latitudeE7: 480_000_000, longitudeE7: 160_000_000,
        altitudeMillimetres: 1, relativeAltitudeMillimetres: 1, northCentimetresPerSecond: 0,
        eastCentimetresPerSecond: 0, downCentimetresPerSecond: 0), to: &bytes)
    var time: Instant?
    perception.take(at(100_350_000_000), bytes.span.bytes) { time = $0.time }
    var clock: TelemetryPerception.Clock?
    perception.forEachClock(at: at(100_350_000_000)) { if $0.isKnown { clock = $0 } }
    #expect(perception.counters.timeAnswers == (answers ? 1 : 0))
    return (time, clock)
  }

  @Test("a place has the vehicle's own time where its profile says so and its clock is known")
  func ownTime() throws {
    let (time, clock) = try told(ownTime: true, answers: true)
    #expect(abs(try #require(time).monotonicNanos - 100_000_000_000) < 200_000)
    let known = try #require(clock)
    #expect(known.sensor == TestSite.drone && abs(known.offsetNanos - 30_000_000_000) < 200_000)
    #expect(known.uncertaintyNanos > 20_000_000 && known.uncertaintyNanos < 21_000_000)
  }

  @Test("else it has the time at which it was read")
  func linkTime() throws {
    let read = at(100_350_000_000)
    #expect(try told(ownTime: false, answers: true).0 == read)
    let (time, clock) = try told(ownTime: true, answers: false)
    #expect(time == read && clock == nil)
  }
}
