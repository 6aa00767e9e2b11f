import Ledger
import Logging

@testable import Receiving
@testable import SiteConfiguration

/// A desk of the feed `ford` over a store of its own.
func hubDesk(_ fixture: borrowing StoreFixture) throws -> HubDesk {
  let source = ReceiverConfiguration.Source(
    name: "ford", url: "", hub: "hub", post: "ford", key: "\(PostSample.signer.key)", tls: nil,
    purpose: nil, isExercise: false)
  return HubDesk(
    feed: try SourceFollower(
      source, store: fixture.store, signer: nil,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
}
