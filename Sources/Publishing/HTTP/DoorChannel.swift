import Glibc
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// HTTP at a door of the post; over TLS, where partners come, with the certificates of the moment at which
/// a client connects.
struct DoorChannel: ServerChildChannel {
  var base: HTTP1Channel
  /// `nil` for the post's own clients.
  var desk: CertificateDesk?
  var table: ConnectionTable
  /// Seconds that a client may take to say who it is.
  var arrivalSeconds: Int

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    channel.eventLoop.makeCompletedFuture {
      ArrivalWatch.keep(channel)
      let pipeline = channel.pipeline.syncOperations
      if let desk { try pipeline.addHandler(NIOSSLServerHandler(context: desk.context)) }
      try pipeline.addHandler(
        ArrivalWatch(table, isTLS: desk != nil, seconds: arrivalSeconds, logger))
    }.flatMap {
      base.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await base.handle(value: value, logger: logger)
  }
}

/// Counts handshakes that fail and what is no HTTP, by kind, once a connection.
final class RefusalWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  private let desk: CertificateDesk?
  private let counters: PublishingCounters
  private let logger: Logger
  private var isTold = false

  init(desk: CertificateDesk?, counters: PublishingCounters, logger: Logger) {
    self.desk = desk
    self.counters = counters
    self.logger = logger
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !isTold, let kind = kind(of: error, context) {
      isTold = true
      counters.refused(kind)
      let address = context.remoteAddress?.description ?? "somebody"
      logger.notice("a connection from \(address) was refused: \(kind.rawValue)")
    }
    context.fireErrorCaught(error)
  }

  /// Why the connection failed; `nil` when the client was not refused.
  private func kind(
    of error: any Error, _ context: ChannelHandlerContext
  ) -> FeedRefusal.Kind? {
    if error is HTTPParserError { return .malformed }
    guard case NIOSSLError.handshakeFailed(let cause) = error else { return nil }
    let text = "\(cause)"
    if text.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE") { return .noCertificate }
    if text.contains("HTTP_REQUEST") { return .noTLS }
    guard text.contains("CERTIFICATE_VERIFY_FAILED") else { return .handshake }
    // The library does not say which check failed; the certificate itself does.
    guard let leaf = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else {
      return .handshake
    }
    if leaf.notValidAfter < time(nil) { return .expired }
    let peer = (try? leaf.toDERBytes()).flatMap {
      PeerCertificate(der: $0, authorities: desk?.authorities ?? [])
    }
    return peer?.issuerDigest != nil && peer?.isForClients == false ? .usage : .foreignAuthority
  }
}
