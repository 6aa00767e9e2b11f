import Model

/// `site.json` of an observation case, as it stands in the file, keys in snake case there.
struct CaseSite: Decodable {
  struct Origin: Decodable {
    var lat: Double
    var lon: Double
    var alt: Double
  }

  struct Line: Decodable {
    var id: String
    var closed: Bool
    var points: [[Double]]
    var leftToRight: String
    var rightToLeft: String
  }

  struct Sensor: Decodable {
    var id: String
    var kind: String
    var pos: [Double]?
    var az: Double?
    var half: Double?
    var range: [Double]?
    var radius: [String: Double]?
    var coverage: [[Double]]?
    var pd: Double?
    var farPerH: Double?
    var holdS: Double?
    var fps: Double?
    var ground: Bool?
    var sigmaAz: Double?
    var sigmaEl: Double?
    var clutterPerFrame: Double?
    var sysid: Int?
    var footprintRadius: Double?
  }

  var version: Int
  var origin: Origin
  var lines: [Line]
  var sensors: [Sensor]

  /// The site in the product's own terms; says in words what does not fit.
  func site() throws(CaseSiteProblem) -> Site {
    guard version == 1 else {
      throw CaseSiteProblem(text: "version \(version), this program reads version 1")
    }
    guard abs(origin.lat) <= 85, abs(origin.lon) <= 180, origin.alt.isFinite else {
      throw CaseSiteProblem(text: "the origin is no place within 85 degrees of latitude")
    }
    guard sensors.count < Int(UInt16.max), lines.count < Int(UInt16.max) else {
      throw CaseSiteProblem(text: "more than 65,534 sensors or lines")
    }
    var siteLines: [SiteLine] = []
    for line in lines {
      let points = try Self.points(line.points, of: line.id)
      guard points.count >= (line.closed ? 3 : 2) else {
        throw CaseSiteProblem(text: "line \(line.id) has too few points")
      }
      siteLines.append(
        SiteLine(
          name: line.id, isClosed: line.closed, points: points, leftName: "left",
          rightName: "right", leftToRight: line.leftToRight, rightToLeft: line.rightToLeft))
    }
    var siteSensors: [Model.Sensor] = []
    for sensor in sensors { siteSensors.append(try Self.sensor(sensor)) }
    return Site(
      post: "case",
      origin: GeographicOrigin(
        latitudeDegrees: origin.lat, longitudeDegrees: origin.lon, heightMetres: origin.alt),
      lines: siteLines, sensors: siteSensors, links: [], configurationHash: "")
  }

  private static func points(
    _ pairs: [[Double]], of subject: String
  ) throws(CaseSiteProblem) -> [SIMD2<Double>] {
    var points: [SIMD2<Double>] = []
    for pair in pairs {
      guard pair.count == 2, pair[0].isFinite, pair[1].isFinite else {
        throw CaseSiteProblem(text: "\(subject): a point is not two numbers")
      }
      points.append(SIMD2(pair[0], pair[1]))
    }
    return points
  }

  private static func sensor(_ sensor: Sensor) throws(CaseSiteProblem) -> Model.Sensor {
    let place = sensor.pos ?? [0, 0, 0]
    guard place.count == 3 else {
      throw CaseSiteProblem(text: "\(sensor.id): pos is not three numbers")
    }
    return Model.Sensor(
      name: sensor.id, profile: "case/\(sensor.kind)",
      place: SIMD3(place[0], place[1], place[2]),
      coverage: try points(sensor.coverage ?? [], of: sensor.id),
      detectionProbability: sensor.pd ?? 0.9,
      falseAlarmRate: sensor.clutterPerFrame ?? sensor.farPerH ?? 0, latencyNanos: 0,
      detail: try detail(of: sensor))
  }

  private static func detail(
    of sensor: Sensor
  ) throws(CaseSiteProblem) -> Model.Sensor.Detail {
    switch sensor.kind {
    case "pir", "seismic", "beam":
      return .motion(
        MotionDetail(
          technology: MotionDetail.Technology(rawValue: sensor.kind) ?? .pir, chip: "", line: "",
          isActiveLow: false, debounceNanos: 0,
          holdNanos: Int64(min(max(sensor.holdS ?? 0, 0), 3600) * 1e9)))
    case "camera":
      return .camera(
        CameraDetail(
          device: "", format: .grey, width: 0, height: 0, framesPerSecond: sensor.fps ?? 5,
          isGroundCalibrated: sensor.ground ?? false, azimuth: sensor.az ?? 0, elevation: 0,
          roll: 0, horizontalFieldOfView: 2 * (sensor.half ?? 0.5),
          rangeMetres: sensor.range?.last ?? 300, azimuthSigma: sensor.sigmaAz ?? 0.004,
          elevationSigma: sensor.sigmaEl ?? 0))
    case "drone":
      return .drone(
        PlatformDetail(
          link: "", systemID: UInt8(clamping: sensor.sysid ?? 1),
          footprintRadius: sensor.footprintRadius ?? 0, positionSigma: 1.5))
    case "blue":
      return .beacon(
        PlatformDetail(
          link: "", systemID: UInt8(clamping: sensor.sysid ?? 1), footprintRadius: 0,
          positionSigma: 1.5))
    default:
      throw CaseSiteProblem(text: "\(sensor.id): unknown kind \(sensor.kind)")
    }
  }
}

/// What does not fit in a case's site.
struct CaseSiteProblem: Error {
  var text: String
}
