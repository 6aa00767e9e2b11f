import Foundation
import Ledger
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

  @Test func `one that would look at too many events is refused`() throws {
    #expect(throws: FeedRefusal.self) {
      try LatestEvents(after: 5, through: 6 + LatestEvents.recordsMax)
    }
  }
}
