import Geodesy
import Model

/// Reads a site file: the top of it, and what its parts share.
final class SiteReader {
  let list: DiagnosticList
  /// Profiles that the bundle carries; `nil` where the profile itself has an error.
  let profiles: [String: DeviceProfile?]
  /// Profiles that could be named instead of an unknown one.
  let available: [String]
  /// Calibrations that the bundle carries, by file name; `nil` where one has an error itself.
  let calibrations: [String: CameraCalibration?]

  /// Where the frame is tied to the Earth, once it was read.
  var origin: GeographicOrigin?
  /// The frame of the site; `nil` while the origin is unknown or wrong.
  var frame: LocalFrame?
  var lines: [SiteLine] = []
  var links: [SerialLink] = []
  /// Names of all links, of those with a mistake too, so that one mistake is not told again.
  var linkNames: [String] = []
  var sensors: [Sensor] = []
  var purposes: [SensorPurpose] = []
  /// Where certificates and keys are named, by the key's name.
  var tlsPositions: [String: Position] = [:]
  /// Where names, devices and the like were first used, by the group they must be unique in.
  private var taken: [String: [String: Position]] = [:]

  init(
    list: DiagnosticList, profiles: [String: DeviceProfile?], available: [String],
    calibrations: [String: CameraCalibration?]
  ) {
    self.calibrations = calibrations
    self.list = list
    self.profiles = profiles
    self.available = Array(Set(available).union(profiles.keys)).sorted()
  }

  /// The configuration in `text`; `nil` after told errors.
  func read(_ text: String, configurationHash: String) -> StationConfiguration? {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      return nil
    }
    let entry = Entry(text: tree, node: root, path: "", list: list)
    return entry.section { section -> StationConfiguration? in
      _ = section.required("version", example: "1")?.integer(in: 1...1)
      let post = section.required("post", example: "north-ford")?.name(extra: "-")
      let exercise = section.optional("exercise")?.text(lengthMax: 64, example: "AUTUMN LIGHT")
      if let exercise, let entry = section.optional("exercise") {
        list.warning(
          .undecided, at: entry.position, field: "exercise", found: "exercise \(quoted(exercise))",
          expected: "the key only while an exercise is under way",
          remedy: "Remove it when the exercise ends: until then every event is marked so")
      }
      _ = section.optional("profiles")?.text(lengthMax: 1_024, example: "DeviceProfiles")
      let origin = section.required("origin", example: "{lat: 47.6521, lon: 9.1713, height: 402 m}")
      let place = origin.flatMap(readOrigin)
      self.origin = place
      readLines(of: section)
      readSensors(of: section)
      let storage = readStorage(of: section)
      let publishing = readPublishing(of: section)
      guard list.errorCount == 0, let post, let place else { return nil }
      return StationConfiguration(
        site: Site(
          post: post, origin: place, lines: lines, sensors: sensors, links: links,
          exercise: exercise, configurationHash: configurationHash),
        sensorPurposes: purposes, storage: storage, publishing: publishing, warnings: [])
    }
  }

  func readOrigin(_ entry: Entry) -> GeographicOrigin? {
    entry.section { section in
      let latitude = section.required("lat", example: "47.6521")?
        .number(in: -85...85, unit: "deg")
      let longitude = section.required("lon", example: "9.1713")?
        .number(in: -180...180, unit: "deg")
      let height = section.required("height", example: "402 m")?
        .quantity(.length, from: "-500 m", to: "9000 m")
      guard let latitude, let longitude, let height else { return nil }
      frame = LocalFrame(
        latitudeDegrees: latitude, longitudeDegrees: longitude, heightMetres: height)
      return GeographicOrigin(
        latitudeDegrees: latitude, longitudeDegrees: longitude, heightMetres: height)
    }
  }

  /// A point on the ground out of `east` and `north`, or out of `lat` and `lon`, metres.
  func point(of section: Section) -> SIMD2<Double>? {
    let isMetric = [section.has("east"), section.has("north")].contains(true)
    let isGeographic = [section.has("lat"), section.has("lon")].contains(true)
    let either = "either east and north in metres, or lat and lon in degrees"
    guard !(isMetric && isGeographic) else {
      section.entry.error(
        .conflict, expected: either, remedy: "Keep one of the two pairs", found: "some of both")
      return nil
    }
    guard isGeographic else {
      guard isMetric else {
        section.entry.error(
          .missingKey, expected: either, remedy: "Write {east: 12 m, north: -3 m}",
          found: "no place")
        return nil
      }
      let east = section.required("east", example: "12 m")?
        .quantity(.length, from: "-20 km", to: "20 km")
      let north = section.required("north", example: "-3 m")?
        .quantity(.length, from: "-20 km", to: "20 km")
      guard let east, let north else { return nil }
      return SIMD2(east, north)
    }
    let latitude = section.required("lat", example: "47.6521")?.number(in: -85...85, unit: "deg")
    let longitude = section.required("lon", example: "9.1713")?
      .number(in: -180...180, unit: "deg")
    guard let latitude, let longitude, let frame else { return nil }
    let local = frame.local(latitudeDegrees: latitude, longitudeDegrees: longitude)
    let distance = (local * local).sum().squareRoot()
    guard distance <= 20_000 else {
      section.entry.error(
        .outOfRange, expected: "a place within 20 km of the origin",
        remedy: "Look for swapped lat and lon, or correct the origin",
        found: "a place \(plain((distance / 1_000).rounded())) km away")
      return nil
    }
    return local
  }

  /// Whether `value` is the first of its `group`; tells an error at `entry` if not.
  func claim(
    _ value: String, in group: String, at entry: Entry, code: Diagnostic.Code = .duplicateName,
    remedy: String
  ) {
    if let first = taken[group]?[value] {
      entry.error(
        code, expected: "\(group) of its own", remedy: remedy,
        found: "\(quoted(value)), which line \(first.line) has already")
    } else {
      taken[group, default: [:]][value] = entry.position
    }
  }
}
