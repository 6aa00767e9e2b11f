import Model
import Yams

/// The numbers that a profile gives with their sources, and that a site may override: read by one
/// routine from both places.
///
/// In a profile each number is a pair `{value: 50 ms, source: "…"}`; in a site's `override` it is
/// the bare value, and one `source` tells where all of them come from.
struct ProfileValues {
  let section: Section
  /// Whether the numbers stand in a profile.
  let isProfile: Bool

  /// The value of `key` as `read` understands it. Absent in a profile: an error unless
  /// `isOptional`; absent in an override: as the profile says.
  func value<Value>(
    _ key: String, example: String, isOptional: Bool = false, _ read: (Entry) -> Value?
  ) -> Value? {
    guard isProfile else { return section.optional(key).flatMap(read) }
    let pair = "{value: \(example), source: \"datasheet, section\"}"
    guard
      let entry =
        isOptional ? section.optional(key) : section.required(key, example: pair)
    else { return nil }
    guard case .mapping = entry.node else {
      entry.error(
        .missingSource, expected: "a number with its source, \(pair)",
        remedy: "Write where the number comes from, or \"assumption\" and how to measure it")
      return nil
    }
    return entry.section { pair in
      let value = pair.required("value", example: example).flatMap(read)
      Self.source(of: pair)
      return value
    }
  }

  /// Reads the `source` line of a number or of a group of numbers.
  static func source(of section: Section) {
    guard let source = section.optional("source") else {
      _ = section.has("source")
      section.entry.error(
        .missingSource, expected: "a key \"source\" beside the number",
        remedy: "Write where the number comes from, or \"assumption\" and how to measure it",
        found: "no source")
      return
    }
    _ = source.text(lengthMax: 400, example: "datasheet, section 3")
  }

  /// Reads what is common to a kind of device into `profile`.
  func read(into profile: inout DeviceProfile) {
    set(&profile.detectionProbability, "detection_probability", example: "0.9") {
      $0.number(in: 0.01...1)
    }
    set(&profile.latency, "latency", example: "50 ms") {
      $0.quantity(.time, from: "0 s", to: "5 s")
    }
    switch profile.kind {
    case .motion: readMotion(into: &profile)
    case .camera: readCamera(into: &profile)
    case .drone:
      readRate(into: &profile)
      set(&profile.footprintRadius, "footprint_radius", example: "30 m") {
        $0.quantity(.length, from: "0 m", to: "1000 m")
      }
      readPosition(into: &profile)
      readPayload(into: &profile)
    case .beacon: readPosition(into: &profile)
    case .receiver: break
    }
  }

  private func readMotion(into profile: inout DeviceProfile) {
    readRate(into: &profile)
    set(&profile.debounce, "debounce", example: "50 ms") {
      $0.quantity(.time, from: "0 ms", to: "5 s")
    }
    set(&profile.hold, "hold", example: "2 s") { $0.quantity(.time, from: "0 s", to: "10 min") }
    set(&profile.edgesPerSecondMax, "edges_max", example: "20 /s") {
      $0.quantity(.rate, from: "1 /s", to: "10000 /s")
    }
    readShape(into: &profile)
    readClassRanges(into: &profile)
  }

  private func readShape(into profile: inout DeviceProfile) {
    var range = 0.0
    switch profile.shape {
    case .sector(_, let known), .disc(let known), .corridor(_, let known): range = known
    }
    set(&range, "range", example: "16 m") { $0.quantity(.length, from: "0.5 m", to: "5 km") }
    switch profile.shape {
    case .sector(var halfAngle, _):
      set(&halfAngle, "half_angle", example: "45 deg") {
        $0.quantity(.angle, from: "0.5 deg", to: "180 deg")
      }
      profile.shape = .sector(halfAngle: halfAngle, range: range)
    case .disc:
      profile.shape = .disc(range: range)
    case .corridor(var width, _):
      set(&width, "width", example: "0.5 m") { $0.quantity(.length, from: "1 cm", to: "50 m") }
      profile.shape = .corridor(width: width, range: range)
    }
  }

  private func readClassRanges(into profile: inout DeviceProfile) {
    guard let entry = section.optional("class_ranges") else { return }
    guard profile.technology == .seismic else {
      section.refuse(
        "class_ranges", expected: "it only for seismic sensors, whose range depends on the class",
        remedy: "Remove it")
      return
    }
    _ = entry.section { classes -> Void? in
      let values = ProfileValues(section: classes, isProfile: isProfile)
      for target in [TargetClass.person, .group, .vehicle, .animal] {
        let radius = values.value("\(target.name)", example: "30 m", isOptional: true) {
          $0.quantity(.length, from: "0.5 m", to: "5 km")
        }
        if let radius { profile.classRanges[target] = radius }
      }
      return ()
    }
    let range =
      switch profile.shape {
      case .sector(_, let range), .disc(let range), .corridor(_, let range): range
      }
    if let widest = profile.classRanges.values.max(), widest > range {
      entry.error(
        .conflict, expected: "no class range above the range, \(plain(range)) m",
        remedy: "Raise \"range\" to the widest of them", found: "\(plain(widest)) m")
    }
  }

  private func readCamera(into profile: inout DeviceProfile) {
    set(&profile.falseAlarms, "clutter_per_frame", example: "0.05") { $0.number(in: 0...100) }
    set(&profile.fieldOfView, "field_of_view", example: "66 deg") {
      $0.quantity(.angle, from: "1 deg", to: "150 deg")
    }
    set(&profile.range, "range", example: "80 m") {
      $0.quantity(.length, from: "1 m", to: "20 km")
    }
    set(&profile.azimuthSigma, "azimuth_sigma", example: "0.3 deg") {
      $0.quantity(.angle, from: "0.01 deg", to: "20 deg")
    }
    set(&profile.elevationSigma, "elevation_sigma", example: "0.3 deg") {
      $0.quantity(.angle, from: "0.01 deg", to: "20 deg")
    }
  }

  private func readRate(into profile: inout DeviceProfile) {
    set(&profile.falseAlarms, "false_alarms", example: "0.5 /h") {
      $0.quantity(.rate, from: "0 /h", to: "10000 /h")
    }
  }

  private func readPosition(into profile: inout DeviceProfile) {
    set(&profile.positionSigma, "position_sigma", example: "2.5 m") {
      $0.quantity(.length, from: "1 cm", to: "1 km")
    }
  }

  /// What places the payload's view on the ground; a drone without a camera need not say it.
  private func readPayload(into profile: inout DeviceProfile) {
    set(&profile.payload.fieldOfView, "field_of_view", example: "60 deg", isOptional: true) {
      $0.quantity(.angle, from: "1 deg", to: "150 deg")
    }
    set(&profile.payload.heightSigma, "height_sigma", example: "3 m", isOptional: true) {
      $0.quantity(.length, from: "1 cm", to: "200 m")
    }
    set(&profile.payload.headingSigma, "heading_sigma", example: "2 deg", isOptional: true) {
      $0.quantity(.angle, from: "0.01 deg", to: "45 deg")
    }
    set(&profile.payload.pointingSigma, "pointing_sigma", example: "1 deg", isOptional: true) {
      $0.quantity(.angle, from: "0.01 deg", to: "20 deg")
    }
    set(&profile.payload.timeSigma, "time_sigma", example: "100 ms", isOptional: true) {
      $0.quantity(.time, from: "1 ms", to: "5 s")
    }
  }

  private func set(
    _ target: inout Double, _ key: String, example: String, isOptional: Bool = false,
    _ read: (Entry) -> Double?
  ) {
    if let value = value(key, example: example, isOptional: isOptional, read) { target = value }
  }
}
