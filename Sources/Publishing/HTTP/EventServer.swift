import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
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
/// | `GET /v1/health` | the post's and its sensors' state, JSON |
/// | `GET /metrics` | Prometheus text |
public struct EventServer: Service {
  let settings: PublishingSettings
  let store: any EventStore
  let feed: EventFeed
  let counters: PublishingCounters
  let health: @Sendable () -> (isHealthy: Bool, json: [UInt8])
  let metrics: @Sendable () -> String
  let onListening: @Sendable (Int) -> Void
  let logger: Logger

  /// An endpoint over `store` and `feed`.
  ///
  /// `health` and `metrics` are asked at every request; `onListening` is told the port once it is
  /// bound.
  public init(
    settings: PublishingSettings, store: any EventStore, feed: EventFeed,
    counters: PublishingCounters, logger: Logger,
    health: @escaping @Sendable () -> (isHealthy: Bool, json: [UInt8]),
    metrics: @escaping @Sendable () -> String,
    onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
  ) {
    self.settings = settings
    self.store = store
    self.feed = feed
    self.counters = counters
    self.logger = logger
    self.health = health
    self.metrics = metrics
    self.onListening = onListening
  }

  /// Serves until the surrounding service group shuts down gracefully or the task is cancelled.
  public func run() async throws {
    let onListening = onListening
    let application = Application(
      router: router(),
      server: try server(),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port), serverName: "vedette"),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      eventLoopGroupProvider: .singleton,
      logger: logger)
    let feed = feed
    do {
      try await withGracefulShutdownHandler {
        try await application.run()
      } onGracefulShutdown: {
        feed.close()
      }
    } catch let error as IOError {
      throw PublishingError(
        code: .bind, subject: "\(settings.host):\(settings.port)",
        detail: "cannot listen: \(error); choose another port or stop what holds it")
    }
  }

  private func router() -> Router<FeedRequestContext> {
    let text = CloudEventText(source: "/posts/\(settings.post)", handling: settings.handling)
    let pages = EventPages(store: store, feed: feed, text: text)
    let stream = EventStream(
      store: store, feed: feed, text: text, settings: settings, counters: counters, logger: logger)
    let router = Router(context: FeedRequestContext.self)
    router.get("/v1/stream") { request, context in
      try stream.respond(to: request, context: context)
    }
    router.get("/v1/events") { request, _ in try await pages.respond(to: request) }
    router.get("/v1/health") { [health] _, _ in
      let (isHealthy, json) = health()
      return Response(
        status: isHealthy ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
    router.get("/metrics") { [metrics] _, _ in
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics())))
    }
    return router
  }

  private func server() throws -> HTTPServerBuilder {
    guard let tls = settings.tls else {
      guard ["127.0.0.1", "::1", "localhost"].contains(settings.host) else {
        throw PublishingError(
          code: .notLoopback, subject: settings.host,
          detail: "without TLS the post listens on loopback only; configure publishing.tls")
      }
      return .http1()
    }
    return try .tls(.http1(), tlsConfiguration: mutualTLS(tls))
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
