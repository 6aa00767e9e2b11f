import Foundation
import Ledger
import Synchronization
import Testing

@testable import Publishing

@Suite struct SnapshotTests {
  /// An event of long ago, and of now three that were reported, one of them corrected, one taken back.
  private func filled() -> FeedFixture {
    let fixture = FeedFixture()
    _ = fixture.store.append("old/1", time: "2020-01-01T00:00:00.000000Z")
    for (id, disposition) in [
      ("a/1", "reported"), ("b/1", "reported"), ("a/2", "corrected"), ("c/1", "reported"),
      ("c/2", "retracted"),
    ] {
      fixture.feed.advance(to: fixture.store.append(id, disposition: disposition))
    }
    return fixture
  }

  private func answer(_ port: Int, _ path: String) throws -> String {
    let client = try LoopbackConnection(port: port)
    client.get(path)
    #expect(client.read { $0.contains("\"next\"") || $0.contains("remedy") }, "\(client.text)")
    return client.text
  }

  private func ids(_ text: String) -> [String] {
    text.components(separatedBy: "\"id\":\"").dropFirst().map {
      String($0.prefix { $0 != "\"" })
    }
  }

  @Test func `a snapshot is the newest version of each event of the last hours`() async throws {
    try await filled().serve { port in
      let whole = try answer(port, "/v1/snapshot?hours=1")
      #expect(ids(whole) == ["b/1", "a/2"])
      #expect(whole.contains(#"{"caught_up":true,"#))
      #expect(whole.contains(#""next":"000000000000abcd.6"}"#))
      let all = try answer(port, "/v1/snapshot?after=000000000000abcd.0")
      #expect(ids(all) == ["old/1", "b/1", "a/2"])
    }
  }

  @Test func `it comes page by page, nothing twice and nothing missing`() async throws {
    try await filled().serve { port in
      let first = try answer(port, "/v1/snapshot?hours=1&limit=1")
      #expect(ids(first) == ["b/1"] && first.contains(#"{"caught_up":false,"#))
      #expect(first.contains(#""next":"000000000000abcd.3"}"#))
      let second = try answer(port, "/v1/snapshot?after=000000000000abcd.3&limit=9")
      #expect(ids(second) == ["a/2"] && second.contains(#"{"caught_up":true,"#))
    }
  }

  @Test func `a stream begins with it and goes on behind it`() async throws {
    let fixture = filled()
    try await fixture.serve { port in
      let client = try LoopbackConnection(port: port)
      client.get("/v1/stream?snapshot=1")
      #expect(client.read { $0.contains("event: snapshot") })
      #expect(ids(client.text) == ["b/1", "a/2"])
      #expect(client.text.contains("id: 000000000000abcd.6\nevent: snapshot\ndata: {}\n\n"))
      fixture.feed.advance(to: fixture.store.append("b/2"))
      #expect(client.read { $0.contains("b/2") })
      #expect(ids(client.text) == ["b/1", "a/2", "b/2"])
      let again = try LoopbackConnection(port: port)
      again.get("/v1/stream?snapshot=1&after=000000000000abcd.5")
      #expect(again.read { $0.contains("b/2") })
      #expect(ids(again.text) == ["c/2", "b/2"])
    }
  }

  @Test(arguments: ["hours=0", "hours=745", "hours=x", "limit=501", "after=x"])
  func `one that cannot be is refused`(query: String) async throws {
    try await filled().serve { port in
      let text = try answer(port, "/v1/snapshot?\(query)")
      #expect(text.hasPrefix("HTTP/1.1 400 "), "\(text)")
    }
  }

  @Test func `one that would look at too many events is refused`() async throws {
    await #expect(throws: FeedRefusal.self) {
      try await SnapshotLooks().page(
        of: "", after: 5, through: 6 + LatestEvents.recordsMax, limit: 1
      ) { _ in false }
    }
  }

  /// Looks at ten events at once, of which every third is a version of an event before.
  private static func look(_ latest: inout LatestEvents, through last: UInt64) -> Bool? {
    for sequence in latest.through + 1...min(latest.through + 10, last) {
      latest.look(sequence, sequence % 3 == 0 ? sequence - 2 : sequence)
    }
    return true
  }

  @Test func `each event is looked at once, however many pages and connections there are`()
    async throws
  {
    let looks = SnapshotLooks()
    var looked = 0
    var (place, given) = (UInt64(0), [UInt64]())
    // The ledger grows meanwhile.
    for last in stride(from: UInt64(600), through: 699, by: 1) where place < last {
      let page = try await looks.page(of: "b", after: place, through: last, limit: 9) { latest in
        looked += 1
        return Self.look(&latest, through: last)
      }
      given += page.sequences
      place = page.sequences.count < 9 ? page.through : page.sequences.last!
    }
    #expect(place >= 600 && looked <= 60 + 99)
    // Of those at the end the next version may not have been there yet.
    #expect(given.filter { $0 < 595 } == Array(1..<595).filter { $0 % 3 != 1 })
    #expect(zip(given, given.dropFirst()).allSatisfy { $0 < $1 })
    // What is asked of fewer events is known, what is of more is not.
    let before = looked
    let page = try await looks.page(of: "b", after: 500, through: 600, limit: 500) { latest in
      looked += 1
      return Self.look(&latest, through: 600)
    }
    #expect(looked == before && page.through == 600)
    #expect(page.sequences.allSatisfy { $0 > 500 && $0 <= 600 && $0 % 3 != 1 })
    _ = try await looks.page(of: "c", after: 0, through: 600, limit: 9) { latest in
      looked += 1
      return Self.look(&latest, through: 600)
    }
    #expect(looked == before + 60)
  }

  @Test func `one look is under way at a time`() async throws {
    let looks = SnapshotLooks()
    final class Order: Sendable { let feeds = Mutex<[Int]>([]) }
    let order = Order()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for feed in 0..<8 {
        group.addTask {
          _ = try await looks.page(
            of: "\(feed)", after: 0, through: 500, limit: 9
          ) { latest in
            order.feeds.withLock { $0.append(feed) }
            return Self.look(&latest, through: 500)
          }
        }
      }
      try await group.waitForAll()
    }
    let feeds = order.feeds.withLock { $0 }
    #expect(feeds.count == 8 * 50)
    #expect(zip(feeds, feeds.dropFirst()).count { $0 != $1 } == 7)
  }
}
