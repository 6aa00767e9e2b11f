/// Where a hub is, and who connects to it.
public struct HubAddress: Sendable, Equatable {
  /// PEM files of a client; read anew for each connection, so that renewed ones are used.
  public struct TLS: Sendable, Equatable {
    /// Own certificate chain, leaf first; the hub knows this client by it.
    public var certificatePath: String
    /// Private key of the leaf.
    public var keyPath: String
    /// Authorities of the hub's certificates.
    public var authoritiesPath: String

    /// Files of a client.
    public init(certificatePath: String, keyPath: String, authoritiesPath: String) {
      self.certificatePath = certificatePath
      self.keyPath = keyPath
      self.authoritiesPath = authoritiesPath
    }
  }

  /// Servers, `tls://host:port`, or `nats://` on loopback; any of them leads to the hub.
  public var servers: [String]
  /// Files for TLS; `nil` on loopback only.
  public var tls: TLS?
  /// Name of this client: a word without dots. Its answers come to `_INBOX.<name>.>`, so that its
  /// rights at the hub can keep it from reading those of others.
  public var client: String

  /// An address.
  public init(servers: [String], tls: TLS?, client: String) {
    self.servers = servers
    self.tls = tls
    self.client = client
  }
}
