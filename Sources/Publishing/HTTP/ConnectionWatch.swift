import Glibc
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Stands where connections come in and gives each a place, or refuses it.
///
/// What the system says when it has no files left for a connection ends neither the door nor the post.
final class DoorWatch: ChannelInboundHandler {
  typealias InboundIn = any Channel
  typealias InboundOut = any Channel

  private let table: ConnectionTable
  private let logger: Logger

  init(_ table: ConnectionTable, _ logger: Logger) {
    self.table = table
    self.logger = logger
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let channel = unwrapInboundIn(data)
    let id = ObjectIdentifier(channel)
    let isIn = table.enter(id, logger) { [weak channel] in channel?.close(promise: nil) }
    guard isIn else { return channel.close(promise: nil) }
    channel.closeFuture.whenComplete { [table] _ in table.leave(id) }
    context.fireChannelRead(data)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is IOError else { return context.fireErrorCaught(error) }
    table.unaccepted(logger)
    // A listening socket that cannot accept stays ready: without this the loop would only try that again.
    guard let options = context.channel.syncOptions,
      (try? options.setOption(.autoRead, value: false)) != nil
    else { return }
    context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) {
      try? options.setOption(.autoRead, value: true)
    }
  }
}

/// Follows a connection until it is known whose it is, and ends one of which that is not known in time.
final class ArrivalWatch: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let table: ConnectionTable
  private let isTLS: Bool
  private let seconds: Int
  private let logger: Logger
  private var deadline: Scheduled<Void>?

  /// - Parameters:
  ///   - isTLS: whether the handshake tells whose it is; else anything that comes does, as only the post's
  ///     own clients can.
  ///   - seconds: how long that may take.
  init(_ table: ConnectionTable, isTLS: Bool, seconds: Int, _ logger: Logger) {
    self.table = table
    self.isTLS = isTLS
    self.seconds = seconds
    self.logger = logger
  }

  /// Has the kernel end a connection whose other side is gone, or takes nothing: nobody else would find out
  /// while nothing, or little, is sent to it.
  static func keep(_ channel: any Channel) {
    let options = channel.syncOptions
    try? options?.setOption(.socketOption(.so_keepalive), value: 1)
    let settings: [(CInt, CInt)] = [
      (TCP_KEEPIDLE, 60), (TCP_KEEPINTVL, 15), (TCP_KEEPCNT, 3), (TCP_USER_TIMEOUT, 90_000),
    ]
    for (name, value) in settings {
      try? options?.setOption(
        .tcpOption(NIOBSDSocket.Option(rawValue: name)), value: Int(value))
    }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let (table, logger) = (table, logger)
    let channel = context.channel
    deadline = context.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
      table.late(logger)
      channel.close(promise: nil)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isTLS, deadline != nil { arrive(context, of: nil) }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isTLS, deadline != nil, case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
      arrive(context, of: partner(context))
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func arrive(_ context: ChannelHandlerContext, of partner: String?) {
    deadline?.cancel()
    deadline = nil
    let id = ObjectIdentifier(context.channel)
    if !table.settle(id, of: partner, logger) { context.close(promise: nil) }
  }

  /// Whose certificate it is: its name or, without exactly one, its key.
  private func partner(_ context: ChannelHandlerContext) -> String? {
    guard let leaf = try? context.pipeline.syncOperations.nioSSL_peerCertificate(),
      let der = try? leaf.toDERBytes(), let peer = PeerCertificate(der: der, authorities: [])
    else { return "" }
    return peer.uri ?? peer.keyDigest
  }
}
