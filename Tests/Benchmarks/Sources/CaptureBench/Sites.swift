import Model

/// Sites of the bench: cameras in a row along a border.
enum Sites {
  /// East of what camera `number` sees the middle of, metres.
  static func middle(of number: Int) -> Double { Double(number) * 60 }

  static func cameras(
    count: Int, width: Int, height: Int, framesPerSecond: Double
  ) -> Site {
    site((0..<count).map { camera($0, width: width, height: height, rate: framesPerSecond) })
  }

  /// 16 motion sensors, 4 cameras, 2 drones.
  static func mixed() -> Site {
    let motion = (0..<16).map { number in
      let middle = middle(of: number % 4)
      let (low, high) = (Double(number / 4) * 6 - 12, Double(number / 4) * 6 - 4)
      return sensor(
        "pir-\(number)", SIMD3(middle, low, 1),
        [
          SIMD2(middle - 5, low), SIMD2(middle + 5, low), SIMD2(middle + 5, high),
          SIMD2(middle - 5, high),
        ],
        .motion(
          MotionDetail(
            technology: .pir, chip: "bench", line: "\(number)", isActiveLow: false,
            debounceNanos: 20_000_000, holdNanos: 2_000_000_000)))
    }
    let cameras = (0..<4).map { camera($0, width: 640, height: 360, rate: 10) }
    let drones = (0..<2).map { number in
      sensor(
        "drone-\(number)", .zero, [],
        .drone(
          PlatformDetail(link: "radio", systemID: number + 1, footprintRadius: 0, positionSigma: 2))
      )
    }
    return site(
      motion + cameras + drones,
      links: [SerialLink(name: "radio", device: "/dev/null", baud: 57_600)])
  }

  static func frame(
    _ camera: Int, _ number: Int, _ time: Instant, width: Int, height: Int
  ) -> FrameHeader {
    FrameHeader(
      sensor: SensorID(UInt16(camera)), sequence: UInt32(number), time: time,
      width: Int32(width), height: Int32(height), stride: Int32(width), format: .grey)
  }

  private static func camera(_ number: Int, width: Int, height: Int, rate: Double) -> Sensor {
    let middle = middle(of: number)
    return sensor(
      "camera-\(number)", SIMD3(middle, -40, 6),
      [
        SIMD2(middle - 25, -35), SIMD2(middle + 25, -35), SIMD2(middle + 25, 35),
        SIMD2(middle - 25, 35),
      ],
      .camera(
        CameraDetail(
          device: "", format: .grey, width: width, height: height, framesPerSecond: rate,
          isGroundCalibrated: true, azimuth: 1.5, elevation: -0.2, roll: 0,
          horizontalFieldOfView: 1, rangeMetres: 120, azimuthSigma: 0.003,
          elevationSigma: 0.003)))
  }

  private static func sensor(
    _ name: String, _ place: SIMD3<Double>, _ coverage: [SIMD2<Double>], _ detail: Sensor.Detail
  ) -> Sensor {
    Sensor(
      name: name, profile: "bench/bench", place: place, coverage: coverage,
      detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: detail)
  }

  private static func site(_ sensors: [Sensor], links: [SerialLink] = []) -> Site {
    let border = SiteLine(
      name: "border", isClosed: false, points: [SIMD2(-100, 0), SIMD2(400, 0)],
      leftName: "north", rightName: "south", leftToRight: "in", rightToLeft: "out")
    return Site(
      post: "bench",
      origin: GeographicOrigin(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200),
      lines: [border], sensors: sensors, links: links, configurationHash: "0")
  }
}
