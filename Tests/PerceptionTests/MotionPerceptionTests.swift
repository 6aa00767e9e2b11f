import Model
import Perception
import TestSupport
import Testing

/// What debounce and hold mean, in the plainest words, for one line without chatter.
private struct NaiveLine {
  var debounce: Int64
  var hold: Int64
  var isActiveLow: Bool
  var accepted: Int64?
  var lastActive: Int64?
  var level = false
  var told = false

  mutating func take(_ isRising: Bool, _ time: Int64) -> Bool? {
    let isActive = isRising != isActiveLow
    let before = level
    level = isActive
    if let accepted, time - accepted < debounce { return nil }
    accepted = time
    if !isActive {
      defer { told = false }
      return told ? false : nil
    }
    defer { lastActive = time }
    if let lastActive, time - lastActive < hold { return nil }
    if before && told { return nil }
    told = true
    return true
  }
}

@Suite("Motion perception")
struct MotionPerceptionTests {
  private func observations(
    _ sensor: Sensor = TestSite.motion(), _ edges: [(Bool, Int64)], id: SensorID = SensorID(0)
  ) -> (told: [Observation], counters: MotionCounters) {
    var perception = MotionPerception(site: TestSite.site(sensor), source: TestSite.sources.gpio)
    var told: [Observation] = []
    for (isRising, time) in edges {
      perception.take(GPIOEdge(sensor: id, isRising: isRising, time: at(time))) { told.append($0) }
    }
    return (told, perception.counters)
  }

  @Test("tells an onset at its first edge and ignores what bounces after it")
  func bounce() {
    let ms: Int64 = 1_000_000
    let (told, counters) = observations(edges: [
      (true, 1000 * ms), (false, 1001 * ms), (true, 1002 * ms), (false, 1019 * ms),
      (true, 1019 * ms), (false, 3000 * ms), (true, 3005 * ms), (false, 3006 * ms),
    ])
    #expect(told.map(\.area) == [true, false])
    #expect(told.map(\.time.monotonicNanos) == [1000 * ms, 3000 * ms])
    #expect(told.map(\.sequence) == [1, 2])
    #expect(counters.bounces == 6 && counters.onsets == 1 && counters.edges == 8)
  }

  private func observations(edges: [(Bool, Int64)]) -> ([Observation], MotionCounters) {
    observations(TestSite.motion(), edges)
  }

  @Test("takes the low level for motion where the site says so")
  func polarity() {
    let (told, _) = observations(
      TestSite.motion(isActiveLow: true), [(false, 1_000_000_000), (true, 2_000_000_000)])
    #expect(told.map(\.area) == [true, false])
  }

  @Test("tells a new onset although the fall before it was taken for bounce")
  func lostFall() {
    let ms: Int64 = 1_000_000
    let (told, _) = observations(edges: [
      (true, 1000 * ms), (false, 1010 * ms), (true, 5000 * ms), (false, 5010 * ms),
    ])
    #expect(told.map(\.area) == [true, true])
  }

  @Test("takes an activation within the hold time for the same motion")
  func hold() {
    let ms: Int64 = 1_000_000
    let (told, counters) = observations(edges: [
      (true, 1000 * ms), (false, 1100 * ms), (true, 1400 * ms), (false, 1500 * ms),
      (true, 1850 * ms), (false, 1900 * ms), (true, 2351 * ms),
    ])
    #expect(told.map(\.area) == [true, false, true])
    #expect(counters.retriggers == 2 && counters.onsets == 2)
  }

  @Test("agrees with the naive model on random edges", arguments: 0..<200)
  func property(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let debounce = Int64.random(in: 0...40, using: &random) * 1_000_000
    let hold = Int64.random(in: 0...900, using: &random) * 1_000_000
    let isActiveLow = Bool.random(using: &random)
    var naive = NaiveLine(debounce: debounce, hold: hold, isActiveLow: isActiveLow)
    var time: Int64 = 1_000_000_000
    var edges: [(Bool, Int64)] = []
    for _ in 0..<300 {
      time +=
        Bool.random(using: &random)
        ? Int64.random(in: 0...60_000_000, using: &random)
        : Int64.random(in: 0...1_500_000_000, using: &random)
      edges.append((Bool.random(using: &random), time))
    }
    let sensor = TestSite.motion(
      isActiveLow: isActiveLow, debounce: debounce, hold: hold, edgesPerSecondMax: 1000)
    let (told, counters) = observations(sensor, edges)
    let expected = edges.compactMap { edge in naive.take(edge.0, edge.1).map { ($0, edge.1) } }
    #expect(told.map(\.area) == expected.map(\.0), "seed \(seed)")
    #expect(told.map(\.time.monotonicNanos) == expected.map(\.1))
    #expect(told.map(\.sequence) == (0..<told.count).map { UInt64($0 + 1) })
    #expect(counters.edges == 300)
  }

