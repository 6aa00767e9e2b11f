import Fusion
import Geodesy
import Model
import Testing

@testable import Station

@Suite struct ReplayPacerTests {
  private func at(_ seconds: Double) -> Instant {
    Instant(monotonicNanos: 7_000_000_000 + Int64(seconds * 1e9))
  }

  private func observation(_ content: Observation.Content) -> Observation {
    Observation(
      source: SourceID(1), sensor: SensorID(0), sequence: 1, time: at(0), content: content)
  }

  @Test func `records come at the speed, from the first on`() {
    var pacer = ReplayPacer(speed: 2)
    #expect(pacer.wait(until: 0, now: at(0)) == 0)
    #expect(pacer.wait(until: 3, now: at(1)) == 500_000_000)
    #expect(pacer.wait(until: 3, now: at(1.5)) == 0)
    var free = ReplayPacer(speed: nil)
    #expect(free.wait(until: 1e6, now: at(0)) == 0)
  }

  @Test func `a pause is not caught up`() {
    var pacer = ReplayPacer(speed: 1)
    _ = pacer.wait(until: 0, now: at(0))
    pacer.obey(.pause)
    #expect(pacer.state == .paused)
    #expect(pacer.wait(until: 1, now: at(50)) == nil)
    pacer.obey(.pause)
    #expect(pacer.wait(until: 1, now: at(60)) == 0)
    #expect(pacer.wait(until: 2, now: at(60)) == 1_000_000_000)
    pacer.forgetTime()
    #expect(pacer.wait(until: 2, now: at(90)) == 0)
  }

  @Test func `a step ends at a sensor's observation, not at the clock's`() {
    var pacer = ReplayPacer(speed: 0.1)
    pacer.obey(.step)
    let map = ClockMap(
      instant: at(0), wall: WallTime(unixNanos: 0), uncertaintyNanos: 0, state: .synchronised)
    pacer.note(observation(.clock(map)))
    pacer.note(observation(.scanEnd(count: 0, frame: 1)))
    #expect(pacer.wait(until: 1e6, now: at(0)) == 0)
    pacer.note(observation(.area(isActive: true)))
    #expect(pacer.state == .paused)
  }

  @Test func `a step to the next event passes observations by`() {
    var pacer = ReplayPacer(speed: nil)
    pacer.obey(.nextEvent)
    pacer.note(observation(.area(isActive: true)))
    #expect(pacer.state == .steppingToEvent)
    pacer.noteEvent()
    #expect(pacer.state == .paused)
    pacer.obey(.end)
    pacer.obey(.pause)
    #expect(pacer.state == .ended)
  }
}

@Suite struct ReplayViewTests {
  private func site() -> Site {
    func sensor(_ name: String, _ x: Double, _ detail: Sensor.Detail) -> Sensor {
      let place = SIMD2(x, 0.0)
      let rim = [SIMD2(-8.0, -8), SIMD2(8, -8), SIMD2(8, 8), SIMD2(-8, 8)].map { place + $0 }
      return Sensor(
        name: name, profile: "x/y", place: SIMD3(x, 0, 1), coverage: rim,
        detectionProbability: 0.9, falseAlarmRate: 1, latencyNanos: 0, detail: detail)
    }
    let motion = MotionDetail(
      technology: .pir, chip: "a", line: "1", isActiveLow: false, debounceNanos: 1, holdNanos: 1)
    return Site(
      post: "post",
      origin: GeographicOrigin(
        latitudeDegrees: 47, longitudeDegrees: 9, heightMetres: 0),
      lines: [
        SiteLine(
          name: "border", isClosed: false, points: [SIMD2(-1e7, 4), SIMD2(1e7, 4)], leftName: "a",
          rightName: "b", leftToRight: "in", rightToLeft: "out")
      ],
      sensors: [
        sensor("west", -40, .motion(motion)), sensor("east", 40, .motion(motion)),
        sensor(
          "falke", 0,
          .drone(
            PlatformDetail(
              link: "l", systemID: 1, footprintRadius: 1, positionSigma: 1))),
      ], links: [], configurationHash: "")
  }

  private func track(_ number: UInt32, _ x: Double, _ y: Double, platform: SensorID = .none)
    -> TrackSnapshot
  {
    TrackSnapshot(
      id: TrackID(number), position: SIMD2(x, y), covariance: Covariance2(xx: 1, xy: 0, yy: 1),
      velocity: .zero, classes: .uninformative, existence: 1, platform: platform,
      lastHit: Instant(monotonicNanos: 0))
  }

  @Test func `the map shows covers, lines, sensors and tracks where they are`() {
    let map = TextMap(site(), columns: 80, rows: 15)
    let drawn = map.text(
      [track(12, 0, -6), track(3, 0, 0, platform: SensorID(2)), track(4, 0, 500)],
      active: [SensorID(1)])
    #expect(drawn.outside == 1)
    #expect(drawn.rows.count == 15 && drawn.rows.allSatisfy { $0.count == 80 })
    let middle = drawn.rows[7]
    let signs = middle.filter { "o*+".contains($0) }
    #expect(signs == "o+*", "west idle, the drone, east active: \(middle)")
    #expect(middle.contains("+falke"))
    #expect(drawn.rows.contains { $0.contains("@12") })
    // The line crosses the whole map, however far it leads.
    #expect(drawn.rows.contains { $0.filter { $0 == "#" }.count > 70 })
    #expect(drawn.rows.contains { $0.contains("....") })
  }

  @Test func `all rows have room on a terminal of 80 by 24, whatever names are`() throws {
    var view = ReplayView(
      title: "a\u{1B}[31m\nvery " + String(repeating: "long ", count: 40), site: site(),
      seconds: 60)
    for number in 0..<300 {
      view.take(event: Array("{\"\u{7}event\(number)\": \"日本\"}".utf8))
    }
    view.show([track(1, 0, 0)], at: Instant(monotonicNanos: 0))
    for seconds in [0, 12.3, 60, 1e9] {
      for speed in [nil, 0.1, 1_000] as [Double?] {
        let rows = view.text(at: seconds, pacer: ReplayPacer(speed: speed))
        #expect(rows.count == 24 && rows.allSatisfy { $0.count <= 80 })
        #expect(rows.joined().utf8.allSatisfy { (0x20...0x7E).contains($0) })
      }
    }
    #expect(view.events.count == ReplayView.eventsMax && view.eventCount == 300)
  }

  @Test func `a site without sensors has a map, too`() {
    var empty = site()
    empty.sensors = []
    let map = TextMap(empty, columns: 80, rows: 15)
    #expect(map.text([], active: []).rows.count == 15)
    empty.lines = []
    #expect(TextMap(empty, columns: 80, rows: 15).text([], active: []).rows.count == 15)
  }
}
