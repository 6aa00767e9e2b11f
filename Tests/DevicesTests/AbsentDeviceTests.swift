import Model
import Testing

@testable import Devices

@Suite struct AbsentDeviceTests {
  static func camera(device: String) -> CameraDetail {
    CameraDetail(
      device: device, format: .yuyv, width: 640, height: 360, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: 0, elevation: -0.1, roll: 0, horizontalFieldOfView: 1,
      rangeMetres: 50, azimuthSigma: 0.01, elevationSigma: 0.01)
  }

  static func site(lines: [(chip: String, line: String)]) -> Site {
    func sensor(_ name: String, _ detail: Sensor.Detail) -> Sensor {
      Sensor(
        name: name, profile: "x/y", place: .zero, coverage: [], detectionProbability: 0.9,
        falseAlarmRate: 1, latencyNanos: 0, detail: detail)
    }
    let motions = lines.map { line in
      sensor(
        "\(line.chip)-\(line.line)",
        .motion(
          MotionDetail(
            technology: .pir, chip: line.chip, line: line.line, isActiveLow: false,
            debounceNanos: 1, holdNanos: 1)))
    }
    return Site(
      post: "p", origin: GeographicOrigin(latitudeDegrees: 0, longitudeDegrees: 0, heightMetres: 0),
      lines: [], sensors: [sensor("camera", .camera(camera(device: "card:x")))] + motions,
      links: [], configurationHash: "")
  }

  @Test func `motion sensors without a chip are reported lost and looked for within the budget`() {
    let clock = FakeClock()
    let folder = TemporaryFolder()
    // Ordinary files and links under a chip's name are no chips.
    _ = folder.file("gpiochip0")
    _ = folder.link("gpiochip1", to: "/dev/null")
    _ = folder.file("gpiochip01")
    _ = folder.file("gpiochipx")
    let site = Self.site(lines: [("north", "3"), ("north", "pir-2"), ("south", "1")])
    var reader = GPIOReader(site: site, devices: folder.path, clock: { clock.now })
    checkAbsence(
      &reader, sensors: [SensorID(1), SensorID(2), SensorID(3)], reason: .deviceAbsent,
      clock: clock,
      read: { reader, timeout in
        reader.read(timeoutMilliseconds: timeout) { _ in Issue.record("An edge out of nothing.") }
      }, failures: { $0.counters.failedOpenings })
    #expect(reader.counters.openings == 0)
    #expect(reader.counters.edges == 0)
  }

  @Test func `a site without motion sensors gives a GPIO reader that is only quiet`() {
    var reader = GPIOReader(site: Self.site(lines: []))
    #expect(reader.read(timeoutMilliseconds: 0) { _ in } == .quiet)
    #expect(reader.nextHealth() == nil)
  }

  @Test(arguments: [
    ("card:Nothing", HealthReason.deviceAbsent), ("bus:usb-1.2", .deviceAbsent),
    ("/dev/v4l/by-id/nothing", .deviceAbsent), ("/dev/null", .unsupportedMode),
    ("", .deviceAbsent),
  ])
  func `a camera that is not there is reported lost and looked for within the budget`(
    device: String, reason: HealthReason
  ) {
    let clock = FakeClock()
    let folder = TemporaryFolder()
    _ = folder.file("video0")
    _ = folder.link("video1", to: "/dev/null")
    var reader = CameraReader(
      sensor: SensorID(7), camera: Self.camera(device: device), devices: folder.path,
      clock: { clock.now })
    checkAbsence(
      &reader, sensors: [SensorID(7)], reason: reason, clock: clock,
      read: { reader, timeout in
        reader.read(timeoutMilliseconds: timeout) { _, _ in
          Issue.record("A frame out of nothing.")
        }
      }, failures: { $0.counters.failedOpenings })
    #expect(reader.counters.openings == 0)
  }

  @Test(arguments: ["serial:NOTHING", "/dev/serial/by-id/nothing", "/dev/null", ""])
  func `a serial port that is not there is reported lost and looked for within the budget`(
    device: String
  ) {
    let clock = FakeClock()
    let sensors = [SensorID(2), SensorID(5)]
    var reader = SerialReader(
      link: SerialLink(name: "l", device: device, baud: 57_600), sensors: sensors,
      clock: { clock.now })
    checkAbsence(
      &reader, sensors: sensors, reason: .deviceAbsent, clock: clock,
      read: { reader, timeout in
        reader.read(timeoutMilliseconds: timeout) { _, _ in Issue.record("A byte out of nothing.") }
      }, failures: { $0.counters.failedOpenings })
    #expect(reader.counters.openings == 0)
    #expect(reader.counters.losses == 0)
  }
}
