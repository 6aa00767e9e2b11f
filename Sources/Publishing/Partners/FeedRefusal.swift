import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger

/// Why a client gets nothing (more).
public struct FeedRefusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// Why, as it is counted.
  public enum Kind: String, Sendable, CaseIterable {
    /// No certificate in the handshake.
    case noCertificate = "no_certificate"
    /// The certificate comes from no authority that is let in.
    case foreignAuthority = "certificate_foreign"
    /// The certificate's time is over.
    case expired = "certificate_expired"
    /// Plain HTTP where TLS is asked for.
    case noTLS = "no_tls"
    /// Another failure of the handshake.
    case handshake = "handshake_failed"
    /// The certificate does not have exactly one URI name.
    case name = "certificate_name"
    /// The certificate is not for TLS clients.
    case usage = "certificate_usage"
    /// The certificate's authority is not one that the agreement names.
    case authority = "certificate_authority"
    /// The certificate is on the agreement's deny list.
    case denied = "certificate_denied"
    /// There is no agreement with the client.
    case noAgreement = "no_agreement"
    /// The agreement is not in force now.
    case notInForce = "agreement_not_in_force"
    /// The purpose was not stated or not agreed.
    case purpose
    /// The feed of exercises, or the other one, is not covered.
    case exercise
    /// What is asked for is for the post's own clients.
    case ownClients = "own_clients"
    /// All streams of the post are in use.
    case allStreams = "all_streams_in_use"
    /// The partner has as many streams as one may have.
    case partnerStreams = "too_many_streams"
    /// A cursor that is none.
    case cursor = "malformed_cursor"
    /// A cursor of another ledger, or a place ahead of this one.
    case foreignCursor = "foreign_cursor"
    /// A cursor older than what is kept.
    case gone
    /// A parameter that is wrong.
    case parameter
    /// A request whose target is too long.
    case tooLong = "query_too_long"
    /// What is no HTTP.
    case malformed = "malformed_request"
  }

  /// Why, as it is counted.
  public var kind: Kind
  /// What is wrong.
  public var reason: String
  /// What to do.
  public var remedy: String
  /// Where the client may go on; `nil` unless it asked for a place that cannot be served.
  var oldest: EventCursor?

  /// A refusal.
  public init(_ kind: Kind, reason: String, remedy: String) {
    self.kind = kind
    self.reason = reason
    self.remedy = remedy
  }

  init(_ kind: Kind, reason: String, remedy: String, oldest: EventCursor?) {
    self.init(kind, reason: reason, remedy: remedy)
    self.oldest = oldest
  }

  /// One line.
  public var description: String { "\(reason); \(remedy)" }

  /// The answer's status (Docs/Centers.md tells clients what each means).
  private var status: HTTPResponse.Status {
    switch kind {
    case .allStreams: .serviceUnavailable
    case .partnerStreams: .tooManyRequests
    case .cursor, .parameter, .malformed: .badRequest
    case .foreignCursor: .conflict
    case .gone: .gone
    case .tooLong: .uriTooLong
    default: .forbidden
    }
  }

  /// The answer for the client.
  var response: Response { jsonError(status, reason, remedy: remedy, oldest: oldest) }
}
