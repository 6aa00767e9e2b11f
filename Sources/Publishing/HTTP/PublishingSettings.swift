/// Where and how the post's HTTP endpoint listens.
public struct PublishingSettings: Sendable, Equatable {
  /// Certificates for mutual TLS, PEM files.
  public struct TLS: Sendable, Equatable {
    /// Own certificate chain, leaf first.
    public var certificateChainPath: String
    /// Private key of the leaf.
    public var privateKeyPath: String
    /// Certificates of the authorities whose clients are let in.
    public var clientAuthoritiesPath: String

    /// Own certificate and key, and who may connect.
    public init(
      certificateChainPath: String, privateKeyPath: String, clientAuthoritiesPath: String
    ) {
      self.certificateChainPath = certificateChainPath
      self.privateKeyPath = privateKeyPath
      self.clientAuthoritiesPath = clientAuthoritiesPath
    }
  }

  /// Name of the post, for the CloudEvents source.
  public var post: String
  /// Address to bind; without `tls` it must be a loopback address.
  public var host: String
  /// TCP port; 0 lets the kernel choose.
  public var port: Int
  /// Mutual TLS, or `nil` for plain HTTP on loopback.
  public var tls: TLS?
  /// Port of the loopback address for the post's own clients, beside partners; `nil` for none.
  public var localPort: Int?
  /// CloudEvents extension `handling`.
  public var handling: String
  /// A comment line keeps an idle stream open, this often, seconds.
  public var heartbeatSeconds: Int
  /// Open event streams at most.
  public var streamsMax: Int
  /// A stream whose client takes nothing for so long is closed, seconds.
  public var blockedSecondsMax: Int
  /// A client that has not said for so long who it is, by its handshake, is refused, seconds.
  public var arrivalSeconds = 10
  /// A connection with no request under way is closed after so many seconds, above what a client waits
  /// between two pages.
  public var idleSeconds = 120
  /// Connections of a door; `nil` for what ``ConnectionTable/Bounds`` gives for ``streamsMax``.
  var connections: ConnectionTable.Bounds?

  /// Settings with the defaults of the design: heartbeat 15 s, blocked writes end after 30 s.
  public init(
    post: String, host: String = "127.0.0.1", port: Int = 8420, tls: TLS? = nil,
    handling: String = "TLP:AMBER", heartbeatSeconds: Int = 15, streamsMax: Int = 64,
    blockedSecondsMax: Int = 30
  ) {
    self.post = post
    self.host = host
    self.port = port
    self.tls = tls
    self.handling = handling
    self.heartbeatSeconds = heartbeatSeconds
    self.streamsMax = streamsMax
    self.blockedSecondsMax = blockedSecondsMax
  }
}

/// Why publishing could not start or go on.
public struct PublishingError: Error, CustomStringConvertible, Sendable {
  /// What was wrong.
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable, Sendable { case notLoopback, certificate, bind }
    private let name: Name
    /// Plain HTTP was asked for on an address that others can reach.
    public static let notLoopback = Code(name: .notLoopback)
    /// A certificate or key cannot be used.
    public static let certificate = Code(name: .certificate)
    /// The address cannot be bound.
    public static let bind = Code(name: .bind)
  }

  /// What was wrong.
  public var code: Code
  /// The address or file.
  public var subject: String
  /// What the system said and what to do.
  public var detail: String

  /// One line for people.
  public var description: String { "publishing: \(subject): \(detail)" }
}
