import Geodesy
import Glibc
import Model

extension SiteReader {
  /// Where a camera stands and looks.
  struct Pose {
    var place: SIMD3<Double>
    var azimuth: Double
    var elevation: Double
    var roll: Double
    var isGroundCalibrated: Bool
  }

  /// The calibration that the camera names; `nil` if it names none, or after a told error.
  private func readCalibration(of section: Section) -> CameraCalibration? {
    guard let entry = section.optional("calibration") else { return nil }
    for key in ["place", "azimuth", "tilt", "roll", "lens", "ground_calibrated"] {
      section.refuse(
        key, expected: "the key only without \"calibration\", which tells it",
        remedy: "Remove it, or remove \"calibration\"")
    }
    let example = "calibration/gate-north.yaml"
    guard let name = entry.text(example: example) else { return nil }
    guard CameraCalibration.isFileName(name) else {
      entry.error(
        .badValue, expected: "a file in the folder \"calibration\" such as \(quoted(example))",
        remedy: "Put the file there, beside the site file")
      return nil
    }
    guard let known = calibrations[name] else {
      entry.error(
        .missingFile, expected: "a calibration at this path, relative to the site file",
        remedy: "Write it by \"vedette calibrate camera\", or correct the name")
      return nil
    }
    // One with a mistake of its own has told it.
    guard let calibration = known, let origin else { return nil }
    // A tenth of a millimetre on the ground: the same place written with other digits.
    if let own = calibration.origin, let frame,
      abs(own.heightMetres - origin.heightMetres) > 0.01
        || !isNear(
          frame.local(latitudeDegrees: own.latitudeDegrees, longitudeDegrees: own.longitudeDegrees))
    {
      entry.error(
        .conflict, expected: "a calibration in this site's frame",
        remedy: "Calibrate again with --site, which takes the origin from this file",
        found: "a calibration whose origin is another place")
      return nil
    }
    return calibration
  }

  private func isNear(_ place: SIMD2<Double>) -> Bool { (place * place).sum() < 1e-4 * 1e-4 }

  /// The lens as the site file tells it; straight without.
  private func readLens(of section: Section) -> Lens? {
    section.optional("lens").map { $0.section(CameraCalibration.lens) } ?? .straight
  }

  /// Reads a camera's entry beyond its `head`.
  func readCamera(of section: Section, head: Head?) -> Sensor? {
    let deviceEntry = section.required("device", example: "card:HD Pro Webcam C920")
    let device = deviceEntry?.text(example: "card:HD Pro Webcam C920")
    if let device, let deviceEntry {
      checkDevice(device, prefix: "bus:", "card:", at: deviceEntry)
      claim(
        device, in: "a camera device", at: deviceEntry, code: .conflict,
        remedy: "Name each camera by its \"bus:\" text, which tells equal models apart")
    }
    let calibration = readCalibration(of: section)
    let pose =
      section.has("calibration") ? calibration.map { Pose($0) } : readPose(of: section)
    let lens = readLens(of: section)
    let mode = readMode(of: section, profile: head?.profile)
    let masks = PrivacyPolygons.read(of: section)
    guard let head, let device, let pose, let lens, let mode, let masks else { return nil }
    let profile = head.profile
    var detail = CameraDetail(
      device: device, format: mode.format, width: mode.width, height: mode.height,
      framesPerSecond: mode.framesPerSecond, isGroundCalibrated: pose.isGroundCalibrated,
      azimuth: pose.azimuth, elevation: pose.elevation, roll: pose.roll,
      horizontalFieldOfView: profile.fieldOfView, rangeMetres: profile.range,
      azimuthSigma: profile.azimuthSigma, elevationSigma: profile.elevationSigma,
      privacyMasks: masks, lens: lens)
    calibration?.apply(to: &detail)
    if let calibration, !calibration.fits(width: mode.width, height: mode.height) {
      section.optional("calibration")?.error(
        .conflict, expected: "pictures of the shape of the mode, \(mode.width) x \(mode.height)",
        remedy: "Calibrate with a picture of this mode, or choose a mode of that shape",
        found: "pictures of \(calibration.width) x \(calibration.height)")
      return nil
    }
    guard
      detail.lens.shows(
        width: mode.width, height: mode.height, halfTangent: tan(detail.horizontalFieldOfView / 2))
    else {
      CameraCalibration.tellFolded(section.optional("lens") ?? section.entry)
      return nil
    }
    guard let coverage = readCameraCoverage(of: section, pose: pose, detail, profile) else {
      return nil
    }
    return Sensor(
      name: head.name, profile: head.profileName, place: pose.place, coverage: coverage,
      detectionProbability: profile.detectionProbability, falseAlarmRate: profile.falseAlarms,
      latencyNanos: Int64((profile.latency * 1e9).rounded()), detail: .camera(detail))
  }

