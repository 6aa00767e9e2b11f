import Model
import Perception

/// A site with three motion sensors, one camera, and a drone and a beacon on one link.
enum TestSite {
  static let sources = (gpio: SourceID(1), camera: SourceID(2), serial: SourceID(3))
  static let camera = SensorID(3)
  static let drone = SensorID(4)
  static let beacon = SensorID(5)

  static func motion(
    isActiveLow: Bool = false, debounce: Int64 = 20_000_000, hold: Int64 = 500_000_000,
    edgesPerSecondMax: Int = 50
  ) -> Sensor {
    sensor(
      .motion(
        MotionDetail(
          technology: .pir, chip: "gpio-test", line: "4", isActiveLow: isActiveLow,
          debounceNanos: debounce, holdNanos: hold, edgesPerSecondMax: edgesPerSecondMax)))
  }

  static func sensor(_ detail: Sensor.Detail, place: SIMD3<Double> = SIMD3(0, 0, 2)) -> Sensor {
    Sensor(
      name: "sensor", profile: "test/test", place: place, coverage: [],
      detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: detail)
  }

  static func site(
    _ motion: Sensor = motion(), format: PixelFormat = .grey, width: Int = 160, height: Int = 120,
    isGroundCalibrated: Bool = true
  ) -> Site {
    let camera = CameraDetail(
      device: "card:test", format: format, width: width, height: height, framesPerSecond: 25,
      isGroundCalibrated: isGroundCalibrated, azimuth: 0, elevation: -0.3, roll: 0,
      horizontalFieldOfView: 1, rangeMetres: 100, azimuthSigma: 0.01, elevationSigma: 0.01)
    let drone = PlatformDetail(link: "radio", systemID: 7, footprintRadius: 40, positionSigma: 2)
    let beacon = PlatformDetail(link: "radio", systemID: 9, footprintRadius: 0, positionSigma: 4)
    return Site(
      post: "test",
      origin: GeographicOrigin(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200),
      lines: [],
      sensors: [
        motion, Self.motion(isActiveLow: true), Self.motion(),
        sensor(.camera(camera), place: SIMD3(0, 0, 6)), sensor(.drone(drone)),
        sensor(.beacon(beacon)),
      ],
      links: [SerialLink(name: "radio", device: "/dev/ttyUSB0", baud: 57_600)],
      configurationHash: "0")
  }
}

func at(_ nanos: Int64) -> Instant { Instant(monotonicNanos: nanos) }

extension Observation {
  /// What it says, for comparing.
  var text: String {
    "\(source.rawValue)/\(sensor.rawValue) #\(sequence) \(time.monotonicNanos) \(content)"
  }

  var health: HealthReport? { if case .health(let report) = content { report } else { nil } }
  var area: Bool? { if case .area(let isActive) = content { isActive } else { nil } }
  var detection: Detection? {
    if case .detection(let detection) = content { detection } else { nil }
  }
  var platform: PlatformState? { if case .platform(let state) = content { state } else { nil } }
  var air: AirReport? { if case .air(let report) = content { report } else { nil } }
  var scanCount: UInt16? { if case .scanEnd(let count, _) = content { count } else { nil } }
}
