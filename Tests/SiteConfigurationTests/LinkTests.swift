import Model
import SiteConfiguration
import Testing

@Suite struct LinkTests {
  private static let plain = "silence: 3 s}"

  private func bundle(_ signatures: String) -> SiteBundle {
    Fixture.bundle(
      site: Fixture.site.replacing(first: Self.plain, by: "silence: 3 s, \(signatures)}"))
  }

  @Test func `a link looks at no signatures unless told`() throws {
    let site = try StationConfiguration.load(bundle: Fixture.bundle(), hash: Fixture.hash).site
    #expect(site.links[0].signatures == .ignore && site.links[0].signatureKey == nil)
  }

  @Test(arguments: [SignaturePolicy.accept, .require])
  func `policy and key of a link are read`(_ policy: SignaturePolicy) throws {
    let text = "signatures: {policy: \(policy.rawValue), key: credential:mavlink.key}"
    let site = try StationConfiguration.load(bundle: bundle(text), hash: Fixture.hash).site
    #expect(site.links[0].signatures == policy)
    #expect(site.links[0].signatureKey == "credential:mavlink.key")
  }

  @Test(arguments: [
    ("signatures: {policy: require}", "links[0].signatures.key"),
    ("signatures: {policy: demand, key: /k}", "links[0].signatures.policy"),
    ("signatures: {policy: require, key: mavlink.key}", "links[0].signatures.key"),
    ("signatures: {policy: ignore, key: /k}", "links[0].signatures.key"),
    ("signatures: {key: /k}", "links[0].signatures"),
  ])
  func `a slip in the signatures is told at its place`(_ text: String, _ field: String) {
    let told = Fixture.diagnostics(of: bundle(text))
    #expect(told.count == 1 && told[0].text.contains(" error: \(field)"), "\(told.map(\.text))")
  }

  @Test func `vehicles are asked for the time only where the link says so`() throws {
    let plain = try StationConfiguration.load(bundle: Fixture.bundle(), hash: Fixture.hash).site
    #expect(!plain.links[0].asksTime)
    let site = try StationConfiguration.load(
      bundle: Fixture.bundle(
        copter: Fixture.copter.replacing(first: "messages:", by: "time_source: vehicle\nmessages:")
      ), hash: Fixture.hash
    ).site
    #expect(site.sensors.filter { $0.platform?.usesOwnTime == true }.map(\.name) == ["copter"])
    let asking = try StationConfiguration.load(
      bundle: bundle("time_sync: true"), hash: Fixture.hash)
    #expect(asking.site.links[0].asksTime)
    let told = Fixture.diagnostics(of: bundle("time_sync: on"))
    #expect(told.count == 1 && told[0].text.contains("links[0].time_sync"))
  }

  @Test func `a ground station is read, and a warning given when it is another machine`() throws {
    let here = try StationConfiguration.load(
      bundle: bundle("forward: {host: localhost, port: 14550}"), hash: Fixture.hash)
    #expect(here.site.links[0].forward == ForwardTarget(host: "localhost", port: 14_550))
    let warnings = here.warnings.count
    let there = try StationConfiguration.load(
      bundle: bundle("forward: {host: gcs.post.example, port: 14550}"), hash: Fixture.hash)
    #expect(there.site.links[0].forward?.host == "gcs.post.example")
    #expect(there.warnings.count == warnings + 1)
    #expect(there.warnings.contains { $0.text.contains("links[0].forward.host") })
  }

  @Test(arguments: [
    ("forward: {host: localhost}", "links[0].forward.port"),
    ("forward: {port: 14550}", "links[0].forward.host"),
    ("forward: {host: \"udp://gcs\", port: 1}", "links[0].forward.host"),
    ("forward: {host: localhost, port: 0}", "links[0].forward.port"),
    ("forward: localhost:14550", "links[0].forward"),
  ])
  func `a slip in the ground station is told at its place`(_ text: String, _ field: String) {
    let told = Fixture.diagnostics(of: bundle(text))
    #expect(told.count == 1 && told[0].text.contains(" error: \(field)"), "\(told.map(\.text))")
  }

