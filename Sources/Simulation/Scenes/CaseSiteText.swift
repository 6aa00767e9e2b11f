import Glibc
import Model
import SiteConfiguration

/// The site of a scene as `site.json` of an observation case.
struct CaseSiteText {
  let scene: Scene

  var text: String {
    let site = scene.site
    let lines = site.lines.map { line in
      "{\"id\":\"\(line.name)\",\"kind\":\"\(line.isClosed ? "zone" : "border")\""
        + ",\"closed\":\(line.isClosed),\"points\":\(points(line.points))"
        + ",\"left_to_right\":\"\(line.leftToRight)\",\"right_to_left\":\"\(line.rightToLeft)\"}"
    }
    let exercise = scene.file.exercise.map { ",\"exercise\":\"\(escaped($0))\"" } ?? ""
    // Cases know no broadcasts of aircraft.
    let heard = site.sensors.filter { if case .receiver = $0.detail { false } else { true } }
    return "{\"version\":1,\"origin\":{\"lat\":\(site.origin.latitudeDegrees)"
      + ",\"lon\":\(site.origin.longitudeDegrees),\"alt\":\(site.origin.heightMetres)}"
      + ",\n\"frame\":\"ENU metres from origin: x east, y north; "
      + "angles radians counter-clockwise from east\""
      + ",\n\"lines\":[\(lines.joined(separator: ",\n"))]"
      + ",\n\"sensors\":[\n\(heard.map(sensor).joined(separator: ",\n"))]"
      + ",\n\"scenario\":{\"t0\":\(SceneCase.startNanos)"
      + ",\"duration_s\":\(scene.file.durationSeconds.digits(3))"
      + ",\"name\":\"\(scene.file.name)\",\"seed\":\(scene.seed)\(exercise)}}\n"
  }

  private func sensor(_ sensor: Sensor) -> String {
    let place = sensor.place
    let head =
      "{\"id\":\"\(sensor.name)\",\"pos\":[\(place.x.digits(2)),\(place.y.digits(2))"
      + ",\(place.z.digits(2))]"
    let cover = ",\"coverage\":\(points(outline(sensor)))"
    switch sensor.detail {
    case .motion(let motion):
      return head + motionFields(sensor, motion) + cover
        + ",\"pd\":\(sensor.detectionProbability.digits(3))"
        + ",\"far_per_h\":\(sensor.falseAlarmRate.digits(3))"
        + ",\"hold_s\":\((Double(motion.holdNanos) * 1e-9).digits(3))}"
    case .camera(let camera):
      let mast = SIMD2(place.x, place.y)
      let nearest = sensor.coverage.map { SceneWay.norm($0 - mast) }.min() ?? 0
      return head
        + ",\"kind\":\"camera\",\"az\":\(camera.azimuth.digits(4))"
        + ",\"half\":\((camera.horizontalFieldOfView / 2).digits(4))"
        + ",\"range\":[\(nearest.digits(1)),\(camera.rangeMetres.digits(1))]"
        + ",\"fps\":\(camera.framesPerSecond.digits(2)),\"ground\":\(camera.isGroundCalibrated)"
        + ",\"sigma_az\":\(camera.azimuthSigma.digits(5))"
        + ",\"sigma_el\":\(camera.isGroundCalibrated ? camera.elevationSigma.digits(5) : "null")"
        + ",\"pd\":\(sensor.detectionProbability.digits(3))"
        + ",\"clutter_per_frame\":\(sensor.falseAlarmRate.digits(4))" + cover + "}"
    case .drone(let drone):
      return head
        + ",\"kind\":\"drone\",\"sysid\":\(drone.systemID)"
        + ",\"footprint_radius\":\(drone.footprintRadius.digits(1))"
        + ",\"pd\":\(sensor.detectionProbability.digits(3))" + cover + "}"
    case .beacon(let beacon):
      return head + ",\"kind\":\"blue\",\"sysid\":\(beacon.systemID)" + cover + "}"
    case .receiver:
      preconditionFailure("a case has no kind for receivers: they are left out above")
    }
  }

  /// The cover. A site file gives a seismic sensor that of the class it feels farthest, an
  /// observation case that of a person.
  private func outline(_ sensor: Sensor) -> [SIMD2<Double>] {
    guard let motion = sensor.motion, motion.technology == .seismic,
      let radius = motion.classRadii[.person]
    else { return sensor.coverage }
    return (0..<24).map { step in
      let angle = Double(step) * .pi / 12
      return SIMD2(sensor.place.x + radius * cos(angle), sensor.place.y + radius * sin(angle))
    }
  }

  private func motionFields(_ sensor: Sensor, _ motion: MotionDetail) -> String {
    let place = SIMD2(sensor.place.x, sensor.place.y)
    switch MotionReach(sensor: sensor, motion: motion) {
    case .beam(let a, let b):
      return ",\"kind\":\"beam\",\"a\":\(points([a]).dropFirst().dropLast())"
        + ",\"b\":\(points([b]).dropFirst().dropLast())"
    case .radius(_, let radii):
      let person = radii[.person] ?? radii[.unknown] ?? 10
      return ",\"kind\":\"seismic\",\"radius\":{\"person\":\(person.digits(1))"
        + ",\"vehicle\":\((radii[.vehicle] ?? person).digits(1))"
        + ",\"animal\":\((radii[.animal] ?? person).digits(1))}"
    case .area(let cover):
      // The slice of which the cover is the outline.
      let away = cover.map { $0 - place }.filter { SceneWay.norm($0) > 0.5 }
      let middle = away.reduce(SIMD2.zero, +)
      let azimuth = atan2(middle.y, middle.x)
      let half = away.map { abs(remainder(atan2($0.y, $0.x) - azimuth, 2 * .pi)) }.max() ?? .pi
      return ",\"kind\":\"pir\",\"az\":\(azimuth.digits(4)),\"half\":\(half.digits(4))"
        + ",\"range\":[0,\((away.map(SceneWay.norm).max() ?? 0).digits(1))]"
    }
  }

  private func points(_ points: [SIMD2<Double>]) -> String {
    "[" + points.map { "[\($0.x.digits(2)),\($0.y.digits(2))]" }.joined(separator: ",") + "]"
  }

  private func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : scalar.value < 0x20 ? " " : "\(scalar)"
    }.joined()
  }
}
