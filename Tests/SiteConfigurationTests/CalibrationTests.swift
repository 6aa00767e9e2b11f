import Glibc
import Model
import Testing

@testable import SiteConfiguration

@Suite struct CalibrationTests {
  static let calibration = CameraCalibration(
    camera: "mast", width: 1280, height: 720,
    origin: GeographicOrigin(latitudeDegrees: 47.5, longitudeDegrees: 9.25, heightMetres: 402),
    place: SIMD3(0.125, -30.25, 6.5), azimuth: 0.5, elevation: -0.25, roll: 0.015625,
    horizontalFieldOfView: 1.125, lens: Lens(k1: -0.2, k2: 0.04),
    covariance: PoseCovariance(sigmas: [0.1, 0.2, 0.3, 0.01, 0.01, 0.02, 0.03, 0.1, 0.02]) {
      $0 == 3 && $1 == 0 ? 0.5 : $0 == 4 && $1 == 2 ? -0.99 : 0
    }, pointCount: 9, residualPixels: 0.75)

  static let calibratedSite = Fixture.site.replacing(
    first: """
      place: {east: 0 m, north: -30 m, up: 6 m}
          azimuth: 0 deg
          tilt: -12 deg
          ground_calibrated: true
      """, by: "calibration: calibration/mast.yaml")

  static func bundle(
    site: String = calibratedSite, text: String? = calibration.text(points: "points.yaml")
  ) -> SiteBundle {
    let files = text.map { [SiteBundle.File(name: "calibration/mast.yaml", text: $0)] } ?? []
    return SiteBundle(site: site, profiles: Fixture.bundle().profiles, calibrations: files)
  }

  @Test func `a calibration that was written is read as it was, to its last digit that counts`()
    throws
  {
    let text = Self.calibration.text(points: "points.yaml")
    let list = DiagnosticList(file: "mast.yaml")
    let read = try #require(CameraCalibration.parse(text, list: list))
    #expect(list.all.isEmpty)
    // Correlations come out of a product and a root again: equal but for the last bit.
    let again = read.text(points: "points.yaml")
    #expect(again.prefix { $0 != "[" } == text.prefix { $0 != "[" })
    #expect(read.place == Self.calibration.place && read.lens == Self.calibration.lens)
    #expect(abs(read.azimuth - 0.5) < 1e-7 && abs(read.elevation + 0.25) < 1e-7)
    for row in 0..<PoseParameter.count {
      for column in 0...row {
        let (a, b) = (read.covariance[row, column], Self.calibration.covariance[row, column])
        #expect(abs(a - b) <= 1e-6 * abs(b) + 1e-18, "\(row), \(column)")
      }
    }
  }

  @Test func `the site's camera takes pose, lens and covariance from its calibration`() throws {
    let site = try StationConfiguration.load(bundle: Self.bundle(), hash: Fixture.hash).site
    let sensor = try #require(site.sensors.first { $0.name == "mast" })
    let camera = try #require(sensor.camera)
    #expect(sensor.place == Self.calibration.place)
    #expect(camera.isGroundCalibrated && camera.lens == Self.calibration.lens)
    #expect(abs(camera.horizontalFieldOfView - 1.125) < 1e-7)
    #expect(abs(try #require(camera.poseCovariance).sigma(.up) - 0.3) < 1e-6)
    #expect(sensor.coverage.count > 3)
  }

  @Test func `a bundle carries the calibration, and its hash knows it`() throws {
    let bundle = Self.bundle()
    let again = try SiteBundle(decoding: bundle.encoded())
    #expect(again.calibrations == bundle.calibrations && again.profiles == bundle.profiles)
    #expect(bundle.files.last?.name == "calibration/mast.yaml")
    let folder = try TemporaryFolder()
    let path = try folder.file("site.yaml", Self.calibratedSite)
    for file in bundle.profiles + bundle.calibrations { _ = try folder.file(file.name, file.text) }
    #expect(try SiteBundle.read(sitePath: path).encoded() == bundle.encoded())
  }

