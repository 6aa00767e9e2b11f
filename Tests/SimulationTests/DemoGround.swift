import Glibc
import Model

/// The ground of the border demonstration: the sensors that `Scenario.borderDemo` is written for.
enum DemoGround {
  static let camWest = SensorID(0)
  static let camEast = SensorID(1)
  static let pirWest = SensorID(2)
  static let beamGap = SensorID(3)
  static let pirGapSouth = SensorID(4)
  static let pirGapNorth = SensorID(5)
  static let seismicWest = SensorID(6)
  static let drone = SensorID(7)
  static let patrol = SensorID(8)

  static let start = Instant(monotonicNanos: 5_000_000_000)

  static func site(
    width: Int = 320, height: Int = 180, falseAlarmsPerHour: Double = 0, roll: Double = 0
  ) -> Site {
    Site(
      post: "demo",
      origin: GeographicOrigin(latitudeDegrees: 48.2, longitudeDegrees: 16.4, heightMetres: 180),
      lines: [
        SiteLine(
          name: "border", isClosed: false,
          points: [SIMD2(-120, 0), SIMD2(0, 0), SIMD2(120, 0)], leftName: "north",
          rightName: "south", leftToRight: "in", rightToLeft: "out")
      ],
      sensors: [
        camera("cam-west", east: -40, width: width, height: height, roll: roll),
        camera("cam-east", east: 40, width: width, height: height, roll: roll),
        motion(
          "pir-west", .pir, SIMD2(-40, -8), sector(SIMD2(-40, -8), .pi / 2, 12),
          falseAlarmsPerHour),
        motion(
          "beam-gap", .beam, SIMD2(-6, 0),
          [SIMD2(-6, -0.1), SIMD2(6, -0.1), SIMD2(6, 0.1), SIMD2(-6, 0.1)], falseAlarmsPerHour,
          isActiveLow: true),
        motion(
          "pir-gap-south", .pir, SIMD2(0, -10), sector(SIMD2(0, -10), .pi / 2, 8),
          falseAlarmsPerHour),
        motion(
          "pir-gap-north", .pir, SIMD2(0, 10), sector(SIMD2(0, 10), -.pi / 2, 8),
          falseAlarmsPerHour),
        motion(
          "seismic-west", .seismic, SIMD2(-40, 4), sector(SIMD2(-40, 4), 0, 8, half: .pi),
          falseAlarmsPerHour, radii: [.person: 8, .vehicle: 25]),
        platform("drone-1", systemID: 1, isDrone: true),
        platform("patrol-1", systemID: 51, isDrone: false),
      ],
      links: [SerialLink(name: "drone-link", device: "serial:demo", baud: 57_600)],
      configurationHash: String(repeating: "0", count: 64))
  }

  private static func sector(
    _ apex: SIMD2<Double>, _ azimuth: Double, _ range: Double, half: Double = .pi / 4
  ) -> [SIMD2<Double>] {
    [apex]
      + (0...12).map { step in
        let angle = azimuth + half * (Double(step) / 6 - 1)
        return apex + range * SIMD2(cos(angle), sin(angle))
      }
  }

  private static func camera(
    _ name: String, east: Double, width: Int, height: Int, roll: Double
  ) -> Sensor {
    Sensor(
      name: name, profile: "camera/test", place: SIMD3(east, -18, 6),
      coverage: sector(SIMD2(east, -18), .pi / 2, 45, half: .pi / 6), detectionProbability: 0.9,
      falseAlarmRate: 0.01, latencyNanos: 0,
      detail: .camera(
        CameraDetail(
          device: "card:demo", format: .mjpeg, width: width, height: height, framesPerSecond: 10,
          isGroundCalibrated: true, azimuth: .pi / 2, elevation: -14 * .pi / 180, roll: roll,
          horizontalFieldOfView: .pi / 3, rangeMetres: 45, azimuthSigma: 0.005,
          elevationSigma: 0.005)))
  }

  private static func motion(
    _ name: String, _ technology: MotionDetail.Technology, _ place: SIMD2<Double>,
    _ coverage: [SIMD2<Double>], _ falseAlarmsPerHour: Double, isActiveLow: Bool = false,
    radii: [TargetClass: Double] = [:]
  ) -> Sensor {
    Sensor(
      name: name, profile: "motion/test", place: SIMD3(place.x, place.y, 1), coverage: coverage,
      detectionProbability: 0.95, falseAlarmRate: falseAlarmsPerHour, latencyNanos: 0,
      detail: .motion(
        MotionDetail(
          technology: technology, chip: "demo", line: name, isActiveLow: isActiveLow,
          debounceNanos: 20_000_000, holdNanos: 500_000_000, classRadii: radii)))
  }

  private static func platform(_ name: String, systemID: UInt8, isDrone: Bool) -> Sensor {
    let detail = PlatformDetail(
      link: "drone-link", systemID: systemID, footprintRadius: isDrone ? 30 : 0, positionSigma: 1)
    return Sensor(
      name: name, profile: "platform/test", place: .zero, coverage: [], detectionProbability: 0.9,
      falseAlarmRate: 0, latencyNanos: 0, detail: isDrone ? .drone(detail) : .beacon(detail))
  }
}
