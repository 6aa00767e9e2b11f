import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Synchronization

/// Answers requests that ended in a fault of the post's: the fault is counted and goes to the log with
/// its reason, once as long as it is the same; the client learns that it was not to blame.
final class FaultAnswer: RouterMiddleware {
  typealias Context = FeedRequestContext

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
      return try await next(request, context)
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