  @Test("reports chatter once, ignores it, and says when it calms")
  func chatter() {
    let ms: Int64 = 1_000_000
    var perception = MotionPerception(
      site: TestSite.site(TestSite.motion(edgesPerSecondMax: 10)), source: TestSite.sources.gpio)
    var told: [Observation] = []
    for index in 0..<400 {
      let edge = GPIOEdge(
        sensor: SensorID(0), isRising: index % 2 == 0, time: at(1000 * ms + Int64(index) * 10 * ms))
      perception.take(edge) { told.append($0) }
    }
    #expect(told.compactMap(\.health).count == 1)
    #expect(told.compactMap(\.health).first?.state == .degraded)
    #expect(told.compactMap(\.health).first?.reason == .implausible)
    #expect(perception.counters.chatter == 390)
    // Another line's edge, seconds later, is enough to notice the calm.
    perception.take(GPIOEdge(sensor: SensorID(2), isRising: true, time: at(9000 * ms))) {
      told.append($0)
    }
    #expect(told.compactMap(\.health).map(\.state) == [.degraded, .ok])
    #expect(told.last?.area == true)
    perception.take(GPIOEdge(sensor: SensorID(0), isRising: true, time: at(9100 * ms))) {
      told.append($0)
    }
    #expect(told.last?.area == true && told.last?.sensor == SensorID(0))
  }

  @Test("ends a line's chatter when the reader says it is calm, and passes no other renewal on")
  func readerEndsChatter() {
    let ms: Int64 = 1_000_000
    var perception = MotionPerception(
      site: TestSite.site(TestSite.motion(edgesPerSecondMax: 10)), source: TestSite.sources.gpio)
    var told: [Observation] = []
    func ok(_ millis: Int64) -> HealthReport {
      HealthReport(sensor: SensorID(0), state: .ok, reason: .delivering, time: at(millis * ms))
    }
    perception.take(ok(500)) { told.append($0) }
    perception.take(ok(600)) { told.append($0) }
    #expect(told.map(\.health) == [ok(500)])
    for index in 0..<400 {
      let edge = GPIOEdge(
        sensor: SensorID(0), isRising: index % 2 == 0, time: at(1000 * ms + Int64(index) * 10 * ms))
      perception.take(edge) { told.append($0) }
    }
    perception.take(ok(6000)) { told.append($0) }
    perception.take(ok(7000)) { told.append($0) }
    #expect(told.compactMap(\.health).map(\.state) == [.ok, .degraded, .ok])
    #expect(told.map(\.sequence) == (0..<told.count).map { UInt64($0 + 1) })
    perception.take(GPIOEdge(sensor: SensorID(0), isRising: true, time: at(7100 * ms))) {
      told.append($0)
    }
    #expect(told.last?.area == true)
  }

  @Test("counts edges of sensors that are no motion sensors and passes health on")
  func unknown() {
    var perception = MotionPerception(site: TestSite.site(), source: TestSite.sources.gpio)
    var told: [Observation] = []
    for id: UInt16 in [3, 4, 6, 200, .max] {
      perception.take(GPIOEdge(sensor: SensorID(id), isRising: true, time: at(5))) {
        told.append($0)
      }
    }
    #expect(told.isEmpty && perception.counters.unknownSensors == 5)
    perception.take(GPIOEdge(sensor: SensorID(0), isRising: true, time: at(10))) { told.append($0) }
    let lost = HealthReport(sensor: SensorID(0), state: .lost, reason: .deviceGone, time: at(20))
    perception.take(lost) { told.append($0) }
    perception.take(GPIOEdge(sensor: SensorID(0), isRising: true, time: at(30))) { told.append($0) }
    #expect(told.map(\.area) == [true, nil, true])
    #expect(told[1].health == lost && told.map(\.sequence) == [1, 2, 3])
  }
}
