import Hummingbird
import HummingbirdCore

/// `POST /v1/acknowledgements?cursor=`: a client says how far it has stored what it was given.
struct Acknowledgements: Sendable {
  var store: any EventStore
  var feed: EventFeed
  var doorkeeper: Doorkeeper

  func respond(to request: Request, context: FeedRequestContext) async throws -> Response {
    let source = try await doorkeeper.feed(of: request, context: context)
    guard let cursor = request.uri.queryParameters["cursor"].map(String.init) else {
      throw FeedRefusal(
        .parameter, reason: "no cursor was given",
        remedy: "add ?cursor= with the newest that was stored")
    }
    try await source.acknowledge(
      try FeedPosition.resolve(cursor, store: store, durable: feed.durable))
    return Response(status: .noContent)
  }
}
