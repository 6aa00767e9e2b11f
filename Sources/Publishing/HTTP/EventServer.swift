import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle

/// The post's HTTP endpoint: pages, long poll and streams of the durable events, health and metrics.
///
/// | path | what |
/// |---|---|
/// | `GET /v1/stream` | Server-Sent Events, resumed by `Last-Event-ID` or `?after=` |
/// | `GET /v1/events?after=&limit=&wait=` | pages and long poll |
/// | `GET /v1/snapshot?hours=&after=&limit=` | the newest version of each event of the last hours |
/// | `GET /v1/checkpoint` | the newest signed checkpoint of the ledger |
/// | `POST /v1/cosignatures` | a witness gives a checkpoint that it has cosigned |
/// | `GET /v1/proof?sequence=` | an event's record with its proof and what may be disclosed of it |
/// | `GET /v1/proofs?from=&sequences=` | the same of several events, with the proof of the log's growth |
/// | `GET /v1/succession?epoch=&from=` | how the ledger goes on after an earlier epoch, with proofs |
/// | `POST /v1/acknowledgements?cursor=` | the client has stored everything up to the cursor |
/// | `GET /v1/health` | the post's and its sensors' state, JSON |
/// | `GET /metrics` | Prometheus text |
///
/// Without TLS, on loopback, clients are the post's own and get everything. With TLS each client is
/// a partner: events come through the gate, health says only whether the post is well, and metrics
/// are refused.
public struct EventServer: Service {
  let settings: PublishingSettings
  let store: any EventStore
  let feed: EventFeed
  let gate: (any FeedGate)?
  let proofs: (any ProofSource)?
  let counters: PublishingCounters
  let health: @Sendable () -> (isHealthy: Bool, json: [UInt8])
  let metrics: @Sendable () -> String
  let onListening: @Sendable (Int) -> Void
  let logger: Logger
  private let shelf: LineShelf

  /// An endpoint over `store` and `feed`.
  ///
  /// `health` and `metrics` are asked at every request; `onListening` is told the port once it is
  /// bound. Without a `gate`, clients with certificates get no events.
  public init(
    settings: PublishingSettings, store: any EventStore, feed: EventFeed,
    gate: (any FeedGate)? = nil, proofs: (any ProofSource)? = nil,
    counters: PublishingCounters, logger: Logger,
    health: @escaping @Sendable () -> (isHealthy: Bool, json: [UInt8]),
    metrics: @escaping @Sendable () -> String,
    onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) {
    self.settings = settings
    self.store = store
    self.feed = feed
    self.gate = gate
    self.proofs = proofs
    self.counters = counters
    self.logger = logger
    self.health = health
    self.metrics = metrics
    self.onListening = onListening
    shelf = LineShelf(
      epoch: store.epoch,
      text: CloudEventText(source: "/posts/\(settings.post)", handling: settings.handling))
  }

  /// Serves until the surrounding service group shuts down gracefully or the task is cancelled.
  public func run() async throws {
    let onListening = onListening
    let desk = try settings.tls.map { tls throws(PublishingError) in try CertificateDesk(tls) }
    guard desk != nil || ["127.0.0.1", "::1", "localhost"].contains(settings.host) else {
      throw PublishingError(
        code: .notLoopback, subject: settings.host,
        detail: "without TLS the post listens on loopback only; configure publishing.tls")
    }
    var doors = [door(settings.host, settings.port, desk) { onListening($0) }]
    if let port = settings.localPort, desk != nil {
      doors.append(door("127.0.0.1", port, nil) { _ in })
    }
    let (feed, all) = (feed, doors)
    try await withGracefulShutdownHandler {
      try await run(all, desk)
    } onGracefulShutdown: {
      feed.close()
    }
  }

  /// An address at which the post is served.
  private struct Door: Sendable {
    var address: String
    var application: any ApplicationProtocol & Sendable
  }

