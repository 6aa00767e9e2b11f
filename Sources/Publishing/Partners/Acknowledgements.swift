import HTTPTypes
import Hummingbird
import HummingbirdCore

/// `POST /v1/acknowledgements?cursor=`: a client says how far it has stored what it was given.
struct Acknowledgements: Sendable {
  var store: any EventStore
  var feed: EventFeed
  var doorkeeper: Doorkeeper

  func respond(to request: Request, context: FeedRequestContext) async throws -> Response {
    do {
      let source = try await doorkeeper.feed(of: request, context: context)
      guard let cursor = request.uri.queryParameters["cursor"].map(String.init) else {
        return jsonError(
          .badRequest, "no cursor was given", remedy: "add ?cursor= with the newest that was stored"
        )
      }
      let position = try FeedPosition.resolve(cursor, store: store, durable: feed.durable)
      guard case .after(let sequence) = position else { return jsonError(position) }
      try await source.acknowledge(sequence)
      return Response(status: .noContent)
    } catch let refusal as FeedRefusal { return jsonError(refusal) }
  }
}
