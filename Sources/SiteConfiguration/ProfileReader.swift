import Model
import Yams

/// Reads one profile text.
enum ProfileReader {
  /// MAVLink messages that telemetry perception understands.
  static let messages =
    [
      "HEARTBEAT", "GLOBAL_POSITION_INT", "GPS_RAW_INT", "ATTITUDE", "SYSTEM_TIME",
      "CAMERA_TRACKING_GEO_STATUS", "CAMERA_TRACKING_IMAGE_STATUS", "CAMERA_INFORMATION",
      "CAMERA_FOV_STATUS", "GIMBAL_DEVICE_ATTITUDE_STATUS", "MOUNT_ORIENTATION",
    ] + broadcasts
  /// Those by which what aircraft broadcast is passed on.
  static let broadcasts = [
    "ADSB_VEHICLE", "OPEN_DRONE_ID_BASIC_ID", "OPEN_DRONE_ID_LOCATION", "OPEN_DRONE_ID_SYSTEM",
  ]

  /// The profile in `text`, named `name` (`<kind>/<model>`); mistakes go to `list`.
  /// - Returns: `nil` when there was an error.
  static func read(_ text: String, name: String, list: DiagnosticList) -> DeviceProfile? {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { tellEmptyFile(list) }
      return nil
    }
    let before = list.errorCount
    let entry = Entry(text: tree, node: root, path: "", list: list)
    let profile = entry.section { section -> DeviceProfile? in
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      _ = section.required("version", example: "1")?.integer(in: 1...1)
      if let model = section.required("model", example: parts.last ?? ""),
        let value = model.name(), value != parts.last
      {
        model.error(
          .conflict, expected: "the file's name, \(quoted(parts.last ?? ""))",
          remedy: "Rename the file or the model")
      }
      _ = section.required("description", example: "Make, model and what it is")?
        .text(lengthMax: 1_000, example: "Make, model and what it is")
      let kinds = DeviceProfile.Kind.allCases.map { ($0.rawValue, $0) }
      let kindEntry = section.required("kind", example: parts.first ?? "motion")
      guard let kind = kindEntry?.choice(kinds) else {
        // Which keys belong here depends on the kind: without it none can be told as unknown.
        for key in section.keys { _ = section.has(key) }
        return nil
      }
      if kind.rawValue != parts.first {
        kindEntry?.error(
          .profileKind, expected: "the folder's name, \(quoted(parts.first ?? ""))",
          remedy: "Move the file to DeviceProfiles/\(kind.rawValue)")
        for key in section.keys { _ = section.has(key) }
        return nil
      }
      var profile = DeviceProfile(kind: kind)
      readWords(of: section, into: &profile)
      ProfileValues(section: section, isProfile: true).read(into: &profile)
      if kind == .drone || kind == .beacon { checkMessages(of: section, profile) }
      if kind == .receiver { checkBroadcasts(of: section) }
      return profile
    }
    return list.errorCount == before ? profile : nil
  }

  /// Tells that a file holds nothing.
  static func tellEmptyFile(_ list: DiagnosticList) {
    list.error(
      .missingKey, at: Position(line: 1, column: 1), field: "", found: "an empty file",
      expected: "a mapping of keys to values", remedy: "Begin with the line \"version: 1\"")
  }

  /// What is told in words: technology, polarity, shape, picture modes.
  private static func readWords(of section: Section, into profile: inout DeviceProfile) {
    switch profile.kind {
    case .motion:
      let technologies = MotionDetail.Technology.allCases.map { ($0.rawValue, $0) }
      if let technology = section.required("technology", example: "pir")?.choice(technologies) {
        profile.technology = technology
      }
      if let isLow = section.required("active", example: "high")?
        .choice([("high", false), ("low", true)])
      {
        profile.isActiveLow = isLow
      }
      let shapes: [(String, DeviceProfile.Shape)] = [
        ("sector", .sector(halfAngle: 0, range: 0)), ("disc", .disc(range: 0)),
        ("corridor", .corridor(width: 0, range: 0)),
      ]
      if let shape = section.required("shape", example: "sector")?.choice(shapes) {
        profile.shape = shape
      } else {
        for key in ["half_angle", "width"] { _ = section.has(key) }
      }
    case .camera:
      let entries = section.required("modes", example: "[{format: yuyv, …}]")?.list(count: 1...32)
      profile.modes = (entries ?? []).compactMap { entry in
        entry.section { mode in
          ProfileValues.source(of: mode)
          return readMode(of: mode)
        }
      }
    case .receiver: break
    case .drone, .beacon:
      let times = [("link", false), ("vehicle", true)]
      if let isOwn = section.optional("time_source")?.choice(times) { profile.usesOwnTime = isOwn }
      _ = section.optional("autopilot")?.text(example: "ArduPilot Copter 4.5")
    }
  }

  /// A picture mode: all keys are required.
  static func readMode(of section: Section) -> DeviceProfile.Mode? {
    let formats = [PixelFormat.grey, .yuyv, .nv12, .mjpeg].map { ("\($0.name)", $0) }
    let format = section.required("format", example: "yuyv")?.choice(formats)
    let width = section.required("width", example: "1280")?.integer(in: 16...8192)
    let height = section.required("height", example: "720")?.integer(in: 16...8192)
    let rate = section.required("rate", example: "30 /s")?
      .quantity(.rate, from: "0.1 /s", to: "240 /s")
    guard let format, let width, let height, let rate else { return nil }
    return DeviceProfile.Mode(format: format, width: width, height: height, framesPerSecond: rate)
  }

  /// A receiver must pass on where aircraft are.
  private static func checkBroadcasts(of section: Section) {
    guard let entry = section.required("messages", example: "[HEARTBEAT, ADSB_VEHICLE]"),
      let entries = entry.list(count: 1...32)
    else { return }
    let choices = (["HEARTBEAT"] + broadcasts).map { ($0, $0) }
    let names = Set(entries.compactMap { $0.choice(choices) })
    if names.isDisjoint(with: ["ADSB_VEHICLE", "OPEN_DRONE_ID_LOCATION"]) {
      entry.error(
        .conflict, expected: "ADSB_VEHICLE or OPEN_DRONE_ID_LOCATION: they carry the places",
        remedy: "Add what it passes on", found: "a list without them")
    }
  }

  /// The messages that a platform sends must carry what its numbers promise.
  private static func checkMessages(of section: Section, _ profile: DeviceProfile) {
    guard
      let entry = section.required("messages", example: "[HEARTBEAT, GLOBAL_POSITION_INT]"),
      let entries = entry.list(count: 1...32)
    else { return }
    let names = Set(entries.compactMap { $0.choice(messages.map { ($0, $0) }) })
    if !names.contains("GLOBAL_POSITION_INT") {
      entry.error(
        .conflict, expected: "GLOBAL_POSITION_INT among the messages: it carries the place",
        remedy: "Add GLOBAL_POSITION_INT", found: "a list without it")
    }
    let tracking: Set = ["CAMERA_TRACKING_GEO_STATUS", "CAMERA_TRACKING_IMAGE_STATUS"]
    if profile.footprintRadius > 0, names.isDisjoint(with: tracking) {
      entry.error(
        .conflict,
        expected: "CAMERA_TRACKING_GEO_STATUS or CAMERA_TRACKING_IMAGE_STATUS for a drone with a "
          + "footprint_radius above 0 m",
        remedy: "Add the message, or set footprint_radius to 0 m", found: "a list without it")
    }
  }
}
