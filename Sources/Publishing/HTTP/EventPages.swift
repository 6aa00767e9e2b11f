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

  var store: any EventStore
  var feed: EventFeed
  var text: CloudEventText

  func respond(to request: Request) async throws -> Response {
    let query = request.uri.queryParameters
    guard let limit = number(query["limit"], default: 100, in: 1...Self.limitMax) else {
      return jsonError(
        .badRequest, "limit must be a whole number from 1 to \(Self.limitMax)",
        remedy: "leave it out for 100")
    }
    guard let wait = number(query["wait"], default: 0, in: 0...Self.waitSecondsMax) else {
      return jsonError(
        .badRequest, "wait must be a whole number of seconds from 0 to \(Self.waitSecondsMax)",
        remedy: "leave it out to be answered at once")
    }
    let position = try FeedPosition.resolve(
      query["after"].map(String.init), store: store, durable: feed.durable)
    guard case .after(let after) = position else { return jsonError(position) }
    if wait > 0, feed.durable <= after {
      await feed.wait(after: after, timeout: .seconds(wait))
    }
    return try page(after: after, limit: limit)
  }

  private func page(after: UInt64, limit: Int) throws -> Response {
    let durable = feed.durable
    let events =
      after < durable
      ? try store.events(from: after + 1, through: durable, limit: limit) : []
    let last = events.last?.sequence ?? after
    var body: [UInt8] = []
    body.append(contentsOf: #"{"caught_up":\#(last >= durable),"events":["#.utf8)
    for (index, event) in events.enumerated() {
      if index > 0 { body.append(UInt8(ascii: ",")) }
      text.append(event, to: &body)
    }
    let next = EventCursor(epoch: store.epoch, sequence: last)
    body.append(contentsOf: #"],"next":"\#(next)"}"#.utf8)
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/json; charset=utf-8", .cacheControl: "no-store",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
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

/// The answer for a position that cannot be served.
func jsonError(_ position: FeedPosition) -> Response {
  switch position {
  case .refused(let status, let error, let remedy, let oldest):
    jsonError(status, error, remedy: remedy, oldest: oldest)
  case .after:
    preconditionFailure("a position that can be served is no error")
  }
}
