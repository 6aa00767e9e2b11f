import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOSSL

/// Finds out who a client is and which feed it gets.
///
/// Without TLS the endpoint listens on loopback only: its clients are the post's own and get the
/// whole ledger. With TLS every client is a partner and gets what its agreement gives.
struct Doorkeeper: Sendable {
  var store: any EventStore
  /// `nil` without TLS.
  var desk: CertificateDesk?
  var gate: (any FeedGate)?
  /// What snapshots of the whole ledger have looked at.
  var looks = SnapshotLooks()

  /// Whether clients are the post's own.
  var isOwn: Bool { desk == nil }

  /// The feed of the client of `request`.
  ///
  /// - Throws: ``FeedRefusal``.
  func feed(of request: Request, context: FeedRequestContext) async throws -> any FeedSource {
    guard let desk else { return WholeFeed(store: store, looks: looks) }
    let query = request.uri.queryParameters
    guard let gate, let peer = try await certificate(of: context, desk.authorities) else {
      throw FeedRefusal(
        .noAgreement, reason: "this post has no agreement with you",
        remedy: "ask the post for an agreement that names your certificate")
    }
    let exercise = query["exercise"] ?? "false"
    guard exercise == "true" || exercise == "false" else {
      throw FeedRefusal(
        .parameter, reason: "exercise must be true or false",
        remedy: "leave it out for real events")
    }
    return try gate.feed(
      of: peer, purpose: query["purpose"].map(String.init), isExercise: exercise == "true")
  }

  private func certificate(
    of context: FeedRequestContext, _ authorities: [PeerCertificate.Authority]
  ) async throws -> PeerCertificate? {
    let found: NIOSSLCertificate?
    do { found = try await context.channel.nioSSL_peerCertificate().get() } catch {
      // Who has gone meanwhile is no fault of the post's, and cannot be answered.
      guard context.channel.isActive else { throw CancellationError() }
      throw error
    }
    guard let leaf = found else { return nil }
    var peer = PeerCertificate(der: try leaf.toDERBytes(), authorities: authorities)
    peer?.validUntil = Int64(leaf.notValidAfter)
    return peer
  }
}