  @Test(arguments: [
    ("calibration/mast.yaml", "../mast.yaml", "cameras[0].calibration: found \"../mast.yaml\""),
    ("calibration/mast.yaml", "calibration/other.yaml", "Write it by \"vedette calibrate camera\""),
    (
      "calibration: calibration/mast.yaml", "calibration: calibration/mast.yaml\n    tilt: -3 deg",
      "expected the key only without \"calibration\""
    ),
    (
      "lat: 47.5, lon: 9.25, height", "lat: 47.50001, lon: 9.25, height",
      "whose origin is another place"
    ),
    (
      "device: card:Cam", "device: card:Cam\n    lens: {k1: -0.1}", "only without \"calibration\""
    ),
  ])
  func `a site that does not fit its calibration is refused`(
    _ old: String, _ new: String, _ message: String
  ) {
    let site = Self.calibratedSite.replacing(first: old, by: new)
    let told = Fixture.diagnostics(of: Self.bundle(site: site)).map(\.text)
    #expect(told.count == 1 && told[0].contains(message), "\(told)")
  }

  @Test(arguments: [
    ("width: 1280, height: 720", "width: 640, height: 480", "pictures of 640 x 480"),
    ("k1: -0.2", "k1: -2", "a lens that shows less than the picture"),
    ("-0.99", "-1.5", "calibration/mast.yaml:"),
    ("-0.99", "0.99", "correlations"),
    ("up: 6.5 m", "up: -6.5 m", "a camera above the ground"),
    ("kind: calibration", "kind: calibration\nkept: 1", "unknown key"),
    ("east: 0.125 m", "east: 0.125", "without a unit"),
  ])
  func `a calibration with a mistake is refused`(_ old: String, _ new: String, _ message: String) {
    var text = Self.calibration.text(points: "points.yaml")
    if message == "correlations" {
      // Of three numbers each pair can be bound so, but not all of them.
      text = text.replacing(first: "[0.0]", by: "[0.9]")
        .replacing(first: "[-0.5, 0.0, 0.0]", by: "[-0.9, 0.9, 0.0]")
    } else {
      text = text.replacing(first: old, by: new)
    }
    let told = Fixture.diagnostics(of: Self.bundle(text: text)).map(\.text)
    #expect(told.count == 1 && told[0].contains(message), "\(told)")
  }

  @Test func `a site file may tell the lens itself, of a picture that it shows`() throws {
    let key = "device: card:Cam"
    let site = Fixture.site.replacing(first: key, by: "\(key)\n    lens: {k1: -0.2, k2: 0.05}")
    let loaded = try StationConfiguration.load(
      bundle: Fixture.bundle(site: site), hash: Fixture.hash)
    let sensor = loaded.site.sensors.first { $0.name == "mast" }
    #expect(sensor?.camera?.lens == Lens(k1: -0.2, k2: 0.05))
    #expect(sensor?.camera?.poseCovariance == nil)
    let folded = Fixture.site.replacing(first: key, by: "\(key)\n    lens: {k1: -0.9}")
    let told = Fixture.diagnostics(of: Fixture.bundle(site: folded)).map(\.text)
    #expect(told.count == 1 && told[0].contains("folds back"), "\(told)")
  }

