import Testing

@testable import SiteConfiguration

@Suite struct HubConfigurationTests {
  private static let hub = """
    publishing:
      nats:
        servers: [tls://hub-1.example:4222]
        certificate: credential:hub.pem
        certificate_key: credential:hub.key
        authorities: /etc/vedette/hub-ca.pem
        feeds:
          - {partner: "urn:partner:b", as: b, purpose: border-surveillance}
          - {partner: "urn:partner:b", as: b-exercise, purpose: training, exercise: true}
    """

  private func bundle(_ publishing: String) -> SiteBundle {
    Fixture.bundle(
      site: Fixture.site.replacing(
        first: "publishing: {listen: 127.0.0.1, port: 8420}", by: publishing))
  }

  @Test func `a hub is read with its feeds`() throws {
    let found = try StationConfiguration.load(bundle: bundle(Self.hub)) { _ in "" }
    let hub = try #require(found.publishing.hub)
    #expect(hub.hub.servers == ["tls://hub-1.example:4222"] && hub.hub.stream == "RELEASES")
    #expect(hub.hub.tls?.certificate == "credential:hub.pem")
    #expect(hub.feeds.map(\.word) == ["b", "b-exercise"])
    #expect(hub.feeds.map(\.isExercise) == [false, true])
  }

  @Test(arguments: [
    ("tls://hub-1.example:4222", "hub-1.example", "servers[0]"),
    ("tls://hub-1.example:4222", "nats://192.0.2.1:4222", "servers[0]"),
    ("credential:hub.key", "hub.key", "certificate_key"),
    ("    certificate: credential:hub.pem\n", "", "publishing.nats: found not all of them"),
    ("as: b,", "as: b.c,", "feeds[0].as"), ("as: b-exercise", "as: b", "feeds[1]"),
    ("purpose: training, ", "", "feeds[1].purpose"),
    ("    feeds:", "    stream: A.B\n    feeds:", "stream"),
    ("    feeds:", "    user: x\n    feeds:", "publishing.nats.user"),
  ])
  func `a mistake is told with its place`(_ old: String, _ new: String, _ place: String) {
    let said = Fixture.diagnostics(of: bundle(Self.hub.replacing(old, with: new)))
    #expect(said.contains { $0.text.contains(place) && !$0.remedy.isEmpty }, "\(said)")
  }

  @Test func `on loopback a hub needs no certificates`() throws {
    let text = """
      publishing:
        nats:
          servers: [nats://127.0.0.1:4222]
          feeds: [{partner: "urn:partner:b", as: b, purpose: border-surveillance}]
      """
    let found = try StationConfiguration.load(bundle: bundle(text)) { _ in "" }
    #expect(found.publishing.hub?.hub.tls == nil)
  }
}
