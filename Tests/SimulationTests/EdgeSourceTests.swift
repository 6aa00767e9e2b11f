import Model
import Testing

@testable import Simulation

@Suite("Simulated edges")
struct EdgeSourceTests {
  let site = DemoGround.site()

  private func edges(
    of sensor: SensorID, site: Site? = nil, seconds: Double = 24
  ) -> [GPIOEdge] {
    let source = SimulatedEdgeSource(
      scenario: .borderDemo, site: site ?? self.site, pace: .immediate(start: DemoGround.start),
      durationSeconds: seconds)
    return Samples(source).edges.filter { $0.sensor == sensor }
  }

  /// Seconds at which the output went active or inactive, bounce left out.
  private func changes(_ edges: [GPIOEdge]) -> [Double] {
    var last = Instant.distantPast
    return edges.compactMap { edge in
      guard edge.time.nanos(since: last) > 5_000_000 else { return nil }
      last = edge.time
      return edge.time.seconds(since: DemoGround.start)
    }
  }

  @Test("are the same for every timeout and pace")
  func determinism() {
    let site = DemoGround.site(falseAlarmsPerHour: 200)
    // In real time, a start long ago: everything is due and nothing waits.
    let paces: [Pace] = [.immediate(start: DemoGround.start), .realTime(start: DemoGround.start)]
    let runs = paces.flatMap { pace in
      [0, 7, 1000].map { timeout in
        Samples(
          SimulatedEdgeSource(
            scenario: .borderDemo, site: site, pace: pace, durationSeconds: 60),
          timeoutMilliseconds: timeout)
      }
    }
    #expect(runs[0].edges.count > 50)
    #expect(runs[0].quiet > 1000)
    for run in runs { #expect(run.edges == runs[0].edges) }
    var other = Scenario.borderDemo
    other.seed += 1
    let reseeded = Samples(
      SimulatedEdgeSource(
        scenario: other, site: site, pace: .immediate(start: DemoGround.start),
        durationSeconds: 60))
    #expect(reseeded.edges != runs[0].edges)
  }

  @Test(
    "come when the walker is where the sensor looks, and hold for the hold time",
    arguments: [
      // The walker is at y = 12 - 2 (t - 3), a third of a metre beside the infrared sensors, whose
      // covers are that far off there; the outputs hold for 0.5 s.
      (DemoGround.pirGapNorth, 4.17, 8.0 + 0.5), (DemoGround.beamGap, 8.8, 9.2 + 0.5),
      (DemoGround.pirGapSouth, 10.0, 13.83 + 0.5),
    ])
  func times(sensor: SensorID, on: Double, off: Double) {
    let changes = changes(edges(of: sensor))
    #expect(changes.count == 2)
    #expect(abs(changes[0] - on) < 0.05)
    #expect(abs(changes[1] - off) < 0.05)
  }

  @Test("of the seismic sensor come from the range of the class")
  func seismic() {
    let changes = changes(edges(of: DemoGround.seismicWest))
    #expect(changes.count == 2)
    #expect(changes[0] >= 2.5)
    #expect(changes[0] < 9.32 && changes[1] > 9.32)
  }

  @Test("bounce for at most 3 ms and end on the new level, in order of time")
  func bounce() {
    let north = edges(of: DemoGround.pirGapNorth)
    let split = north.firstIndex { $0.time.seconds(since: DemoGround.start) > 5 }!
    for (change, isRising) in [(north[..<split], true), (north[split...], false)] {
      #expect([3, 5, 7].contains(change.count))
      #expect(change.last?.isRising == isRising)
      #expect(change.first?.isRising == isRising)
      #expect(change.last!.time.nanos(since: change.first!.time) <= 3_000_000)
      for (a, b) in zip(change, change.dropFirst()) {
        #expect(a.time < b.time)
        #expect(a.isRising != b.isRising)
      }
    }
  }

  @Test("follow the polarity of the site")
  func polarity() {
    #expect(edges(of: DemoGround.beamGap).first?.isRising == false)
    #expect(edges(of: DemoGround.pirGapNorth).first?.isRising == true)
  }

  @Test("come without cause at the sensor's false alarm rate")
  func falseAlarms() {
    var empty = Scenario.borderDemo
    empty.actors = []
    let hours = 2.0
    let source = SimulatedEdgeSource(
      scenario: empty, site: DemoGround.site(falseAlarmsPerHour: 60),
      pace: .immediate(start: DemoGround.start), durationSeconds: hours * 3600)
    let edges = Samples(source, timeoutMilliseconds: 60_000).edges
    let alarms = changes(edges.filter { $0.sensor == DemoGround.pirWest }).count / 2
    // 120 expected, a few of them within another; four standard deviations are 44.
    #expect((76...164).contains(alarms))
  }

  @Test("end after the duration and begin with the health of each sensor")
  func ends() {
    let source = SimulatedEdgeSource(
      scenario: .borderDemo, site: site, pace: .immediate(start: DemoGround.start),
      durationSeconds: 9)
    let samples = Samples(source)
    #expect(samples.health.map(\.sensor) == (2...6).map { SensorID($0) })
    #expect(samples.health.allSatisfy { $0.state == .ok && $0.reason == .delivering })
    #expect(samples.edges.allSatisfy { $0.time.seconds(since: DemoGround.start) < 9 })
    #expect(samples.edges.contains { $0.sensor == DemoGround.beamGap })
  }
}
