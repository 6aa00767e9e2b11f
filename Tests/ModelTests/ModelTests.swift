import Model
import Testing

@Suite struct ModelTests {
  @Test func `a clock map carries a moment to UTC and back over a step of the wall clock`() {
    let before = ClockMap(
      instant: Instant(monotonicNanos: 1_000), wall: WallTime(unixNanos: 5_000),
      uncertaintyNanos: 10, state: .synchronised)
    let after = ClockMap(
      instant: Instant(monotonicNanos: 2_000), wall: WallTime(unixNanos: 3_600_000_006_000),
      uncertaintyNanos: 10, state: .unsynchronised)
    let moment = Instant(monotonicNanos: 1_500)
    #expect(before.wallTime(at: moment) == WallTime(unixNanos: 5_500))
    #expect(after.wallTime(at: moment) == WallTime(unixNanos: 3_600_000_005_500))
  }

  @Test func `class scores scale to the sum one and survive an all-zero likelihood`() {
    var scores = ClassScores(lanes: SIMD8(2, 0, 6, 0, 0, 0, 0, 0))
    #expect(scores.best == .vehicle)
    #expect(scores.normalised[.vehicle] == 0.75)
    scores = ClassScores(lanes: .zero)
    #expect(abs(scores.normalised.lanes.sum() - 1) < 1e-6)
  }

  @Test func `sources follow the order clock, GPIO, cameras, links`() {
    let camera = CameraDetail(
      device: "card:x", format: .grey, width: 64, height: 48, framesPerSecond: 5,
      isGroundCalibrated: true, azimuth: 0, elevation: -0.1, roll: 0, horizontalFieldOfView: 1,
      rangeMetres: 50, azimuthSigma: 0.01, elevationSigma: 0.01)
    let motion = MotionDetail(
      technology: .pir, chip: "post", line: "3", isActiveLow: false, debounceNanos: 1,
      holdNanos: 1)
    func sensor(_ name: String, _ detail: Sensor.Detail) -> Sensor {
      Sensor(
        name: name, profile: "x/y", place: .zero, coverage: [], detectionProbability: 0.9,
        falseAlarmRate: 1, latencyNanos: 0, detail: detail)
    }
    let site = Site(
      post: "p", origin: GeographicOrigin(latitudeDegrees: 0, longitudeDegrees: 0, heightMetres: 0),
      lines: [], sensors: [sensor("c", .camera(camera)), sensor("m", .motion(motion))],
      links: [SerialLink(name: "l", device: "/dev/null", baud: 57_600)], configurationHash: "")
    #expect(site.sources == [.clock, .gpio, .camera(SensorID(0)), .serial(link: 0)])
  }

  @Test func `what travels in rings stays within its slot`() {
    #expect(MemoryLayout<Observation>.stride <= 256)
    #expect(MemoryLayout<PostEvent>.stride <= 2_048)
  }
}
