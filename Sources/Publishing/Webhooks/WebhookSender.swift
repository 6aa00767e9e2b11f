import AsyncHTTPClient
import Crypto
import Glibc
import HTTPTypes
public import Ledger
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Where a partner that can only be called wants its events.
public struct WebhookTarget: Hashable, Sendable {
  /// Name of the partner, the URN of its agreement.
  public var partner: String
  /// Where to post, `https://…`.
  public var url: String
  /// What the events are for.
  public var purpose: String
  /// Whether it gets the feed of exercises.
  public var isExercise: Bool
  /// Events of one call at most; one by one they are posted without an array around them.
  public var eventsMax: Int

  /// A target.
  public init(partner: String, url: String, purpose: String, isExercise: Bool, eventsMax: Int) {
    self.partner = partner
    self.url = url
    self.purpose = purpose
    self.isExercise = isExercise
    self.eventsMax = eventsMax
  }
}

/// Calls a center with what its agreement gives: CloudEvents over HTTP (CloudEvents HTTP binding 1.0.2),
/// signed by the post's key (RFC 9421, RFC 9530).
///
/// One call at a time, in order, each repeated until it is answered with a status of success; the place
/// is kept in a file and moves after that. A post that is killed goes on from there, so an event may come
/// again with the same `source` and `id`, and none is left out.
public struct WebhookSender: Sendable {
  /// Seconds that a call may take.
  static let answerSeconds: Int64 = 15
  /// Bytes of an answer that are read.
  static let answerBytesMax = 65_536

  let target: WebhookTarget
  let source: any FeedSource
  let store: any EventStore
  let feed: EventFeed
  let signer: NoteSigner
  let settings: PublishingSettings
  let place: WebhookPlace
  let counters: WebhookCounters
  let logger: Logger

  /// A sender to `target` of what `source` gives.
  ///
  /// - Parameters:
  ///   - signer: the post's key.
  ///   - placePath: the file that keeps how far the center has taken the feed.
  public init(
    _ target: WebhookTarget, source: any FeedSource, store: any EventStore, feed: EventFeed,
    signer: NoteSigner, settings: PublishingSettings, placePath: String,
    counters: WebhookCounters, logger: Logger
  ) {
    self.target = target
    self.source = source
    self.store = store
    self.feed = feed
    self.signer = signer
    self.settings = settings
    place = WebhookPlace(path: placePath)
    self.counters = counters
    self.logger = logger
  }

  /// Calls until the task is cancelled or the feed is closed.
  public func run() async {
    var pauses = WebhookPauses()
    var last = ""
    while !Task.isCancelled, !feed.isClosed {
      do {
        try await follow(&pauses, &last)
      } catch is CancellationError {
        return
      } catch {
        counters.failed(target.partner)
        tell(error, &last)
        try? await Task.sleep(for: pauses.next())
      }
    }
  }

  private func tell(_ error: any Error, _ last: inout String) {
    let text = "\(error)"
    if text != last { logger.warning("\(target.url): \(text); trying again") }
    last = text
  }

  private func follow(_ pauses: inout WebhookPauses, _ last: inout String) async throws {
    // Made anew after a fault, so that renewed certificates are used.
    let client = try client()
    do {
      var sequence = try begin()
      while !Task.isCancelled, !feed.isClosed {
        sequence = try await step(after: sequence, client, &pauses, &last)
      }
    } catch {
      try? await client.shutdown()
      throw error
    }
    try? await client.shutdown()
  }

  /// The place to go on from. What the ledger does not keep any more is told as lost.
  private func begin() throws -> UInt64 {
    let kept = place.read()
    do {
      return try FeedPosition.resolve(
        kept?.description, store: store, durable: feed.durable)
    } catch let refusal as FeedRefusal {
      guard let oldest = refusal.oldest, refusal.kind == .gone || refusal.kind == .foreignCursor
      else { throw refusal }
      counters.gap(target.partner)
      logger.error("\(target.url): GAP: \(refusal)")
      try place.write(oldest)
      return oldest.sequence
    }
  }

