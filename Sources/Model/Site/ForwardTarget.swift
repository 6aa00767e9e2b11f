/// Where a link's bytes are passed on to: one UDP ground station.
public struct ForwardTarget: Sendable, Equatable {
  /// An IPv4 or IPv6 address, `localhost`, or a host name.
  public var host: String
  /// UDP port, 1 ... 65,535.
  public var port: UInt16

  /// The station at `port` of `host`.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether the bytes stay on this machine.
  public var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }
}
