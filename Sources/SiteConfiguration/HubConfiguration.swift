/// A NATS JetStream hub, as a post or a center names it.
public struct HubConfiguration: Sendable, Equatable {
  /// The most servers that are named, and the most feeds that a post publishes to one hub.
  public static let serversMax = 16, feedsMax = 64

  /// One partner's stream at the hub.
  public struct Feed: Sendable, Equatable {
    /// The partner's name, the URI of its agreement.
    public var partner: String
    /// The word for it in the hub's subjects.
    public var word: String
    /// What the data is for, one of the agreement's purposes.
    public var purpose: String
    /// Whether it is the feed of exercises.
    public var isExercise: Bool
  }

  /// Its servers, `tls://host:port`, or `nats://` on loopback.
  public var servers: [String]
  /// Own certificate, its key and the authorities of the hub's certificates; `nil` on loopback only.
  public var tls: PublishingConfiguration.TLS?
  /// Name of the stream that holds what posts release.
  public var stream: String
}

extension Section {
  /// The servers under `servers`.
  func hubServers() -> [String]? {
    let entries = required("servers", example: "[tls://hub-1.example:4222]")?
      .list(count: 1...HubConfiguration.serversMax)
    guard let entries else { return nil }
    let servers = entries.compactMap { Self.hubServer($0) }
    return servers.count == entries.count ? servers : nil
  }

  /// A word of the hub's subjects: without dots, which divide them.
  func hubWord(_ key: String, example: String) -> String? {
    required(key, example: example)?.name(extra: "-_")
  }

  /// Name of a stream: letters, digits, `-` and `_`.
  func hubStream() -> String? {
    guard let entry = optional("stream") else { return "RELEASES" }
    let expected = "a stream's name of letters, digits, - and _, at most 64"
    guard let name = entry.scalar(expected: expected, remedy: "Write RELEASES") else { return nil }
    guard name.utf8.count <= 64,
      name.utf8.allSatisfy({
        $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x41 && $0 <= 0x5A || $0 >= 0x61 && $0 <= 0x7A
          || $0 == 0x2D || $0 == 0x5F
      })
    else {
      entry.error(.badValue, expected: expected, remedy: "Write RELEASES")
      return nil
    }
    return name
  }

  /// Whether `servers` need certificates; tells when they are needed and not all there.
  func needsHubCertificates(_ servers: [String], haveAll: Bool) -> Bool {
    let isSecure = servers.contains { $0.hasPrefix("tls:") }
    guard isSecure, !haveAll else { return isSecure }
    entry.error(
      .missingKey, expected: "certificate, certificate_key and authorities with tls://",
      remedy: "Name the three PEM files (Docs/Centers.md)", found: "not all of them")
    return true
  }

  private static let loopback = ["127.0.0.1", "localhost", "[::1]"]

  private static func hubServer(_ entry: Entry) -> String? {
    let expected = "tls://<host>:<port>, or nats:// on loopback"
    let remedy = "Write where a server of the hub listens"
    guard let text = entry.scalar(expected: expected, remedy: remedy) else { return nil }
    let parts = text.split(separator: "://", maxSplits: 1).map(String.init)
    let isPlain = text.utf8.allSatisfy {
      $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}@?#,".utf8.contains($0)
    }
    guard parts.count == 2, isPlain, !parts[1].contains("/"),
      let colon = parts[1].lastIndex(of: ":"), colon > parts[1].startIndex,
      let port = Int(parts[1][parts[1].index(after: colon)...]), (1...65_535).contains(port),
      parts[0] == "tls"
        || parts[0] == "nats" && loopback.contains(String(parts[1][..<colon]))
    else {
      entry.error(.badValue, expected: expected, remedy: remedy)
      return nil
    }
    return text
  }
}