  /// Takes the next events to the center; the place after them.
  private func step(
    after sequence: UInt64, _ client: HTTPClient, _ pauses: inout WebhookPauses,
    _ last: inout String
  ) async throws -> UInt64 {
    guard try await feed.wait(after: sequence, for: source, timeout: .seconds(60)) else {
      return sequence
    }
    // Before the events are looked at: what changes meanwhile has them looked at again.
    let edition = try source.sharing()
    let batch = try await source.next(
      after: sequence, through: feed.durable, limit: target.eventsMax)
    if batch.isOvertaken { return try begin() }
    if !batch.events.isEmpty {
      guard try await call(with: body(of: batch.events), edition, client, &pauses, &last) else {
        return sequence
      }
      counters.delivered(target.partner, batch.events.count, through: batch.through)
    }
    if batch.through > sequence {
      try place.write(EventCursor(epoch: store.epoch, sequence: batch.through))
    }
    if let hold = batch.hold {
      _ = try await feed.wait(after: .max, for: source, timeout: min(hold, .seconds(60)))
    }
    return batch.through
  }

  private func body(of events: [LabelledEvent]) -> [UInt8] {
    let text = CloudEventText(source: "/posts/\(settings.post)", handling: settings.handling)
    var body: [UInt8] = []
    if target.eventsMax > 1 { body.append(UInt8(ascii: "[")) }
    for (index, event) in events.enumerated() {
      if index > 0 { body.append(UInt8(ascii: ",")) }
      text.append(event, to: &body)
    }
    if target.eventsMax > 1 { body.append(UInt8(ascii: "]")) }
    return body
  }

  /// Posts until the center answers that it has it. Before each try it is asked whether the center is
  /// entitled still, and whether what was decided under `edition` holds: a center may be away for hours.
  ///
  /// - Returns: whether the center has it; `false` when it is to be decided anew.
  private func call(
    with body: [UInt8], _ edition: String?, _ client: HTTPClient, _ pauses: inout WebhookPauses,
    _ last: inout String
  ) async throws -> Bool {
    while true {
      try Task.checkCancellation()
      guard try source.sharing() == edition else { return false }
      do {
        let answer = try await client.execute(
          request(body), timeout: .seconds(Self.answerSeconds))
        _ = try? await answer.body.collect(upTo: Self.answerBytesMax)
        guard (200..<300).contains(answer.status.code) else {
          throw WebhookFailure(description: "the center answered \(answer.status.code)")
        }
        pauses.reset()
        if !last.isEmpty { logger.notice("\(target.url): the center takes events again") }
        last = ""
        return true
      } catch {
        try Task.checkCancellation()
        guard !feed.isClosed else { throw CancellationError() }
        counters.failed(target.partner)
        tell(error, &last)
        try await Task.sleep(for: pauses.next())
      }
    }
  }

  private func request(_ body: [UInt8]) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: target.url)
    request.method = .POST
    let type =
      target.eventsMax > 1 ? "application/cloudevents-batch+json" : "application/cloudevents+json"
    let signature = WebhookSignature(
      method: "POST", url: target.url, contentType: "\(type); charset=utf-8", body: body,
      seconds: Int64(time(nil)), signer: signer)
    request.headers.add(name: "content-type", value: "\(type); charset=utf-8")
    request.headers.add(name: "content-digest", value: signature.digest)
    request.headers.add(name: "signature-input", value: signature.input)
    request.headers.add(name: "signature", value: signature.value)
    request.headers.add(name: "user-agent", value: "vedette")
    request.body = .bytes(ByteBuffer(bytes: body))
    return request
  }

  /// The center must show a certificate for its host by one of the partners' authorities; it may ask
  /// for the post's.
  private func client() throws -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    if let tls = settings.tls {
      let own = try mutualTLS(tls)
      var client = TLSConfiguration.makeClientConfiguration()
      client.minimumTLSVersion = .tlsv13
      client.trustRoots = own.trustRoots
      client.certificateChain = own.certificateChain
      client.privateKey = own.privateKey
      configuration.tlsConfiguration = client
    }
    configuration.httpVersion = .http1Only
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(5)
    return HTTPClient(
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
  }
}

/// A call that the center did not take.
struct WebhookFailure: Error, CustomStringConvertible {
  var description: String
}
