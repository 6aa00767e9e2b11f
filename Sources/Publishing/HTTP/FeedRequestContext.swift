import Hummingbird
import NIOCore

/// What a request carries through the routes: Hummingbird's own context and the connection, so that
/// a stream whose client takes nothing can be cut.
struct FeedRequestContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    channel = source.channel
  }
}
