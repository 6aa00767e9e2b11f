#if !VEDETTE_NATS
  /// The client of a build without one: nobody ever has it.
  enum HubCore: Sendable {
    static let isSupported = false

    static func open(_ address: HubAddress) throws(HubError) -> HubCore {
      throw HubError(
        .unsupported, address.servers.first ?? "",
        "this build holds no client of NATS; use the Debian package, or build with VEDETTE_NATS=1")
    }

    var isClosed: Bool { switch self {} }
    var server: String { switch self {} }
    func version() throws(HubError) -> HubVersion { switch self {} }
    func stream(_ name: String, version: HubVersion) throws(HubError) -> HubStream {
      switch self {}
    }
    func makeStream(_ plan: HubStreamPlan) throws(HubError) { switch self {} }
    func publish(_ messages: [HubMessage], milliseconds: Int) throws(HubError) -> HubReceipt {
      switch self {}
    }
    func consume(
      _ name: String, of stream: String, filter: String, acknowledgeSeconds: Int
    ) throws(HubError) { switch self {} }
    func fetch(
      _ count: Int, milliseconds: Int, headers: [String]
    ) throws(HubError) -> [HubDelivery] { switch self {} }
    func answer(_ receipt: String, _ word: String) throws(HubError) { switch self {} }
  }
#endif
