import ArgumentParser
import Calibration
import Glibc
import Model
import SiteConfiguration
import Station

/// `vedette calibrate camera`: pose and lens of a camera from points.
struct CalibrateCameraCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "camera",
    abstract: "Finds a camera's pose, field of view and lens from pixels and the places they show.",
    discussion: """
      POINTS is a YAML file of pixels and places in metres or in WGS84 degrees (Docs/Calibration.md). \
      The result goes to calibration/<camera>.yaml beside the site file, or to --out; the camera's \
      key "calibration" in site.yaml takes it into use. With --picture the result is drawn over a \
      frame: judge it by eye before you use it.
      """)

  @Argument(help: "The points that were measured.")
  var points: String

  @Option(help: "Name of the camera.")
  var camera: String

  @Option(help: "The site file: gives origin, field of view and picture of the camera.")
  var site: String?

  @Option(help: "Folder with device profiles, besides those beside the site file.")
  var profiles: [String] = []

  @Option(help: "File for the result, - for standard output.")
  var out: String?

  @Option(help: "Frame to draw on: a picture, a video, or a capture of this camera.")
  var frame: String?

  @Option(help: "PNG file for the frame with points, grid and horizon drawn over it.")
  var picture: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard frame == nil || picture != nil else {
      throw ValidationError("--frame is drawn on: give --picture FILE.png too")
    }
  }

  mutating func run() async throws {
    let command = self
    try await reporting { try command.calibrate() }
  }

  private func calibrate() throws {
    let known = try siteCamera()
    let points = try CalibrationPoints.read(points, origin: known?.origin)
    if let known, !isSameShape(known.detail, points) {
      complain(
        "\(self.points): the points lie in a picture of \(points.width) x \(points.height); the camera "
          + "\(camera) gives \(known.detail.width) x \(known.detail.height), which shows something else"
      )
      throw ExitStatus.badData
    }
    let fit: CameraFit
    do {
      fit = try CameraFit(
        points, camera: camera, fieldOfView: known?.detail.horizontalFieldOfView)
    } catch {
      complain("\(self.points): no calibration: \(error)")
      throw ExitStatus.badData
    }
    if let picture {
      var canvas =
        try frame.map {
          try CalibrationFrame.canvas(
            of: $0, camera: camera, width: points.width, height: points.height)
        } ?? Canvas(width: points.width, height: points.height)
      CalibrationPicture.draw(fit, points, on: &canvas)
      try PNGFile.write(canvas, to: picture)
    }
    let text = fit.calibration.text(points: fileName(self.points))
    let path = out ?? calibrationPath()
    if path == "-" {
      say(text.trimmingSuffix { $0.isNewline })
    } else {
      try makeFolder(of: path)
      try TextOutput.write(Array(text.utf8), to: path)
    }
    let report = CalibrationReport(fit: fit, points: points)
    if json {
      say(report.json(file: path))
    } else if path != "-" {
      say(report.text)
      say("written to \(path)")
      if out == nil {
        say("in \(site ?? "site.yaml"), give \(camera) \"calibration: calibration/\(camera).yaml\"")
      }
    }
    for warning in fit.warnings { complain("warning: \(warning)") }
  }

  private func siteCamera() throws -> (detail: CameraDetail, origin: GeographicOrigin)? {
    guard let site else { return nil }
    let loaded = try LoadedSite(
      path: site, profileFolders: profiles + LoadedSite.packageProfileFolders)
    let all = loaded.configuration.site
    guard let detail = all.sensors.first(where: { $0.name == camera })?.camera else {
      let names = all.sensors.filter { $0.camera != nil }.map(\.name)
      complain(
        "\(site): no camera \"\(camera)\"; it has "
          + (names.isEmpty ? "no camera" : names.joined(separator: ", ")))
      throw ExitStatus.badData
    }
    return (detail, all.origin)
  }

  private func isSameShape(_ camera: CameraDetail, _ points: CalibrationPoints) -> Bool {
    abs(camera.width * points.height - points.width * camera.height) <= camera.width
  }

  private func calibrationPath() -> String {
    let folder = site.map { $0.contains("/") ? String($0[...$0.lastIndex(of: "/")!]) : "" } ?? ""
    return "\(folder)calibration/\(camera).yaml"
  }

  private func makeFolder(of path: String) throws {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    let folder = String(path[..<slash])
    guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
      throw TextOutput.Failure(
        description: "cannot make the folder \(folder): \(String(cString: strerror(errno)))")
    }
  }

  private func fileName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
