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
    let pose = readPose(of: section)
    let mode = readMode(of: section, profile: head?.profile)
    let masks = readMasks(of: section)
    guard let head, let device, let pose, let mode, let masks else { return nil }
    let profile = head.profile
    guard let coverage = readCameraCoverage(of: section, pose: pose, mode: mode, profile: profile)
    else { return nil }
    let detail = CameraDetail(
      device: device, format: mode.format, width: mode.width, height: mode.height,
      framesPerSecond: mode.framesPerSecond, isGroundCalibrated: pose.isGroundCalibrated,
      azimuth: pose.azimuth, elevation: pose.elevation, roll: pose.roll,
      horizontalFieldOfView: profile.fieldOfView, rangeMetres: profile.range,
      azimuthSigma: profile.azimuthSigma, elevationSigma: profile.elevationSigma,
      privacyMasks: masks)
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

  /// Parts of the picture that are never looked at: polygons of [x, y] in fractions.
  private func readMasks(of section: Section) -> [[SIMD2<Double>]]? {
    guard let entry = section.optional("privacy_masks") else { return [] }
    guard let entries = entry.list(count: 0...32) else { return nil }
    let masks = entries.compactMap { entry -> [SIMD2<Double>]? in
      guard let corners = entry.list(count: 3...64) else { return nil }
      let points = corners.compactMap { corner -> SIMD2<Double>? in
        guard let pair = corner.list(count: 2...2) else { return nil }
        guard let x = pair[0].number(in: 0...1), let y = pair[1].number(in: 0...1) else {
          return nil
        }
        return SIMD2(x, y)
      }
      return points.count == corners.count ? points : nil
    }
    return masks.count == entries.count ? masks : nil
  }

  /// Ground in view of a calibrated camera; the pie slice of its bearings for another.
  private func readCameraCoverage(
    of section: Section, pose: Pose, mode: DeviceProfile.Mode, profile: DeviceProfile
  ) -> [SIMD2<Double>]? {
    guard pose.isGroundCalibrated else {
      return Coverage.sector(
        at: SIMD2(pose.place.x, pose.place.y), azimuth: pose.azimuth,
        halfAngle: profile.fieldOfView / 2, range: profile.range)
    }
    let coverage = Coverage.camera(
      at: pose.place, azimuth: pose.azimuth, elevation: pose.elevation, roll: pose.roll,
      horizontalFieldOfView: profile.fieldOfView,
      aspect: Double(mode.width) / Double(mode.height), range: profile.range)
    if coverage == nil {
      section.entry.error(
        .geometry, expected: "ground in view within the range of \(plain(profile.range)) m",
        remedy: "Look for a tilt that is too flat, a height that is too large, or a short range",
        found: "a pose that sees no ground")
    }
    return coverage
  }
}
