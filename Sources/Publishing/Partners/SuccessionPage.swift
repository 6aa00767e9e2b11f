import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// `GET /v1/succession?epoch=<epoch>&from=<size>`: how the ledger goes on after an earlier epoch of it.
///
/// Nothing in it is about an event, so whoever is let in may have it.
struct SuccessionPage: Sendable {
  var proofs: any ProofSource
  var doorkeeper: Doorkeeper

  func respond(to request: Request, context: FeedRequestContext) async throws -> Response {
    let query = request.uri.queryParameters
    guard let text = query["epoch"], text.utf8.count == 16, let epoch = UInt64(text, radix: 16),
      let size = UInt64(query["from"] ?? "0")
    else {
      throw FeedRefusal(
        .parameter,
        reason: "epoch must be the 16 digits before the point of a cursor, from a number of leaves",
        remedy: "write /v1/succession?epoch=00c0ffee00c0ffee&from=0")
    }
    _ = try await doorkeeper.feed(of: request, context: context)
    guard let found = try proofs.succession(from: epoch, size: size) else {
      return jsonError(
        .notFound, "no ledger here follows that one, or it had fewer leaves than you have seen",
        remedy: "keep what you have of it and tell the post's owner: its ledger was replaced")
    }
    return Response(
      status: .ok,
      headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: found)))
  }
}
