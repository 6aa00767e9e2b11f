import HTTPTypes
import Hummingbird
import HummingbirdCore
import Ledger
import NIOCore

/// `GET /v1/events?after=<cursor>&limit=<n>&wait=<s>`: a page of events; with `wait` the answer is
/// held until there is one (long poll).
struct EventPages: Sendable {
  /// Events in a page at most.
  static let limitMax = 500
  /// Seconds a request is held at most.
  static let waitSecondsMax = 60
  /// Pages' worth of withheld events that one request is carried over at most.
  static let roundsMax = 20

  var store: any EventStore
  var feed: EventFeed
  var shelf: LineShelf
  var doorkeeper: Doorkeeper

  func respond(to request: Request, context: FeedRequestContext) async throws -> Response {
    let source = try await doorkeeper.feed(of: request, context: context)
    let query = request.uri.queryParameters
    guard let limit = number(query["limit"], default: 100, in: 1...Self.limitMax) else {
      throw FeedRefusal(
        .parameter, reason: "limit must be a whole number from 1 to \(Self.limitMax)",
        remedy: "leave it out for 100")
    }
    guard let wait = number(query["wait"], default: 0, in: 0...Self.waitSecondsMax) else {
      throw FeedRefusal(
        .parameter,
        reason: "wait must be a whole number of seconds from 0 to \(Self.waitSecondsMax)",
        remedy: "leave it out to be answered at once")
    }
    let after = try FeedPosition.resolve(
      query["after"].map(String.init), store: store, durable: feed.durable)
    let end = ContinuousClock.now + .seconds(wait)
    if wait > 0, feed.durable <= after {
      _ = try await feed.wait(after: after, for: source, timeout: .seconds(wait))
    }
    let step = try await step(of: source, after: after, limit: limit, until: end)
    return page(step.batch, isCaughtUp: step.batch.isAll(upTo: step.durable))
  }

  /// `GET /v1/snapshot?hours=<n>&after=<cursor>&limit=<n>`: what is known of the events of the last hours, or of
  /// those after the cursor, the newest version of each; `next` is where the feed goes on from.
  func snapshot(of request: Request, context: FeedRequestContext) async throws -> Response {
    let source = try await doorkeeper.feed(of: request, context: context)
    let query = request.uri.queryParameters
    guard let limit = number(query["limit"], default: Self.limitMax, in: 1...Self.limitMax) else {
      throw FeedRefusal(
        .parameter, reason: "limit must be a whole number from 1 to \(Self.limitMax)",
        remedy: "leave it out for \(Self.limitMax)")
    }
    let durable = feed.durable
    let start = try FeedPosition.snapshot(query["hours"] ?? "24", store: store, durable: durable)
    let asked = try query["after"].map {
      try FeedPosition.resolve(String($0), store: store, durable: durable)
    }
    let step = try await shelf.latest(
      of: source, after: asked ?? start ?? 0, through: durable, limit: limit)
    guard !step.isOvertaken else {
      throw FeedRefusal(
        .gone, reason: "events after the cursor are older than the post keeps",
        remedy: "ask without a cursor")
    }
    return page(step, isCaughtUp: step.isAll(upTo: durable))
  }

  /// The next events; passes over what is withheld, as far as one request may, and waits until `end`
  /// while all of it is held back: a client that may not have it yet must not ask without a pause.
  func step(
    of source: any FeedSource, after: UInt64, limit: Int, until end: ContinuousClock.Instant
  ) async throws -> (batch: FeedStep, durable: UInt64) {
    while true {
      let durable = feed.durable
      var found = FeedStep(parts: [], through: after)
      for _ in 0..<Self.roundsMax where found.parts.isEmpty && found.through < durable {
        let batch = try await shelf.step(
          of: source, after: found.through, through: durable, limit: limit)
        let isStuck = batch.through == found.through
        found = batch
        if isStuck { break }
      }
      let left = end - ContinuousClock.now
      guard let hold = found.hold, found.through == after, left > .zero, !feed.isClosed,
        !Task.isCancelled
      else { return (found, durable) }
      _ = try await feed.wait(after: .max, for: source, timeout: min(hold, left))
    }
  }

  private func page(_ step: FeedStep, isCaughtUp: Bool) -> Response {
    var body = ByteBuffer()
    body.reserveCapacity(step.parts.reduce(256) { $0 + $1.frames.readableBytes })
    body.writeString(#"{"caught_up":\#(isCaughtUp),"events":["#)
    var isFirst = true
    for part in step.parts {
      part.bytes.withUnsafeReadableBytes { bytes in
        for line in part.lines {
          if !isFirst { body.writeInteger(UInt8(ascii: ",")) }
          isFirst = false
          body.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[line.envelope..<line.end]))
        }
      }
    }
    let next = EventCursor(epoch: store.epoch, sequence: step.through)
    body.writeString(#"],"next":"\#(next)"}"#)
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json; charset=utf-8", .cacheControl: "no-store",
      ],
      body: ResponseBody(byteBuffer: body))
  }

  private func number(_ text: Substring?, default: Int, in range: ClosedRange<Int>) -> Int? {
    guard let text else { return `default` }
    guard let value = Int(text), range.contains(value) else { return nil }
    return value
  }
}

/// An answer that says what was wrong and what to do.
func jsonError(
  _ status: HTTPResponse.Status, _ error: String, remedy: String, oldest: EventCursor? = nil
) -> Response {
  var body: [UInt8] = Array(#"{"error":"#.utf8)
  appendJSONString(error, to: &body)
  if let oldest {
    body.append(contentsOf: #","oldest":"#.utf8)
    appendJSONString(oldest.description, to: &body)
  }
  body.append(contentsOf: #","remedy":"#.utf8)
  appendJSONString(remedy, to: &body)
  body.append(UInt8(ascii: "}"))
  return Response(
    status: status, headers: [.contentType: "application/json; charset=utf-8"],
    body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
}
