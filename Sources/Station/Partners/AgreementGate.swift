import CThreads
import Ledger
import Model
import Publishing
import Sharing
import SiteConfiguration

/// Lets partners in by their certificates, each to what its agreement gives.
struct AgreementGate: FeedGate {
  var book: AgreementBook
  var desk: ReleaseDesk
  var store: LedgerStore
  /// The live end of the ledger.
  var feed: EventFeed
  var post: String
  var cosignatures: CosignatureBook
  /// What snapshots have looked at, for all connections.
  var looks = SnapshotLooks()

  func feed(
    of peer: PeerCertificate, purpose: String?, isExercise: Bool
  ) throws -> any FeedSource {
    let now = wallNow()
    let agreement: Agreement = try entitled(peer, at: now).agreement
    guard let purpose else {
      throw FeedRefusal(
        .purpose, reason: "no purpose was stated",
        remedy: "add ?purpose= with one of: \(agreement.purposes.joined(separator: ", "))")
    }
    let source = PartnerFeed(
      gate: self, holder: .certificate(peer), purpose: purpose, isExercise: isExercise)
    _ = try source.evaluator(at: now)
    return source
  }

  /// What the agreement with the holder of the name `uri` gives, for a hub that tells it by its
  /// certificate: the post sees none.
  func feed(toHubFor uri: String, purpose: String, isExercise: Bool) throws -> any FeedSource {
    let source = PartnerFeed(
      gate: self, holder: .hub(uri), purpose: purpose, isExercise: isExercise)
    _ = try source.evaluator(at: wallNow())
    return source
  }

  private func inForce(
    _ uri: String, at now: WallTime
  ) throws(FeedRefusal) -> (Agreement, Site) {
    if let found = book.agreement(of: uri, at: now) { return found }
    let isKnown = book.knows(uri)
    throw FeedRefusal(
      isKnown ? .notInForce : .noAgreement,
      reason: isKnown
        ? "no agreement with you is in force now" : "this post has no agreement with you",
      remedy: "ask the post's owner for one")
  }

  /// The agreement that `holder` is entitled to, ready to be applied.
  ///
  /// Asked at each step of a feed, so that an agreement that ends, changes or denies a certificate
  /// ends what is under way.
  func entitled(_ holder: FeedHolder, at now: WallTime) throws(FeedRefusal) -> Evaluator {
    switch holder {
    case .certificate(let peer): return try entitled(peer, at: now)
    case .hub(let uri):
      let (agreement, site) = try inForce(uri, at: now)
      return Evaluator(agreement: agreement, site: site)
    case .webhook(let target):
      guard let (agreement, site) = book.agreement(with: target.partner, at: now),
        WebhookTarget(agreement) == target
      else {
        throw FeedRefusal(
          .notInForce, reason: "no agreement says now that \(target.partner) is called there",
          remedy: "ask the post's owner for one")
      }
      return Evaluator(agreement: agreement, site: site)
    }
  }

  private func entitled(
    _ peer: PeerCertificate, at now: WallTime
  ) throws(FeedRefusal) -> Evaluator {
    guard let uri = peer.uri else {
      throw FeedRefusal(
        .name, reason: "your certificate does not carry exactly one URI as a name",
        remedy: "use the certificate that the agreement names")
    }
    let (agreement, site) = try inForce(uri, at: now)
    let identity = agreement.identity
    guard now.unixNanos / 1_000_000_000 <= peer.validUntil else {
      throw FeedRefusal(
        .expired, reason: "your certificate's time is over", remedy: "connect with a new one")
    }
    guard peer.isForClients else {
      throw FeedRefusal(
        .usage, reason: "your certificate was not issued for TLS clients",
        remedy: "use one with the extended key usage clientAuth")
    }
    guard let issuer = peer.issuerDigest, identity.issuerDigests.contains(issuer) else {
      throw FeedRefusal(
        .authority,
        reason: "your certificate was not issued by an authority that the agreement names",
        remedy: "use the certificate that the agreement names")
    }
    guard !identity.deniedSerials.contains(peer.serial),
      !identity.deniedKeyDigests.contains(peer.keyDigest)
    else {
      throw FeedRefusal(
        .denied, reason: "your certificate is not accepted any more", remedy: "get a new one")
    }
    return Evaluator(agreement: agreement, site: site)
  }
}

/// Who gets a feed.
enum FeedHolder: Sendable {
  /// The holder of a certificate, who comes for it.
  case certificate(PeerCertificate)
  /// The holder of a name, whom a hub lets in.
  case hub(String)
  /// A partner that is called.
  case webhook(WebhookTarget)

  /// The partner, as the agreement names it.
  var partner: String? {
    switch self {
    case .certificate(let peer): peer.uri
    case .hub(let uri): uri
    case .webhook(let target): target.partner
    }
  }
}

/// UTC as the system has it.
func wallNow() -> WallTime { WallTime(unixNanos: vdt_wall_nanos()) }
