#if !VEDETTE_NATS
  /// The client of a build without one: nobody ever has it.
  struct HubCore: Sendable {
    static let isSupported = false
    private let nothing: Never

    static func open(_ address: HubAddress) throws(HubError) -> HubCore {
      throw HubError(
        .unsupported, address.servers.first ?? "",
        "this build holds no client of NATS; use the Debian package, or build with VEDETTE_NATS=1")
    }

    var isClosed: Bool { switch nothing {} }
    var server: String { switch nothing {} }
    func version() throws(HubError) -> HubVersion { switch nothing {} }
    func stream(_ name: String, version: HubVersion) throws(HubError) -> HubStream {
      switch nothing {}
    }
    func makeStream(_ plan: HubStreamPlan) throws(HubError) { switch nothing {} }
    func publish(_ messages: [HubMessage], milliseconds: Int) throws(HubError) -> HubReceipt {
      switch nothing {}
    }
    func interrupt() { switch nothing {} }
    func consume(
      _ name: String, of stream: String, filter: String, acknowledgeSeconds: Int
    ) throws(HubError) { switch nothing {} }
    func fetch(
      _ count: Int, milliseconds: Int, headers: [String]
    ) throws(HubError) -> [HubDelivery] { switch nothing {} }
    func answer(_ receipt: String, _ word: String) throws(HubError) { switch nothing {} }
  }
#endif