  @Test func `a bent lens bounds the ground in view`() throws {
    let lens = Lens(k1: -0.2, k2: 0.05)
    let outline = try #require(
      Coverage.camera(
        at: SIMD3(0, 0, 6), azimuth: 0, elevation: -0.6, roll: 0, horizontalFieldOfView: 1.2,
        lens: lens, aspect: 16 / 9, range: 100))
    // The lower border's middle: as far out as the side borders, times height by width.
    let border = lens.bent(SIMD2(tan(0.6), 0)).x * 9 / 16
    let tangent = try #require(lens.straightened(SIMD2(border, 0))).x
    let near = 6 / tan(0.6 + atan(tangent))
    #expect(outline.contains { abs($0.x - near) < 1e-9 && abs($0.y) < 1e-9 })
  }

  @Test func `a calibration serves as the pose of a video`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("mast.yaml", Self.calibration.text(points: "points.yaml"))
    let read = try PoseFile.read(path, width: 1280, height: 720)
    #expect(read.place == Self.calibration.place && read.camera.poseCovariance != nil)
    #expect(throws: ConfigurationErrors.self) {
      try PoseFile.read(path, width: 640, height: 480)
    }
  }
}

@Suite struct CalibrationPointsTests {
  static let text = """
    version: 1
    kind: calibration-points
    picture: {width: 1280, height: 720}
    ground_sigma: 3 cm
    origin: {lat: 47.5, lon: 9.25, height: 402 m}
    place: {east: 0 m, north: 0 m, up: 5.8 m, sigma: 10 cm}
    horizon: [[3, 121], [1270, 118]]
    points:
      - {pixel: [412.5, 633], east: 12.41 m, north: 5.2 m}
      - {pixel: [902, 410.5], lat: 47.5001, lon: 9.25, up: 0.4 m, sigma: 1 m, name: gate post}
    """

  private func parse(
    _ text: String, origin: GeographicOrigin? = nil
  ) throws(ConfigurationErrors) -> CalibrationPoints {
    try CalibrationPoints.parse(text, list: DiagnosticList(file: "points.yaml"), origin: origin)
  }

  @Test func `points are read in metres and in degrees`() throws {
    let points = try parse(Self.text)
    #expect(points.points.count == 2 && points.pixelSigma == 1 && points.horizon.count == 2)
    #expect(points.points[0].name == "point 1" && points.points[0].sigmaMetres == 0.03)
    #expect(points.points[0].place == SIMD3(12.41, 5.2, 0))
    #expect(points.points[1].name == "gate post" && points.points[1].sigmaMetres == 1)
    #expect(abs(points.points[1].place.y - 11.12) < 0.01 && points.points[1].place.z == 0.4)
    #expect(points.lensPlace?.place == SIMD3(0, 0, 5.8) && points.lensPlace?.sigmaMetres == 0.1)
  }

  @Test(arguments: [
    ("ground_sigma: 3 cm\n", "", "no key \"ground_sigma\""),
    ("ground_sigma: 3 cm", "ground_sigma: 3", "without a unit"),
    ("[412.5, 633]", "[412.5, 833]", "a pixel of the picture"),
    ("[412.5, 633]", "[412.5]", "2 to 2 entries"),
    ("east: 12.41 m, ", "", "no key \"east\""),
    ("origin: {lat: 47.5, lon: 9.25, height: 402 m}\n", "", "lat and lon without an origin"),
    ("lat: 47.5001", "lat: 48.5001", "km away"),
    ("kind: calibration-points", "kind: points", "calibration-points"),
  ])
  func `points with a mistake are refused`(_ old: String, _ new: String, _ message: String) {
    do throws(ConfigurationErrors) {
      _ = try parse(Self.text.replacing(first: old, by: new))
      Issue.record("read in spite of \(message)")
    } catch {
      #expect(error.diagnostics.count == 1 && "\(error)".contains(message), "\(error)")
    }
  }

  @Test func `the site's origin leaves no room for another`() throws {
    let origin = GeographicOrigin(latitudeDegrees: 47.5, longitudeDegrees: 9.25, heightMetres: 402)
    #expect(throws: ConfigurationErrors.self) { try parse(Self.text, origin: origin) }
    let text = Self.text.replacing(
      first: "origin: {lat: 47.5, lon: 9.25, height: 402 m}\n", by: "")
    #expect(try parse(text, origin: origin).points[1].place == parse(Self.text).points[1].place)
  }
}
