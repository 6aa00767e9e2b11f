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
