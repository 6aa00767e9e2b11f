import Model
import SiteConfiguration
import Testing

@Suite struct CheckReportTests {
  private func folder(site: String = Fixture.site) throws -> String {
    let folder = try TemporaryFolder()
    _ = try folder.file("DeviceProfiles/motion/pir.yaml", Fixture.pir)
    _ = try folder.file("DeviceProfiles/motion/beam.yaml", Fixture.beam)
    _ = try folder.file("DeviceProfiles/camera/cam.yaml", Fixture.camera)
    _ = try folder.file("DeviceProfiles/drone/copter.yaml", Fixture.copter)
    _ = try folder.file("DeviceProfiles/beacon/radio.yaml", Fixture.beacon)
    return try folder.file("site.yaml", site)
  }

  @Test func `a site in order gives status 0 and says what it holds`() throws {
    let path = try folder()
    let report = CheckReport.check(sitePath: path, hash: Fixture.hash)
    #expect(report.exitStatus == 0)
    #expect(
      report.text == "\(path): in order: post north-ford, 2 lines, 5 sensors, 1 link\n")
    let hash = try #require(report.configuration?.site.configurationHash)
    #expect(
      report.json
        == "{\"file\":\"\(path)\",\"ok\":true,\"configuration_hash\":\"\(hash)\","
        + "\"diagnostics\":[]}\n")
  }

  @Test func `a site file that is not there gives status 66`() {
    let report = CheckReport.check(sitePath: "/nowhere/site.yaml", hash: Fixture.hash)
    #expect(report.exitStatus == 66)
    #expect(
      report.text == """
        /nowhere/site.yaml: error: found no file at this path; expected a readable YAML file. \
        Write a site file there, or name another (an example: Docs/examples/site.yaml).
        1 error, 0 warnings

        """)
  }

  @Test func `a folder in the place of the site file gives status 66`() {
    let report = CheckReport.check(sitePath: "/tmp", hash: Fixture.hash)
    #expect(report.exitStatus == 66)
    #expect(report.diagnostics.map(\.code) == [.unreadableFile])
  }

  @Test func `wrong data gives status 65 and one JSON object a mistake`() throws {
    let path = try folder(site: Fixture.site.replacing(first: "50 ms}", by: "\"50 \\\"m\\\"\"}"))
    let report = CheckReport.check(sitePath: path, hash: Fixture.hash)
    #expect(report.exitStatus == 65)
    #expect(
      report.json
        == #"{"file":"\#(path)","ok":false,"diagnostics":[{"severity":"error","#
        + #""code":"wrong_unit","file":"\#(path)","line":29,"column":45,"#
        + #""field":"sensors[1].override.debounce","#
        + #""found":"\"50 \"m\"\" with the unknown unit \"\"m\"\"","#
        + #""expected":"a time such as \"50 ms\"","#
        + #""remedy":"Use one of the units: ns, us, ms, s, min, h, d"}]}"# + "\n")
  }

  @Test func `a profiles folder and certificates that are missing are told at their place`()
    throws
  {
    let listen =
      "listen: 0.0.0.0, tls: {certificate: /no/a, key: \"credential:k\", client_cas: /no/c}"
    let withTLS = Fixture.site.replacing(first: "listen: 127.0.0.1", by: listen)
    let report = CheckReport.check(sitePath: try folder(site: withTLS), hash: Fixture.hash)
    #expect(report.exitStatus == 66)
    #expect(
      report.diagnostics.map(\.field) == [
        "publishing.tls.certificate", "publishing.tls.client_cas",
      ])
    #expect(report.diagnostics.map(\.line) == [45, 45])
    #expect(report.diagnostics.map(\.column) == [50, 90])

    let withFolder = "profiles: nowhere\n" + Fixture.site
    let other = CheckReport.check(sitePath: try folder(site: withFolder), hash: Fixture.hash)
    #expect(other.exitStatus == 66)
    #expect(other.diagnostics.map(\.code) == [.missingFile])
    #expect(other.diagnostics.map(\.line) == [1])
    #expect(other.diagnostics.map(\.column) == [11])
  }

  @Test func `a profile that is not text is told under its path`() throws {
    let path = try folder()
    let profile = path.replacing(first: "site.yaml", by: "DeviceProfiles/motion/pir.yaml")
    _ = try TemporaryFolder.overwrite(profile, String(repeating: "#", count: 70_000))
    let report = CheckReport.check(sitePath: path, hash: Fixture.hash)
    #expect(report.exitStatus == 65)
    #expect(report.diagnostics.map(\.code) == [.tooLarge])
    #expect(report.diagnostics.map(\.file) == [profile])
  }
}
