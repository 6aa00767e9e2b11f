import Model
import Testing

@testable import SiteConfiguration

@Suite struct PoseFileTests {
  private func parse(_ text: String) throws -> (height: Double, tilt: Double, roll: Double) {
    let found = try PoseFile.parse(
      text, list: DiagnosticList(file: "pose.yaml"), width: 640, height: 360)
    return (found.place.z, found.camera.elevation, found.camera.roll)
  }

  @Test func `a pose is read with its defaults`() throws {
    let pose = try parse("height: 5 m\ntilt: -30 deg\nfield_of_view: 60 deg\n")
    #expect(pose.height == 5 && pose.roll == 0)
    #expect(abs(pose.tilt + .pi / 6) < 1e-12)
  }

  @Test func `a pose takes privacy masks like a site file`() throws {
    let text = "height: 5 m\ntilt: -30 deg\nfield_of_view: 60 deg\nprivacy_masks: "
    let found = try PoseFile.parse(
      text + "[[[0, 0], [0.5, 0], [0, 1]]]\n", list: DiagnosticList(file: "pose.yaml"), width: 640,
      height: 360)
    #expect(found.camera.privacyMasks == [[SIMD2(0, 0), SIMD2(0.5, 0), SIMD2(0, 1)]])
    #expect(throws: ConfigurationErrors.self) { try parse(text + "[[[0, 0], [2, 0], [0, 1]]]\n") }
  }

  @Test(arguments: [
    "", "[", "height: 5 m\n", "height: -5 m\ntilt: -30 deg\nfield_of_view: 60 deg\n",
    "height: 5 m\ntilt: 30 deg\nfield_of_view: 60 deg\n",
    "height: 5\ntilt: -30 deg\nfield_of_view: 60 deg\n",
    "height: 5 m\ntilt: -30 deg\nfield_of_view: 60 deg\ntlit: 3 deg\n",
  ])
  func `a pose that is incomplete or implausible is refused`(_ text: String) {
    #expect(throws: ConfigurationErrors.self) { try parse(text) }
  }

  @Test func `a file that is not there is told`() {
    #expect(throws: ConfigurationErrors.self) {
      try PoseFile.read("/nonexistent/pose.yaml", width: 640, height: 360)
    }
  }
}
