import Testing

@testable import SiteConfiguration

@Suite struct ReceiverConfigurationTests {
  private static let source = """
    sources:
      - name: north-ford
        url: https://192.0.2.1:8420/
        post: north-ford
        key: ford.pub
        certificate: b.pem
        certificate_key: b.key
        authorities: /etc/ca.pem
        purpose: border-surveillance

    """

  private func parse(_ text: String) throws -> ReceiverConfiguration {
    try ReceiverConfiguration.parse(
      text, list: DiagnosticList(file: "receive.yaml"), folder: "/etc/center")
  }

  @Test func `a receiver's file is read, with paths from its folder`() throws {
    let found = try parse(
      "version: 1\nstore: store.sqlite\nlisten: 127.0.0.1:8430\n"
        + "witness: {name: center-b/witness, key: w.key}\n" + Self.source)
    #expect(found.storePath == "/etc/center/store.sqlite")
    #expect(found.listen?.port == 8430)
    #expect(found.witness?.keyPath == "/etc/center/w.key")
    let source = try #require(found.sources.first)
    #expect(source.url == "https://192.0.2.1:8420")
    #expect(source.tls?.certificatePath == "/etc/center/b.pem")
    #expect(source.tls?.authoritiesPath == "/etc/ca.pem")
    #expect(source.purpose == "border-surveillance" && !source.isExercise)
  }

  @Test func `a key may stand in the file itself`() throws {
    let text = Self.source.replacing("ford.pub", with: "\"ford/ledger/1+00000000+AAAA\"")
    let found = try parse("version: 1\nstore: /s.sqlite\n" + text)
    #expect(found.sources[0].key == "ford/ledger/1+00000000+AAAA")
  }

  @Test(arguments: [
    ("https://192.0.2.1:8420/", "http://192.0.2.1:8420"),
    ("https://192.0.2.1:8420/", "https://192.0.2.1:8420/v1/events"),
    ("https://192.0.2.1:8420/", "192.0.2.1:8420"),
    ("https://192.0.2.1:8420/", "https://user@192.0.2.1"),
    ("certificate: b.pem", "# no certificate"), ("post: north-ford", "post: North Ford"),
    ("key: ford.pub", "# no key"), ("purpose: border", "porpose: border"),
  ])
  func `a feed with a mistake is refused`(_ old: String, _ new: String) throws {
    let text = "version: 1\nstore: /s.sqlite\n" + Self.source
    _ = try parse(text)
    #expect(throws: ConfigurationErrors.self) { try parse(text.replacing(old, with: new)) }
  }

  @Test(arguments: [
    "version: 2\n", "listen: 0.0.0.0:8430\n", "listen: 127.0.0.1\n", "witness: {name: x}\n",
    "stores: x\n",
  ])
  func `a mistake at the top is refused`(_ line: String) {
    let head = line.hasPrefix("version") ? "" : "version: 1\n"
    #expect(throws: ConfigurationErrors.self) {
      try parse(head + "store: /s.sqlite\n" + line + Self.source)
    }
  }

  @Test func `two feeds of one name are refused`() {
    let twice = Self.source + Self.source.replacing("sources:\n", with: "")
    #expect(throws: ConfigurationErrors.self) { try parse("version: 1\nstore: /s\n" + twice) }
  }

  private static let hub = """
    hubs:
      - name: region
        servers: [tls://hub-1.example:4222, "tls://[2001:db8::1]:4222"]
        partner: b
        certificate: b.pem
        certificate_key: b.key
        authorities: hub.pem
    sources:
      - name: north-ford
        hub: region
        post: north-ford
        key: ford.pub

    """

  @Test func `a feed may come through a hub`() throws {
    let found = try parse("version: 1\nstore: s\n" + Self.hub)
    let hub = try #require(found.hubs.first)
    #expect(hub.hub.servers.count == 2 && hub.hub.stream == "RELEASES" && hub.consumer == "b")
    #expect(hub.hub.tls?.clientCAs == "/etc/center/hub.pem")
    #expect(found.sources[0].hub == "region" && found.sources[0].url.isEmpty)
  }

  @Test(arguments: [
    ("tls://hub-1.example:4222", "tls://hub-1.example"),
    ("tls://hub-1.example:4222", "nats://hub-1.example:4222"),
    ("tls://hub-1.example:4222", "hub-1.example:4222"),
    ("hub: region", "hub: other"), ("partner: b", "partner: b.c"), ("partner: b", "partner: \">\""),
    ("certificate: b.pem", "# none"), ("partner: b", "partner: b\n    stream: a.b"),
    ("key: ford.pub", "key: ford.pub\n    url: https://192.0.2.1:8420"),
    (
      "key: ford.pub",
      "key: ford.pub\n  - {name: again, hub: region, post: north-ford, key: ford.pub}"
    ),
  ])
  func `a hub with a mistake is refused`(_ old: String, _ new: String) throws {
    let text = "version: 1\nstore: /s.sqlite\n" + Self.hub
    #expect(throws: ConfigurationErrors.self) { try parse(text.replacing(old, with: new)) }
  }
}
