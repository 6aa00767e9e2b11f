import AsyncHTTPClient
import Ledger
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import SiteConfiguration

/// Asks a post over HTTP: one connection that is kept, mutual TLS 1.3.
struct PostClient: Sendable {
  /// The largest answer that is read, bytes: 500 events of 64 KiB.
  static let answerBytesMax = 33_554_432
  /// Seconds that an answer may take beyond what it was asked to wait.
  static let answerSeconds: Int64 = 15

  private let client: HTTPClient
  private let source: ReceiverConfiguration.Source

  /// A client of the post of `source`; reads the certificates.
  ///
  /// - Throws: ``ReceivingError``.
  init(_ source: ReceiverConfiguration.Source) throws {
    self.source = source
    var configuration = HTTPClient.Configuration()
    if let tls = source.tls { configuration.tlsConfiguration = try Self.mutualTLS(tls) }
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(5)
    client = HTTPClient(
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
  }

  func close() async { try? await client.shutdown() }

  private static func mutualTLS(_ tls: ReceiverConfiguration.TLS) throws -> TLSConfiguration {
    func load<T>(_ path: String, _ body: () throws -> T) throws -> T {
      do { return try body() } catch {
        throw ReceivingError(
          .certificate, path, "cannot be used (\(error)); give a readable PEM file")
      }
    }
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv13
    configuration.certificateChain = try load(tls.certificatePath) {
      try NIOSSLCertificate.fromPEMFile(tls.certificatePath).map { .certificate($0) }
    }
    configuration.privateKey = try load(tls.keyPath) {
      .privateKey(try NIOSSLPrivateKey(file: tls.keyPath, format: .pem))
    }
    configuration.trustRoots = try load(tls.authoritiesPath) {
      .certificates(try NIOSSLCertificate.fromPEMFile(tls.authoritiesPath))
    }
    return configuration
  }

  /// What a post answered that gave nothing.
  struct Refusal: Error, Equatable, CustomStringConvertible {
    /// The status.
    var status: UInt
    /// What was wrong, in the post's words.
    var error: String
    /// What the post says is to be done.
    var remedy: String
    /// The oldest cursor that can be asked for, where the post says one.
    var oldest: EventCursor?

    /// Reads the body of an error.
    init(status: UInt, body: [UInt8]) {
      self.status = status
      let object = CanonicalObject(body[...])
      func word(_ name: String) -> String? {
        object?[name].flatMap { CanonicalString.text(of: $0) }
      }
      error = word("error") ?? "no reason was given"
      remedy = word("remedy") ?? ""
      oldest = word("oldest").flatMap { EventCursor($0) }
    }

    var description: String { "\(status): \(error)" + (remedy.isEmpty ? "" : "; \(remedy)") }
  }

  /// What a post answered that is not of the form.
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  /// The events after `cursor`; waits `wait` seconds for one.
  func page(after cursor: EventCursor?, limit: Int, wait: Int) async throws -> PostPage {
    var query = "limit=\(limit)&wait=\(wait)"
    if let cursor { query += "&after=\(cursor)" }
    let body = try await ask(.GET, "/v1/events", query, seconds: Int64(wait))
    guard let page = PostPage(body, after: cursor) else {
      throw Malformed(description: "the answer is no page of events")
    }
    return page
  }

  /// Proofs of events under one checkpoint, not looked at yet.
  struct Proofs: Sendable {
    /// The checkpoint, and that it continues what was seen.
    var consistency: ConsistencyProof
    /// The texts of the bundles.
    var bundles: [ArraySlice<UInt8>]
  }

  /// Proofs of the events at `sequences` (at most 500), and of the log's growth from `old` leaves.
  func proofs(of sequences: [UInt64], from old: UInt64) async throws -> Proofs {
    let list = sequences.map { "\($0)" }.joined(separator: ",")
    return try Self.proofs(
      in: try await ask(.GET, "/v1/proofs", "from=\(old)&sequences=\(list)", seconds: 0))
  }

  /// Proofs as `GET /v1/proofs` and a hub's messages hold them: those of older posts each bundle by itself, those
  /// of others what they share once.
  static func proofs(in body: [UInt8]) throws(Malformed) -> Proofs {
    if let shared = SharedBundles(body) {
      return Proofs(consistency: shared.consistency, bundles: shared.bundles.map { $0[...] })
    }
    guard let answer = CanonicalObject(body[...]),
      let bundles = answer["bundles"].flatMap({ CanonicalObject.elements(of: $0) }),
      let consistency = answer["consistency"].flatMap({ CanonicalString.text(of: $0) }).flatMap({
        ConsistencyProof($0)
      })
    else { throw Malformed(description: "the answer holds no proofs") }
    return Proofs(consistency: consistency, bundles: bundles)
  }

  /// How the ledger goes on after `epoch`, of which `size` leaves were seen; `nil` when the post knows
  /// no ledger that follows it.
  func succession(from epoch: EventCursor, size: UInt64) async throws -> Succession? {
    do {
      let body = try await ask(
        .GET, "/v1/succession", "epoch=\(epoch.epochText)&from=\(size)", seconds: 0)
      guard let way = Succession(body) else {
        throw Malformed(description: "the answer is no succession of ledgers")
      }
      return way
    } catch let refusal as Refusal where refusal.status == 404 {
      return nil
    }
  }

  /// Tells the post that everything up to `cursor` is stored.
  func acknowledge(_ cursor: EventCursor) async throws {
    _ = try await ask(.POST, "/v1/acknowledgements", "cursor=\(cursor)", seconds: 0)
  }

  /// Gives the post a cosigned checkpoint.
  func cosign(_ note: SignedNote) async throws {
    _ = try await ask(
      .POST, "/v1/cosignatures", "", seconds: 0, body: Array(note.description.utf8))
  }

  private func ask(
    _ method: HTTPMethod, _ path: String, _ query: String, seconds: Int64, body: [UInt8] = []
  ) async throws -> [UInt8] {
    var parts = query.isEmpty ? [] : [query]
    if let purpose = source.purpose { parts.append("purpose=\(purpose)") }
    if source.isExercise { parts.append("exercise=true") }
    var request = HTTPClientRequest(
      url: source.url + path + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&")))
    request.method = method
    if !body.isEmpty { request.body = .bytes(ByteBuffer(bytes: body)) }
    let answer = try await client.execute(
      request, timeout: .seconds(seconds + Self.answerSeconds))
    let bytes = Array(try await answer.body.collect(upTo: Self.answerBytesMax).readableBytesView)
    guard (200..<300).contains(answer.status.code) else {
      throw Refusal(status: answer.status.code, body: bytes)
    }
    return bytes
  }
}
