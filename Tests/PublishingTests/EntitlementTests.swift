import Synchronization
import Testing

@testable import Publishing

/// A right that ends after it was asked for so many times.
private final class EndingRight: FeedSource {
  private let left: Mutex<Int>

  init(after count: Int) { left = Mutex(count) }

  var partner: String? { "urn:partner:b" }

  func checkRight() throws(FeedRefusal) {
    let isOver = left.withLock { left in
      left -= 1
      return left < 0
    }
    if isOver { throw FeedRefusal(.notInForce, reason: "it is over", remedy: "none") }
  }

  func next(after sequence: UInt64, through durable: UInt64, limit: Int) -> FeedBatch {
    FeedBatch(events: [], through: durable)
  }
  func disclosable(_ sequence: UInt64) -> Disclosable { .nothing }
  func acknowledge(_ sequence: UInt64) {}
  func cosign(_ note: [UInt8]) -> Bool { false }
}

@Suite struct EntitlementTests {
  @Test func `who loses the right while nothing happens is let go`() async {
    let feed = EventFeed(durable: 5)
    await #expect(throws: FeedRefusal.self) {
      _ = try await feed.wait(after: 5, for: EndingRight(after: 0), timeout: .seconds(3_600))
    }
  }

  @Test func `who keeps it gets the news, or hears that there is none`() async throws {
    let feed = EventFeed(durable: 5)
    let right = EndingRight(after: .max)
    #expect(try await feed.wait(after: 4, for: right, timeout: .seconds(3_600)))
    #expect(try await !feed.wait(after: 5, for: right, timeout: .milliseconds(1)))
    async let isNews = feed.wait(after: 5, for: right, timeout: .seconds(3_600))
    feed.advance(to: 6)
    #expect(try await isNews)
  }

  @Test func `a partner's streams are bounded, and a closed one makes room`() {
    let counters = PublishingCounters()
    #expect(counters.openStream(of: "b", max: 3, partnerMax: 2) == .opened)
    #expect(counters.openStream(of: "b", max: 3, partnerMax: 2) == .opened)
    #expect(counters.openStream(of: "b", max: 3, partnerMax: 2) == .partnerHasAll)
    #expect(counters.openStream(of: "c", max: 3, partnerMax: 2) == .opened)
    #expect(counters.openStream(of: nil, max: 3, partnerMax: 2) == .allInUse)
    counters.closeStream(of: "b")
    #expect(counters.openStream(of: "b", max: 3, partnerMax: 2) == .opened)
    #expect(counters.streamsOpen == 3 && counters.streamsRefused == 2)
  }
}
