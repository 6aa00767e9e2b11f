#if VEDETTE_NATS
  import CNATS

  /// The client: libnats's connection with its JetStream context, in calls that wait.
  ///
  /// Invariant: the connection and the context are set once, live as long as this object, and may be
  /// used by any thread (libnats locks them); the subscription is set and used on the queue of the
  /// owner only.
  @safe
  final class HubCore: @unchecked Sendable {
    static let isSupported = true

    /// Milliseconds that a server may take to let us in, and to answer.
    private static let connectMillis: Int64 = 3_000
    static let answerMillis: Int64 = 5_000
    /// A server that is silent so long is asked for a sign of life; two without an answer are the
    /// end.
    private static let pingMillis: Int64 = 5_000

    let connection: OpaquePointer
    let context: OpaquePointer
    /// Name of this client, by which its answers come.
    let client: String
    var pull: HubPull?
    let acknowledgements: Acknowledgements

    private init(
      connection: OpaquePointer, context: OpaquePointer, acks: Acknowledgements, client: String
    ) {
      unsafe self.connection = connection
      unsafe self.context = context
      acknowledgements = acks
      self.client = client
    }

    deinit {
      // Before the connection that it belongs to.
      pull = nil
      unsafe natsConnection_Close(connection)
      unsafe jsCtx_Destroy(context)
      unsafe natsConnection_Destroy(connection)
      acknowledgements.forget()
    }

    static func open(_ address: HubAddress) throws(HubError) -> HubCore {
      let name = address.servers.joined(separator: ", ")
      var made: OpaquePointer?
      guard unsafe natsOptions_Create(&made) == NATS_OK, let options = unsafe made else {
        throw HubError(.unreachable, name, "libnats: \(lastError())")
      }
      defer { unsafe natsOptions_Destroy(options) }
      unsafe natsOptions_SetName(options, address.client)
      unsafe natsOptions_SetCustomInboxPrefix(options, "_INBOX.\(address.client)")
      unsafe natsOptions_SetAllowReconnect(options, false)
      unsafe natsOptions_SetTimeout(options, connectMillis)
      unsafe natsOptions_SetPingInterval(options, pingMillis)
      unsafe natsOptions_SetMaxPingsOut(options, 2)
      // What it says stays to be asked for; without a handler libnats writes to standard error.
      unsafe natsOptions_SetErrorHandler(options, { _, _, _, _ in }, nil)
      let words = CWords(address.servers)
      var servers = unsafe words.pointers
      let count = CInt(unsafe servers.count)
      let status = unsafe natsOptions_SetServers(options, &servers, count)
      guard status == NATS_OK else { throw HubError(.unreachable, name, text(status)) }
      if let tls = address.tls { try unsafe secure(options, tls) }
      var opened: OpaquePointer?
      let result = unsafe natsConnection_Connect(&opened, options)
      guard result == NATS_OK, let connection = unsafe opened else {
        throw HubError(.unreachable, name, "no server lets this client in: \(text(result))")
      }
      return unsafe try context(on: connection, name, address.client)
    }

    private static func secure(
      _ options: OpaquePointer, _ tls: HubAddress.TLS
    ) throws(HubError) {
      func use(_ path: String, _ status: natsStatus) throws(HubError) {
        guard status == NATS_OK else {
          throw HubError(
            .certificate, path, "cannot be used (\(text(status))); give a readable PEM file")
        }
      }
      unsafe natsOptions_SetSecure(options, true)
      try use(
        tls.authoritiesPath,
        unsafe natsOptions_LoadCATrustedCertificates(options, tls.authoritiesPath))
      try use(
        tls.certificatePath,
        unsafe natsOptions_LoadCertificatesChain(options, tls.certificatePath, tls.keyPath))
    }

    private static func context(
      on connection: OpaquePointer, _ name: String, _ client: String
    ) throws(HubError) -> HubCore {
      let acks = Acknowledgements()
      var options = unsafe jsOptions()
      unsafe jsOptions_Init(&options)
      unsafe options.Wait = answerMillis
      unsafe options.PublishAsync.AckHandler = Acknowledgements.handler
      unsafe options.PublishAsync.AckHandlerClosure = unsafe acks.closure
      var made: OpaquePointer?
      let status = unsafe natsConnection_JetStream(&made, connection, &options)
      guard status == NATS_OK, let context = unsafe made else {
        unsafe natsConnection_Destroy(connection)
        acks.forget()
        throw HubError(.unreachable, name, "no JetStream: \(text(status))")
      }
      return unsafe HubCore(connection: connection, context: context, acks: acks, client: client)
    }

    var isClosed: Bool { unsafe natsConnection_IsClosed(connection) }

    var server: String {
      var text = [CChar](repeating: 0, count: 256)
      guard unsafe natsConnection_GetConnectedUrl(connection, &text, text.count) == NATS_OK else {
        return ""
      }
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the server said last against us, such as a right that is missing; empty for nothing.
    var complaint: String {
      var text: UnsafePointer<CChar>?
      let status = unsafe natsConnection_GetLastError(connection, &text)
      guard status != NATS_OK, let text = unsafe text else { return "" }
      return unsafe String(cString: text)
    }

    /// The server's version, which every client may ask of its own account.
    func version() throws(HubError) -> HubVersion {
      let subject = "$SYS.REQ.USER.INFO"
      let answer: String
      do throws(HubError) { answer = try request(subject, "") } catch {
        // Servers of 2.9 have nobody who would answer.
        guard error.code == .unanswered else { throw error }
        throw HubError(
          .tooOld, server,
          "this nats-server is older than \(HubVersion.durable) (it does not know \(subject)); it "
            + HubVersion.reason)
      }
      guard let version = HubVersion(answer: answer) else {
        throw HubError(.tooOld, server, "the server does not say its version to \(subject)")
      }
      return version
    }

    /// The answer to a request.
    func request(_ subject: String, _ body: String) throws(HubError) -> String {
      var reply: OpaquePointer?
      let status = unsafe natsConnection_RequestString(
        &reply, connection, subject, body, Self.answerMillis)
      guard status == NATS_OK, let reply = unsafe reply else {
        if isClosed { throw lost() }
        let reason = complaint
        throw HubError(
          status == NATS_NO_RESPONDERS ? .unanswered : .unreachable, server,
          "no answer from \(subject): \(reason.isEmpty ? Self.text(status) : reason)")
      }
      defer { unsafe natsMsg_Destroy(reply) }
      return String(decoding: unsafe Self.payload(of: reply), as: UTF8.self)
    }

    func lost() -> HubError {
      let reason = complaint
      return HubError(
        .lost, "connection", "it ended" + (reason.isEmpty ? "" : ": \(reason)"))
    }

    static func payload(of message: OpaquePointer) -> [UInt8] {
      let count = Int(unsafe natsMsg_GetDataLength(message))
      guard count > 0, let data = unsafe natsMsg_GetData(message) else { return [] }
      return unsafe data.withMemoryRebound(to: UInt8.self, capacity: count) {
        unsafe Array(UnsafeBufferPointer(start: $0, count: count))
      }
    }

    static func text(_ status: natsStatus) -> String {
      let word = unsafe natsStatus_GetText(status).map { unsafe String(cString: $0) } ?? "?"
      let more = lastError()
      return more.isEmpty ? word : "\(word): \(more)"
    }

    /// What libnats says of this thread's last failure.
    private static func lastError() -> String {
      var status = NATS_OK
      guard let text = unsafe nats_GetLastError(&status), status != NATS_OK else { return "" }
      return unsafe String(cString: text)
    }
  }
#endif
