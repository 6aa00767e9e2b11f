import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Synchronization

/// Stands around every request: bounds it, and answers what was refused or failed.
///
/// A refusal is counted by its kind. A fault of the post's is counted and goes to the log with its
/// reason, once as long as it is the same; the client learns that it was not to blame.
final class RequestGuard: RouterMiddleware {
  typealias Context = FeedRequestContext

  /// Bytes of a path with its query: 500 sequences of 20 digits, a cursor and a purpose fit.
  static let targetBytesMax = 12_288

  private let counters: PublishingCounters
  private let logger: Logger
  private let last = Mutex("")

  init(counters: PublishingCounters, logger: Logger) {
    self.counters = counters
    self.logger = logger
  }

  @concurrent func handle(
    _ request: Request, context: FeedRequestContext,
    next: @concurrent (Request, FeedRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      guard request.head.path?.utf8.count ?? 0 <= Self.targetBytesMax else {
        throw FeedRefusal(
          .tooLong, reason: "the path with its query is longer than \(Self.targetBytesMax) bytes",
          remedy: "ask for less at once")
      }
      return try await next(request, context)
    } catch let refusal as FeedRefusal {
      counters.refused(refusal.kind)
      return refusal.response
    } catch let error as any HTTPResponseError {
      throw error
    } catch let error as CancellationError {
      throw error
    } catch {
      counters.failedRequest()
      let text = "\(request.method) \(request.uri.path): \(error)"
      let isNew = last.withLock { last in
        defer { last = text }
        return last != text
      }
      if isNew { logger.error("\(text)") }
      return jsonError(
        .internalServerError, "the post could not answer", remedy: "ask again in some seconds")
    }
  }
}