  private func readPose(of section: Section) -> Pose? {
    let place = readPlace(of: section)
    let azimuth = readAzimuth(of: section)
    let tiltEntry = section.required("tilt", example: "-8 deg")
    let tilt = tiltEntry?.quantity(.angle, from: "-90 deg", to: "90 deg")
    let roll =
      section.optional("roll").map { $0.quantity(.angle, from: "-180 deg", to: "180 deg") } ?? 0
    let isCalibrated = section.optional("ground_calibrated").map { $0.flag() } ?? false
    guard let place, let azimuth, let tilt, let roll, let isCalibrated else { return nil }
    if isCalibrated {
      if tilt >= 0 {
        tiltEntry?.error(
          .geometry, expected: "a tilt below 0 deg with \"ground_calibrated: true\"",
          remedy: "Write a negative tilt (negative looks down), or ground_calibrated: false")
        return nil
      }
      if place.z <= 0 {
        section.entry.error(
          .geometry, expected: "a camera above the ground with \"ground_calibrated: true\"",
          remedy: "Write the height of the lens above the origin as \"up\" in \"place\"",
          found: "up: \(plain(place.z)) m")
        return nil
      }
    }
    return Pose(
      place: place, azimuth: azimuth, elevation: tilt, roll: roll, isGroundCalibrated: isCalibrated)
  }

  /// The picture mode asked for, the profile's first when none is.
  private func readMode(of section: Section, profile: DeviceProfile?) -> DeviceProfile.Mode? {
    guard let entry = section.optional("mode") else { return profile?.modes.first }
    guard let mode = entry.section({ ProfileReader.readMode(of: $0) }), let profile else {
      return nil
    }
    let isOffered = profile.modes.contains {
      $0.format == mode.format && $0.width == mode.width && $0.height == mode.height
        && mode.framesPerSecond <= $0.framesPerSecond
    }
    guard isOffered else {
      entry.error(
        .badValue,
        expected: "a mode of the profile, or a slower one: "
          + profile.modes.map(\.description).joined(separator: ", "),
        remedy: "Choose one of them, or add the mode to the profile", found: mode.description)
      return nil
    }
    return mode
  }

  /// Ground in view of a calibrated camera; the pie slice of its bearings for another.
  private func readCameraCoverage(
    of section: Section, pose: Pose, _ camera: CameraDetail, _ profile: DeviceProfile
  ) -> [SIMD2<Double>]? {
    guard pose.isGroundCalibrated else {
      return Coverage.sector(
        at: SIMD2(pose.place.x, pose.place.y), azimuth: pose.azimuth,
        halfAngle: camera.horizontalFieldOfView / 2, range: profile.range)
    }
    let coverage = Coverage.camera(
      at: pose.place, azimuth: pose.azimuth, elevation: pose.elevation, roll: pose.roll,
      horizontalFieldOfView: camera.horizontalFieldOfView, lens: camera.lens,
      aspect: Double(camera.width) / Double(camera.height), range: profile.range)
    if coverage == nil {
      section.entry.error(
        .geometry, expected: "ground in view within the range of \(plain(profile.range)) m",
        remedy: "Look for a tilt that is too flat, a height that is too large, or a short range",
        found: "a pose that sees no ground")
    }
    return coverage
  }
}

extension SiteReader.Pose {
  /// The pose that a calibration found.
  init(_ calibration: CameraCalibration) {
    self.init(
      place: calibration.place, azimuth: calibration.azimuth, elevation: calibration.elevation,
      roll: calibration.roll, isGroundCalibrated: true)
  }
}
