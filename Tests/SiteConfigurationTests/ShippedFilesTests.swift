import Geodesy
import Model
import SiteConfiguration
import Testing

/// Folder of the package, found from this file's place in it.
let packageFolder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
  .joined(separator: "/")

@Suite struct ShippedFilesTests {
  static let profiles = [
    "motion/hc-sr501", "motion/pir-long-range", "motion/geophone-gs-20dx",
    "motion/beam-photoelectric", "motion/rcwl-0516", "camera/rpi-camera-module-3",
    "camera/logitech-c920", "camera/thermal-boson-320", "drone/ardupilot-copter",
    "drone/px4-multirotor-tracking", "drone/ardupilot-siyi-a8-sik", "drone/px4-gremsy-rfd900",
    "drone/ardupilot-plane-f9p", "beacon/mavlink-beacon", "receiver/uavionix-pingrx",
    "receiver/mavlink-remote-id",
  ]

  /// A site with one device of `profile`.
  private func site(with profile: String) -> String {
    let common = "name: it, profile: \(profile), purpose: test, legal_basis: test"
    let place = "place: {east: 0 m, north: 0 m, up: 4 m}"
    let gpio = "gpio: {chip: c, line: 1}"
    let entry =
      switch profile {
      case "motion/beam-photoelectric":
        "sensors:\n  - {\(common), \(place), to: {east: 9 m, north: 0 m}, \(gpio)}"
      case "motion/geophone-gs-20dx", "motion/rcwl-0516":
        "sensors:\n  - {\(common), \(place), \(gpio)}"
      case let name where name.hasPrefix("motion/"):
        "sensors:\n  - {\(common), \(place), azimuth: 10 deg, \(gpio)}"
      case let name where name.hasPrefix("camera/"):
        "cameras:\n  - {\(common), \(place), azimuth: 10 deg, tilt: -9 deg, "
          + "ground_calibrated: true, device: /dev/video0}"
      case let name where name.hasPrefix("drone/"):
        "drones:\n  - {\(common), link: radio, system_id: 1}"
      case let name where name.hasPrefix("receiver/"):
        "receivers:\n  - {\(common), link: radio, system_id: 1}"
      default: "patrols:\n  - {\(common), link: radio, system_id: 1}"
      }
    return """
      version: 1
      post: bench
      profiles: \(packageFolder)/DeviceProfiles
      origin: {lat: 47.5, lon: 9.25, height: 402 m}
      lines:
        - name: border
          points: [{east: -60 m, north: 0 m}, {east: 60 m, north: 5 m}]
          sides: {left: neighbour, right: homeland}
          crossing: {left_to_right: in, right_to_left: out}
      links: [{name: radio, device: /dev/ttyS0}]
      storage: {retention: {age: 30 d}}
      \(entry)
      """
  }

  @Test(arguments: profiles)
  func `every profile of the package loads without a word`(_ profile: String) throws {
    let path = try TemporaryFolder().file("site.yaml", site(with: profile))
    let report = CheckReport.check(sitePath: path, hash: Fixture.hash)
    #expect(report.diagnostics.map(\.text) == [])
    let sensor = try #require(report.configuration?.site.sensors.first)
    #expect(sensor.profile == profile)
    #expect(sensor.platform != nil || signedArea(of: sensor.coverage) > 1)
    #expect(sensor.detectionProbability > 0 && sensor.detectionProbability <= 1)
  }

  @Test func `no profile of the package goes untested`() throws {
    let text = site(with: "camera/none")
    let path = try TemporaryFolder().file("site.yaml", text)
    var present: [String] = []
    for kind in ["motion", "camera", "drone", "beacon", "receiver"] {
      let other = text.replacing(first: "camera/none", by: "\(kind)/none")
        .replacing(first: "cameras:", by: key(of: kind))
      _ = try TemporaryFolder.overwrite(path, other)
      let report = CheckReport.check(sitePath: path, hash: Fixture.hash)
      let said = try #require(report.diagnostics.first { $0.code == .unknownProfile })
      present +=
        said.expected.split(separator: ": ").last.map(String.init)?
        .split(separator: ", ").map(String.init) ?? []
    }
    #expect(present.sorted() == Self.profiles.sorted())
  }

  private func key(of kind: String) -> String {
    switch kind {
    case "motion": "sensors:"
    case "camera": "cameras:"
    case "drone": "drones:"
    case "receiver": "receivers:"
    default: "patrols:"
    }
  }

  @Test func `the example site loads without a word and is what it says`() throws {
    let report = CheckReport.check(
      sitePath: "\(packageFolder)/Docs/examples/site.yaml", hash: Fixture.hash)
    #expect(report.text.hasSuffix("post north-ford, 2 lines, 8 sensors, 1 link\n"))
    #expect(report.diagnostics == [])
    #expect(report.exitStatus == 0)
    let configuration = try #require(report.configuration)
    let site = configuration.site
    #expect(
      site.sensors.map(\.name) == [
        "pir-ford", "pir-track", "geophone-meadow", "beam-gate", "mast-west", "thermal-east",
        "copter-1", "patrol-alpha",
      ])
    #expect(site.sources.count == 5)
    #expect(configuration.sensorPurposes.map(\.sensor) == site.sensors.map(\.name))
    #expect(configuration.storage.ledgerRetentionBytes == 2 << 30)

    // The border's last point is told in degrees: 80 m east of the origin, on the line.
    let east = site.lines[0].points[2]
    #expect(abs(east.x - 80) < 0.5 && abs(east.y + 3.3) < 0.5)

    // Override and units.
    let geophone = site.sensors[2]
    #expect(abs(geophone.falseAlarmRate - 1.5) < 1e-9)
    #expect(geophone.motion?.classRadii[.person] == 24)
    #expect(geophone.motion?.classRadii[.vehicle] == 60)
    #expect(geophone.motion?.holdNanos == 1_000_000_000)

    // Compass 0 deg is north: counter-clockwise from east a quarter turn.
    #expect(polygonContains(site.sensors[0].coverage, SIMD2(2, -3)))
    #expect(!polygonContains(site.sensors[0].coverage, SIMD2(2, -9)))
    let mast = try #require(site.sensors[4].camera)
    #expect(abs(mast.azimuth - 70 * .pi / 180) < 1e-12)
    #expect(abs(mast.elevation + 12 * .pi / 180) < 1e-12)
    #expect(mast.framesPerSecond == 15)
  }
}
