import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore

/// The proofs of a ledger, as the endpoint hands them out.
///
/// May be called from any thread; a call reads files and may block for the time of that.
public protocol ProofSource: Sendable {
  /// The newest signed checkpoint; `nil` before the first.
  func checkpoint() throws -> [UInt8]?
  /// The newest checkpoint that witnesses have cosigned; `nil` before the first.
  func cosigned() throws -> [UInt8]?
  /// The release bundle of event `sequence` with the disclosures of `fields`, or of all; `nil` when the
  /// event is not signed yet or not kept any more.
  func bundle(of sequence: UInt64, fields: [String]?) throws -> [UInt8]?
  /// Release bundles of `events`, all against the newest checkpoint, with the proof that this one
  /// continues the tree of `old` leaves; events that are not signed yet or not kept any more are left
  /// out. `nil` before the first checkpoint.
  func batch(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws -> ProofBatch?
  /// Release bundles of `events`, in ascending order, that share one proof a message, all against the newest
  /// checkpoint and each part of a size that a hub takes; the first part says that the log continues the
  /// tree of `old` leaves. Events that are not signed yet or not kept any more are left out. `nil` before the
  /// first checkpoint and when the newest is smaller than `old`.
  func shared(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) throws -> SharedProofs?
  /// The way on from the earlier epoch `epoch` for a client that has seen `size` leaves of it, the text
  /// of a `Succession`; `nil` when there is none.
  func succession(from epoch: UInt64, size: UInt64) throws -> [UInt8]?
}

/// Proofs of several events against one checkpoint.
public struct ProofBatch: Sendable {
  /// Leaves of the checkpoint.
  public var size: UInt64
  /// That it continues what the client has seen, the text of a `ConsistencyProof`; `nil` when it is
  /// smaller.
  public var consistency: String?
  /// The bundles, canonical JSON.
  public var bundles: [[UInt8]]

  /// Proofs under a checkpoint of `size` leaves.
  public init(size: UInt64, consistency: String?, bundles: [[UInt8]]) {
    self.size = size
    self.consistency = consistency
    self.bundles = bundles
  }
}

/// Proofs of many events, in as many parts as messages are needed.
public struct SharedProofs: Sendable, Equatable {
  /// A part of them.
  public struct Part: Sendable, Equatable {
    /// The text of `SharedBundles`.
    public var json: [UInt8]
    /// The last event of which it holds a proof.
    public var last: UInt64

    /// A part up to event `last`.
    public init(json: [UInt8], last: UInt64) {
      self.json = json
      self.last = last
    }
  }

  /// Leaves of the checkpoint.
  public var size: UInt64
  /// The parts, in order.
  public var parts: [Part]

  /// Proofs under a checkpoint of `size` leaves.
  public init(size: UInt64, parts: [Part]) {
    self.size = size
    self.parts = parts
  }
}

/// `GET /v1/checkpoint`, `GET /v1/proof?sequence=` and `GET /v1/proofs?from=&sequences=`.
struct ProofPages: Sendable {
  /// Events that one request may ask proofs of.
  static let sequencesMax = 500

  var proofs: any ProofSource
  var doorkeeper: Doorkeeper

  /// The checkpoint: of salted leaves, so anybody who is let in may have it.
  func checkpoint(for request: Request) throws -> Response {
    let isCosigned = request.uri.queryParameters["cosigned"] == "true"
    guard let note = isCosigned ? try proofs.cosigned() : try proofs.checkpoint() else {
      return jsonError(
        .notFound, isCosigned ? "no witness has cosigned yet" : "nothing is signed yet",
        remedy: isCosigned ? "ask without cosigned=true" : "ask again after the first event")
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
      throw FeedRefusal(
        .parameter, reason: "sequence must be a whole number from 1",
        remedy: "take it from the event's attribute sequence")
    }
    let fields: [String]?
    let source = try await doorkeeper.feed(of: request, context: context)
    switch try await source.disclosable([sequence]).first ?? .nothing {
    case .everything: fields = nil
    case .fields(let names): fields = names
    case .nothing: return notThere(sequence)
    }
    guard let bundle = try proofs.bundle(of: sequence, fields: fields) else {
      return notThere(sequence)
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bundle)))
  }

  /// Proofs of several events and of the log's growth: what a client asks that checks everything.
  func batch(for request: Request, context: FeedRequestContext) async throws -> Response {
    let query = request.uri.queryParameters
    let words = query["sequences"].map { $0.split(separator: ",") } ?? []
    let asked = words.compactMap { UInt64($0) }.filter { $0 > 0 }
    guard asked.count == words.count, words.count <= Self.sequencesMax,
      let old = UInt64(query["from"] ?? "0")
    else {
      throw FeedRefusal(
        .parameter,
        reason:
          "from must be a number of leaves, sequences at most \(Self.sequencesMax) whole numbers from 1",
        remedy: "write /v1/proofs?from=0&sequences=1,2,3")
    }
    var seen: Set<UInt64> = []
    let sequences = asked.filter { seen.insert($0).inserted }
    var events: [(sequence: UInt64, fields: [String]?)] = []
    let source = try await doorkeeper.feed(of: request, context: context)
    for (sequence, answer) in zip(sequences, try await source.disclosable(sequences)) {
      switch answer {
      case .everything: events.append((sequence, nil))
      case .fields(let names): events.append((sequence, names))
      case .nothing: continue
      }
    }
    guard let batch = try proofs.batch(of: events, from: old) else {
      return jsonError(
        .notFound, "nothing is signed yet", remedy: "ask again after the first event")
    }
    guard let body = batch.json else {
      throw FeedRefusal(
        .foreignCursor,
        reason: "this post has signed \(batch.size) records, fewer than the \(old) you have seen",
        remedy: "keep the checkpoint that you have: this ledger was set back")
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// Takes a cosigned checkpoint from a partner whose agreement names it a witness.
  func cosign(_ request: Request, context: FeedRequestContext) async throws -> Response {
    let source = try await doorkeeper.feed(of: request, context: context)
    let body: ByteBuffer
    do { body = try await request.body.collect(upTo: SignedNote.byteCountMax) } catch {
      // Whatever it was, the client's side of it: too long, not of the form it said, or cut off.
      throw FeedRefusal(
        .malformed, reason: "the body cannot be read: \(error)",
        remedy: "send one signed note of at most \(SignedNote.byteCountMax) bytes")
    }
    guard try await source.cosign(Array(body.readableBytesView)) else {
      return jsonError(
        .conflict,
        "this is no new cosignature, by the witness of your agreement, of our checkpoint",
        remedy: "cosign what /v1/proofs gives, with the key that identity.witness names")
    }
    return Response(status: .noContent)
  }

  private func notThere(_ sequence: UInt64) -> Response {
    jsonError(
      .notFound, "event \(sequence) is not signed yet, not kept any more, or not yours",
      remedy: "ask for an event that you were given, a second after it came")
  }
}