  /// Runs until every door has ended or one has failed; keeps the certificates fresh meanwhile.
  private func run(_ doors: [Door], _ desk: CertificateDesk?) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for door in doors {
        group.addTask {
          do { try await door.application.run() } catch let error as IOError {
            throw PublishingError(
              code: .bind, subject: door.address,
              detail: "cannot listen: \(error); choose another port or stop what holds it")
          }
        }
      }
      if let desk {
        group.addTask { [logger] in
          do { try await desk.watch(logger) } catch is CancellationError {}
        }
      }
      // The desk looks on until it is cancelled, so these are the doors.
      for _ in doors { try await group.next() }
      group.cancelAll()
    }
  }

  private func router(_ desk: CertificateDesk?) -> Router<FeedRequestContext> {
    let doorkeeper = Doorkeeper(store: store, desk: desk, gate: gate, looks: SnapshotLooks())
    let pages = EventPages(store: store, feed: feed, shelf: shelf, doorkeeper: doorkeeper)
    let stream = EventStream(
      store: store, feed: feed, shelf: shelf, checkpoints: proofs.map { CheckpointWatch($0) },
      settings: settings, counters: counters, logger: logger, doorkeeper: doorkeeper)
    let router = Router(context: FeedRequestContext.self)
    router.add(middleware: RequestGuard(counters: counters, logger: logger))
    router.get("/v1/stream") { request, context in
      try await stream.respond(to: request, context: context)
    }
    router.get("/v1/events") { request, context in
      try await pages.respond(to: request, context: context)
    }
    router.get("/v1/snapshot") { request, context in
      try await pages.snapshot(of: request, context: context)
    }
    if let proofs {
      let pages = ProofPages(proofs: proofs, doorkeeper: doorkeeper)
      router.get("/v1/checkpoint") { request, _ in try pages.checkpoint(for: request) }
      router.post("/v1/cosignatures") { request, context in
        try await pages.cosign(request, context: context)
      }
      router.get("/v1/proof") { request, context in
        try await pages.proof(for: request, context: context)
      }
      router.get("/v1/proofs") { request, context in
        try await pages.batch(for: request, context: context)
      }
      let succession = SuccessionPage(proofs: proofs, doorkeeper: doorkeeper)
      router.get("/v1/succession") { request, context in
        try await succession.respond(to: request, context: context)
      }
    }
    let acknowledgements = Acknowledgements(store: store, feed: feed, doorkeeper: doorkeeper)
    router.post("/v1/acknowledgements") { request, context in
      try await acknowledgements.respond(to: request, context: context)
    }
    router.get("/v1/health") { [health, post = settings.post] _, _ in
      var (isHealthy, json) = health()
      if !doorkeeper.isOwn {
        // Which sensors there are and how they fare is for agreements to give.
        json = Array(#"{"post":"#.utf8)
        appendJSONString(post, to: &json)
        json += Array(#","status":"\#(isHealthy ? "ok" : "failed")"}"#.utf8)
      }
      return Response(
        status: isHealthy ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
    router.get("/metrics") { [metrics] _, _ in
      guard doorkeeper.isOwn else {
        throw FeedRefusal(
          .ownClients, reason: "metrics are for the post's own clients",
          remedy: "use /v1/health, or publishing.local_port on the post")
      }
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics())))
    }
    return router
  }

  /// The door at a port, for partners, or without a `desk` for the post's own clients. Each has places of
  /// its own for connections, so that partners never take those of the post's own clients.
  private func door(
    _ host: String, _ port: Int, _ desk: CertificateDesk?,
    isOpen: @escaping @Sendable (Int) -> Void
  ) -> Door {
    let configuration = http1(desk)
    let table = ConnectionTable(
      settings.connections ?? ConnectionTable.Bounds(streamsMax: settings.streamsMax),
      counters.connections)
    let (seconds, logger) = (settings.arrivalSeconds, logger)
    return Door(
      address: "\(host):\(port)",
      application: Application(
        router: router(desk),
        server: HTTPServerBuilder { responder in
          DoorChannel(
            base: HTTP1Channel(responder: responder, configuration: configuration), desk: desk,
            table: table, arrivalSeconds: seconds)
        },
        configuration: ApplicationConfiguration(
          address: .hostname(host, port: port), serverName: "vedette"),
        onServerRunning: { channel in
          // A door that is closed already needs none.
          try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.addHandler(
              DoorWatch(table, logger), position: .first)
          }.get()
          isOpen(channel.localAddress?.port ?? 0)
        },
        eventLoopGroupProvider: .singleton, logger: logger))
  }

  private func http1(_ desk: CertificateDesk?) -> HTTP1Channel.Configuration {
    let (counters, logger) = (counters, logger)
    return HTTP1Channel.Configuration(
      additionalChannelHandlers: [RefusalWatch(desk: desk, counters: counters, logger: logger)],
      idleTimeout: .seconds(Int64(settings.idleSeconds)))
  }
}

/// TLS 1.3 where the client's chain is verified against the configured authorities.
///
/// `noHostnameVerification` verifies the chain and requires a certificate; only the host name, which
/// a client does not have, is left out.
func mutualTLS(_ tls: PublishingSettings.TLS) throws(PublishingError) -> TLSConfiguration {
  func load<T>(_ path: String, _ what: String, _ body: () throws -> T) throws(PublishingError) -> T
  {
    do {
      return try body()
    } catch {
      throw PublishingError(
        code: .certificate, subject: path,
        detail: "cannot be used as \(what) (\(error)); give a readable PEM file")
    }
  }
  let chain = try load(tls.certificateChainPath, "certificate chain") {
    try NIOSSLCertificate.fromPEMFile(tls.certificateChainPath)
  }
  let key = try load(tls.privateKeyPath, "private key") {
    try NIOSSLPrivateKey(file: tls.privateKeyPath, format: .pem)
  }
  let authorities = try load(tls.clientAuthoritiesPath, "client authorities") {
    try NIOSSLCertificate.fromPEMFile(tls.clientAuthoritiesPath)
  }
  var configuration = TLSConfiguration.makeServerConfiguration(
    certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
  configuration.minimumTLSVersion = .tlsv13
  configuration.certificateVerification = .noHostnameVerification
  configuration.trustRoots = .certificates(authorities)
  return configuration
}
