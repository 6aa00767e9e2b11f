import Geodesy
import Glibc
import Model

extension CameraCalibration {
  /// The calibration in the file at `path`.
  ///
  /// Blocks on file access.
  /// - Throws: when the file is absent or unreadable, or anything in it is wrong.
  public static func read(_ path: String) throws(ConfigurationErrors) -> CameraCalibration {
    let list = DiagnosticList(file: path)
    let text = try PoseFile.text(
      at: path, list: list, remedy: "Correct the path, or run \"vedette calibrate camera\"")
    guard let found = parse(text, list: list), list.errorCount == 0 else {
      throw ConfigurationErrors(list.sorted)
    }
    return found
  }

  /// The calibration in `text`; `nil` after told errors.
  static func parse(_ text: String, list: DiagnosticList) -> CameraCalibration? {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 { ProfileReader.tellEmptyFile(list) }
      return nil
    }
    let before = list.errorCount
    let entry = Entry(text: tree, node: root, path: "", list: list)
    let found = entry.section { calibration(of: $0, list: list) }
    return list.errorCount == before ? found : nil
  }

  private static func calibration(
    of section: Section, list: DiagnosticList
  ) -> CameraCalibration? {
    _ = section.required("version", example: "1")?.integer(in: 1...1)
    _ = section.required("kind", example: "calibration")?.choice([("calibration", true)])
    let reader = SiteReader(list: list, profiles: [:], available: [], calibrations: [:])
    let camera = section.required("camera", example: "gate-north")?.name()
    let size = section.required("picture", example: "{width: 1280, height: 720}")?
      .section(pictureSize)
    let origin = section.optional("origin").flatMap { reader.readOrigin($0) }
    let place = reader.readPlace(of: section)
    let azimuth = reader.readAzimuth(of: section)
    let tilt = section.required("tilt", example: "-12 deg")?
      .quantity(.angle, from: "-90 deg", to: "90 deg")
    let roll = section.required("roll", example: "0.4 deg")?
      .quantity(.angle, from: "-180 deg", to: "180 deg")
    let field = section.required("field_of_view", example: "70 deg")?
      .quantity(.angle, from: "1 deg", to: "150 deg")
    let lens = section.required("lens", example: "{k1: -0.2, k2: 0.03}")?.section(lens)
    let points = section.required("points", example: "9")?.integer(in: 3...10_000)
    let residual = section.required("rms", example: "0.8")?.number(in: 0...10_000)
    let sigmas = section.required("sigma", example: "{east: 3 cm, …}")?.section(sigmas)
    let rows = section.required("correlation", example: "[[0.1], …]")?
      .list(count: PoseParameter.count - 1...PoseParameter.count - 1)
    let correlations = rows?.enumerated().compactMap { index, row in
      row.list(count: index + 1...index + 1)?.compactMap { $0.number(in: -1...1) }
    }
    guard let camera, let size, let place, let azimuth, let tilt, let roll, let field, let lens,
      let points, let residual, let sigmas, let rows, let correlations,
      correlations.count == rows.count,
      correlations.enumerated().allSatisfy({ $1.count == $0 + 1 })
    else { return nil }
    let covariance = PoseCovariance(sigmas: sigmas) { row, column in
      correlations[row - 1][column] * sign(row) * sign(column)
    }
    guard covariance.isPositiveSemidefinite else {
      section.entry.error(
        .badValue, expected: "correlations that can hold together",
        remedy: "Calibrate again: the file was changed by hand",
        found: "correlations of which some combination would have a negative variance")
      return nil
    }
    guard lens.shows(width: size.x, height: size.y, halfTangent: tan(field / 2)) else {
      tellFolded(section.entry)
      return nil
    }
    guard place.z > 0 else {
      section.entry.error(
        .geometry, expected: "a camera above the ground", remedy: "Calibrate again",
        found: "up: \(plain(place.z)) m")
      return nil
    }
    return CameraCalibration(
      camera: camera, width: size.x, height: size.y, origin: origin, place: place,
      azimuth: azimuth, elevation: tilt, roll: roll, horizontalFieldOfView: field, lens: lens,
      covariance: covariance, pointCount: points, residualPixels: residual)
  }

  static func pictureSize(of section: Section) -> SIMD2<Int>? {
    let width = section.required("width", example: "1280")?.integer(in: 16...8192)
    let height = section.required("height", example: "720")?.integer(in: 16...8192)
    guard let width, let height else { return nil }
    return SIMD2(width, height)
  }

  /// The factors of a lens.
  static func lens(of section: Section) -> Lens? {
    let k1 = section.required("k1", example: "-0.2")?.number(in: -10...10)
    let k2 = section.optional("k2").map { $0.number(in: -10...10) } ?? 0
    guard let k1, let k2 else { return nil }
    return Lens(k1: k1, k2: k2)
  }

  /// Tells that a lens does not show the whole picture.
  static func tellFolded(_ entry: Entry) {
    entry.error(
      .geometry, expected: "a lens that shows the whole picture, out to its corners",
      remedy:
        "Correct k1 and k2, or the field of view: with these the picture folds back on itself",
      found: "a lens that shows less than the picture")
  }

  private static func sigmas(of section: Section) -> [Double]? {
    let found = names.map { name -> Double? in
      switch name {
      case "east", "north", "up":
        section.required(name, example: "3 cm")?.quantity(.length, from: "0 m", to: "1 km")
      case "k1", "k2": section.required(name, example: "0.02")?.number(in: 0...100)
      default:
        section.required(name, example: "0.1 deg")?.quantity(.angle, from: "0 deg", to: "180 deg")
      }
    }
    let sigmas = found.compactMap { $0 }
    return sigmas.count == names.count ? sigmas : nil
  }
}
