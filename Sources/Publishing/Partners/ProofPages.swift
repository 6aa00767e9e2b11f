import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// The proofs of a ledger, as the endpoint hands them out.
///
/// May be called from any thread; a call reads files and may block for the time of that.
public protocol ProofSource: Sendable {
  /// The newest signed checkpoint; `nil` before the first.
  func checkpoint() throws -> [UInt8]?
  /// The release bundle of event `sequence` with the disclosures of `fields`, or of all; `nil` when the
  /// event is not signed yet or not kept any more.
  func bundle(of sequence: UInt64, fields: [String]?) throws -> [UInt8]?
}

/// `GET /v1/checkpoint` and `GET /v1/proof?sequence=`.
struct ProofPages: Sendable {
  var proofs: any ProofSource
  var doorkeeper: Doorkeeper

  /// The checkpoint: of salted leaves, so anybody who is let in may have it.
  func checkpoint() throws -> Response {
    guard let note = try proofs.checkpoint() else {
      return jsonError(
        .notFound, "nothing is signed yet", remedy: "ask again after the first event")
    }
    return Response(
      status: .ok,
      headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: note)))
  }

  /// The bundle of an event, with what its agreement gives the client.
  func proof(for request: Request, context: FeedRequestContext) async throws -> Response {
    guard let sequence = request.uri.queryParameters["sequence"].flatMap({ UInt64($0) }),
      sequence > 0
    else {
      return jsonError(
        .badRequest, "sequence must be a whole number from 1",
        remedy: "take it from the event's attribute sequence")
    }
    let fields: [String]?
    do {
      switch try await doorkeeper.feed(of: request, context: context).disclosable(sequence) {
      case .everything: fields = nil
      case .fields(let names): fields = names
      case .nothing: return notThere(sequence)
      }
    } catch let refusal as FeedRefusal { return jsonError(refusal) }
    guard let bundle = try proofs.bundle(of: sequence, fields: fields) else {
      return notThere(sequence)
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bundle)))
  }

  private func notThere(_ sequence: UInt64) -> Response {
    jsonError(
      .notFound, "event \(sequence) is not signed yet, not kept any more, or not yours",
      remedy: "ask for an event that you were given, a second after it came")
  }
}