  @Test func `the names under which our own fly are read`() throws {
    let named = Fixture.site.replacing(
      first: "system_id: 1,", by: "system_id: 1, remote_id: AB12, icao_address: \"3c65aB\",")
    let site = try StationConfiguration.load(
      bundle: Fixture.bundle(site: named), hash: Fixture.hash
    ).site
    let drone = try #require(site.sensors.first { $0.name == "copter" }?.platform)
    #expect(drone.remoteID == "AB12" && drone.icaoAddress == 0x3C65AB)
  }

  @Test(arguments: [
    ("remote_id: 1581F4XFC23C00A0000012", "drones[0].remote_id"),
    ("remote_id: \"AB 12\"", "drones[0].remote_id"),
    ("icao_address: \"3C65A\"", "drones[0].icao_address"),
    ("icao_address: \"+3C65A\"", "drones[0].icao_address"),
    ("icao_address: \"000000\"", "drones[0].icao_address"),
  ])
  func `a slip in such a name is told at its place`(_ text: String, _ field: String) {
    let site = Fixture.site.replacing(first: "system_id: 1,", by: "system_id: 1, \(text),")
    let told = Fixture.diagnostics(of: Fixture.bundle(site: site))
    #expect(told.count == 1 && told[0].text.contains(" error: \(field)"), "\(told.map(\.text))")
  }

  @Test func `two of ours have different names in the air`() {
    let site = Fixture.site
      .replacing(first: "system_id: 1,", by: "system_id: 1, remote_id: AB12,")
      .replacing(first: "system_id: 51,", by: "system_id: 51, remote_id: AB12,")
    let told = Fixture.diagnostics(of: Fixture.bundle(site: site))
    #expect(told.count == 1 && told[0].text.contains("patrols[0].remote_id"), "\(told)")
  }

  @Test func `a receiver is read, and a vehicle's keys are none of its own`() throws {
    let receiver = """
      version: 1
      kind: receiver
      model: ear
      description: A receiver
      messages: [HEARTBEAT, OPEN_DRONE_ID_BASIC_ID, OPEN_DRONE_ID_LOCATION]
      detection_probability: {value: 0.7, source: count}
      latency: {value: 1 s, source: capture}
      """
    func bundle(_ more: String = "", profile: String = receiver) -> SiteBundle {
      let bundle = Fixture.bundle(
        site: Fixture.site + """

          receivers:
            - {name: ear, profile: receiver/ear, link: radio, system_id: 9, purpose: a, legal_basis: b\(more)}
          """)
      let ear = SiteBundle.File(name: "DeviceProfiles/receiver/ear.yaml", text: profile)
      return SiteBundle(site: bundle.site.text, profiles: bundle.profiles + [ear])
    }
    let site = try StationConfiguration.load(bundle: bundle(), hash: Fixture.hash).site
    let ear = try #require(site.sensors.last)
    guard case .receiver(let detail) = ear.detail else {
      Issue.record("\(ear.detail)")
      return
    }
    #expect(detail.systemID == 9 && detail.isHeard(on: "radio"))
    #expect(Fixture.diagnostics(of: bundle(", remote_id: A")).count == 1)
    let deaf = receiver.replacing(first: ", OPEN_DRONE_ID_LOCATION", by: "")
    let told = Fixture.diagnostics(of: bundle(profile: deaf))
    #expect(told.contains { $0.text.contains("messages") && $0.text.contains("ADSB_VEHICLE") })
  }

  @Test func `a vehicle on two links names both, and not one twice`() throws {
    let two = Fixture.site
      .replacing(first: "sensors:", by: "  - {name: spare, device: \"serial:B2\"}\nsensors:")
      .replacing(
        first: "link: radio, system_id: 1,", by: "link: radio, second_link: spare, system_id: 1,")
    let site = try StationConfiguration.load(
      bundle: Fixture.bundle(site: two), hash: Fixture.hash
    ).site
    let drone = try #require(site.sensors.first { $0.name == "copter" }?.platform)
    #expect(drone.isHeard(on: "radio") && drone.isHeard(on: "spare") && !drone.isHeard(on: "x"))
    let same = Fixture.site.replacing(
      first: "link: radio, system_id: 1,", by: "link: radio, second_link: radio, system_id: 1,")
    #expect(Fixture.diagnostics(of: Fixture.bundle(site: same)).count == 1)
  }
}
