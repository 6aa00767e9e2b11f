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
  func disclosable(_ sequences: [UInt64]) -> [Disclosable] { sequences.map { _ in .nothing } }
  func acknowledge(_ sequence: UInt64) {}
  func cosign(_ note: [UInt8]) -> Bool { false }
}

/// Holds back what there is for a time, then gives it.
private final class HeldFeed: FeedSource {
  private let state: Mutex<(holds: Int, asked: Int)>

  init(holds: Int) { state = Mutex((holds, 0)) }

  var asked: Int { state.withLock { $0.asked } }
  var partner: String? { nil }
  func checkRight() {}
  func next(after sequence: UInt64, through durable: UInt64, limit: Int) -> FeedBatch {
    let isHeld = state.withLock { state in
      state.asked += 1
      return state.asked <= state.holds
    }
    return isHeld
      ? FeedBatch(events: [], through: sequence, hold: .milliseconds(20))
      : FeedBatch(events: [], through: durable)
  }
  func disclosable(_ sequences: [UInt64]) -> [Disclosable] { sequences.map { _ in .nothing } }
  func acknowledge(_ sequence: UInt64) {}
  func cosign(_ note: [UInt8]) -> Bool { false }
}

@Suite struct EntitlementTests {
  private func pages(durable: UInt64) -> EventPages {
    let store = MemoryStore()
    return EventPages(
      store: store, feed: EventFeed(durable: durable),
      shelf: LineShelf(
        epoch: store.epoch, text: CloudEventText(source: "/posts/test", handling: "x")),
      doorkeeper: Doorkeeper(store: store))
  }

  @Test func `a page of what is held back is answered when it is due, not before`() async throws {
    let source = HeldFeed(holds: 3)
    let found = try await pages(durable: 9).step(
      of: source, after: 4, limit: 10, until: .now + .seconds(3_600))
    #expect(found.batch.through == 9 && source.asked == 4)
  }

  @Test func `and at the end of its wait at the latest`() async throws {
    let source = HeldFeed(holds: .max)
    let found = try await pages(durable: 9).step(of: source, after: 4, limit: 10, until: .now)
    #expect(found.batch.through == 4 && found.batch.hold != nil && source.asked == 1)
    // Else who follows pages would ask without a pause.
    #expect(found.batch.isAll(upTo: found.durable))
  }

  @Test func `there is more behind a page that ends early, unless it is held back`() {
    #expect(!FeedStep(parts: [], through: 4).isAll(upTo: 9))
    #expect(FeedStep(parts: [], through: 9).isAll(upTo: 9))
    #expect(FeedStep(parts: [], through: 4, hold: .seconds(1)).isAll(upTo: 9))
  }

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
    var places: [StreamPlace] = []
    func open(_ partner: String?) -> String {
      switch counters.openStream(of: partner, max: 3, partnerMax: 2) {
      case .opened(let place):
        places.append(place)
        return "opened"
      case .allInUse: return "all in use"
      case .partnerHasAll: return "partner has all"
      }
    }
    let answers = ["b", "b", "b", "c", nil].map { open($0) }
    #expect(answers == ["opened", "opened", "partner has all", "opened", "all in use"])
    places.removeFirst()
    #expect(open("b") == "opened")
    #expect(counters.streamsOpen == 3 && counters.streamsRefused == 2)
  }
}
