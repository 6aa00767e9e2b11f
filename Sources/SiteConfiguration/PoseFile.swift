import Glibc
public import Model
import Yams

/// A camera's pose in a file of its own, for tools that have a video and no site: a calibration
/// (`CameraCalibration`), or the pose in a few words.
///
/// ```yaml
/// height: 5 m          # of the lens above the ground
/// tilt: -25 deg        # negative looks down
/// roll: 0 deg          # positive turns the picture's right side down; 0 if absent
/// azimuth: 0 deg       # compass direction of the optical axis; 0 if absent
/// field_of_view: 60 deg
/// lens: {k1: -0.2, k2: 0.03}   # straight if absent
/// range: 80 m          # farthest distance that is believed; 200 m if absent
/// privacy_masks: [[[0, 0], [0.3, 0], [0.3, 0.2], [0, 0.2]]]   # as in the site file; none if absent
/// ```
public enum PoseFile {
  /// Largest file that is read, bytes.
  public static let bytesMax = 65_536

  /// Error of bearings and elevations of a pose that says nothing of its own, radians: a quarter of
  /// a degree, what a careful mounting with an inclinometer reaches.
  public static let angleSigma = 0.25 * Double.pi / 180

  /// The pose at `path` for pictures of `width` by `height` pixels.
  ///
  /// Blocks on file access.
  /// - Throws: when the file is absent or unreadable, or anything in it is wrong.
  public static func read(
    _ path: String, width: Int, height: Int
  ) throws(ConfigurationErrors) -> (camera: CameraDetail, place: SIMD3<Double>) {
    let list = DiagnosticList(file: path)
    let text = try text(
      at: path, list: list, remedy: "Correct the path, or write the file (Docs/Vision.md)")
    return try parse(text, list: list, width: width, height: height)
  }

  /// The text of the file at `path`.
  static func text(
    at path: String, list: DiagnosticList, remedy: String
  ) throws(ConfigurationErrors) -> String {
    let bytes: [UInt8]
    do throws(TextFile.Failure) {
      bytes = try TextFile.bytes(at: path, bytesMax: bytesMax)
    } catch {
      let isAbsent = error == .absent
      list.error(
        isAbsent ? .missingFile : .unreadableFile, at: .none, field: "",
        found: isAbsent ? "no file at this path" : "a file that cannot be read: \(error)",
        expected: "a readable YAML file of at most \(bytesMax) bytes", remedy: remedy)
      throw ConfigurationErrors(list.all)
    }
    guard let text = SiteBundle.text(bytes, list: list) else {
      throw ConfigurationErrors(list.all)
    }
    return text
  }

  static func parse(
    _ text: String, list: DiagnosticList, width: Int, height: Int
  ) throws(ConfigurationErrors) -> (camera: CameraDetail, place: SIMD3<Double>) {
    let tree = YAMLText(text, list: list)
    guard let root = tree.root else {
      if list.errorCount == 0 {
        list.error(
          .missingKey, at: .none, field: "", found: "nothing", expected: "height, tilt, …",
          remedy: "Write the pose (Docs/Vision.md)")
      }
      throw ConfigurationErrors(list.all)
    }
    let entry = Entry(text: tree, node: root, path: "", list: list)
    if isCalibration(root) {
      guard let found = CameraCalibration.parse(text, list: list) else {
        throw ConfigurationErrors(list.sorted)
      }
      guard found.fits(width: width, height: height) else {
        entry.error(
          .conflict, expected: "pictures of the shape of \(width) x \(height)",
          remedy: "Calibrate with a picture of this video",
          found: "\(found.width) x \(found.height)")
        throw ConfigurationErrors(list.sorted)
      }
      var camera = camera(width: width, height: height)
      found.apply(to: &camera)
      return (camera, found.place)
    }
    let found = entry.section { pose(of: $0, width: width, height: height) }
    guard list.errorCount == 0, let found else { throw ConfigurationErrors(list.all) }
    return found
  }

  private static func pose(
    of section: Section, width: Int, height: Int
  ) -> (camera: CameraDetail, place: SIMD3<Double>)? {
    let up = section.required("height", example: "5 m")?
      .quantity(.length, from: "0.5 m", to: "500 m")
    let tilt = section.required("tilt", example: "-25 deg")?
      .quantity(.angle, from: "-90 deg", to: "-0.1 deg")
    let field = section.required("field_of_view", example: "60 deg")?
      .quantity(.angle, from: "1 deg", to: "150 deg")
    let roll =
      section.optional("roll").map { $0.quantity(.angle, from: "-180 deg", to: "180 deg") } ?? 0
    let compass =
      section.optional("azimuth").map { $0.quantity(.angle, from: "-360 deg", to: "360 deg") } ?? 0
    let range =
      section.optional("range").map { $0.quantity(.length, from: "1 m", to: "5 km") } ?? 200
    let lens = section.optional("lens").map { $0.section(CameraCalibration.lens) } ?? .straight
    let masks = PrivacyPolygons.read(of: section)
    guard let up, let tilt, let field, let roll, let compass, let range, let lens, let masks else {
      return nil
    }
    var camera = camera(width: width, height: height)
    camera.azimuth = Coverage.azimuth(compass: compass)
    camera.elevation = tilt
    camera.roll = roll
    camera.horizontalFieldOfView = field
    camera.lens = lens
    camera.rangeMetres = range
    camera.privacyMasks = masks
    guard lens.shows(width: width, height: height, halfTangent: tan(field / 2)) else {
      CameraCalibration.tellFolded(section.entry)
      return nil
    }
    return (camera, SIMD3(0, 0, up))
  }

  /// A camera of which only the picture's size is known.
  private static func camera(width: Int, height: Int) -> CameraDetail {
    CameraDetail(
      device: "", format: .grey, width: width, height: height, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: 0, elevation: 0, roll: 0, horizontalFieldOfView: 1,
      rangeMetres: 200, azimuthSigma: angleSigma, elevationSigma: angleSigma)
  }

  private static func isCalibration(_ root: Node) -> Bool {
    guard case .mapping(let mapping) = root else { return false }
    return mapping.contains { key, value in
      guard case .scalar(let key) = key, case .scalar(let value) = value else { return false }
      return key.string == "kind" && value.string == "calibration"
    }
  }
}
