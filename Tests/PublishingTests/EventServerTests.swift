import Foundation
import Ledger
import Testing

@testable import Publishing

@Suite(.serialized) struct EventServerTests {
  @Test func `a stream gives every event once, and resumes after the last one seen`() async throws {
    let fixture = FeedFixture()
    fixture.add(100)
    try await fixture.serve { port in
      let first = try LoopbackConnection(port: port)
      first.get("/v1/stream")
      #expect(first.read { _ in first.eventIDs.count >= 100 })
      fixture.add(5)
      #expect(first.read { _ in first.eventIDs.count >= 105 })
      #expect(
        first.eventIDs == (1...105).map { EventCursor(epoch: 0xABCD, sequence: $0).description })
      fixture.add(7)
      let second = try LoopbackConnection(port: port)
      second.get("/v1/stream", headers: "Last-Event-ID: \(first.eventIDs[99])\r\n")
      #expect(second.read { _ in second.eventIDs.count >= 12 })
      #expect(
        second.eventIDs == (101...112).map { EventCursor(epoch: 0xABCD, sequence: $0).description })
    }
  }

  @Test func `pages follow one another without gap and say when they have caught up`() async throws
  {
    let fixture = FeedFixture()
    fixture.add(25)
    try await fixture.serve { port in
      var after: String?
      var numbers: [Int] = []
      var isCaughtUp = false
      while !isCaughtUp {
        let page = try get(
          port, "/v1/events?limit=10" + (after.map { "&after=\($0)" } ?? ""))
        after = page["next"] as? String
        isCaughtUp = page["caught_up"] as! Bool
        for event in page["events"] as! [[String: Any]] {
          #expect(event["specversion"] as? String == "1.0")
          numbers.append((event["data"] as! [String: Any])["n"] as! Int)
        }
      }
      #expect(numbers == Array(1...25))
    }
  }

  @Test func `a long poll is answered by the next event`() async throws {
    let fixture = FeedFixture()
    fixture.add(1)
    try await fixture.serve { port in
      let client = try LoopbackConnection(port: port)
      client.get("/v1/events?wait=20&after=000000000000abcd.1")
      #expect(!client.read(seconds: 0.3) { $0.contains("\r\n\r\n") })
      fixture.add(1)
      #expect(client.read { $0.contains(#""id":"e2/1""#) })
    }
  }

  @Test(arguments: [
    ("/v1/stream?after=nonsense", 400), ("/v1/stream?after=0000000000000001.5", 409),
    ("/v1/stream?after=000000000000abcd.3", 410), ("/v1/stream?after=000000000000abcd.99", 409),
    ("/v1/events?after=000000000000abcd.3", 410), ("/v1/events?limit=0", 400),
    ("/v1/events?limit=x", 400),
    ("/v1/events?wait=999", 400), ("/v1/nothing", 404),
    ("/v1/events?after=" + String(repeating: "7", count: 13_000), 414),
  ])
  func `a request that cannot be served is told why`(path: String, status: Int) async throws {
    let fixture = FeedFixture()
    fixture.add(10)
    fixture.store.forget(before: 6)
    try await fixture.serve { port in
      let client = try LoopbackConnection(port: port)
      client.get(path)
      #expect(client.read { $0.contains("\r\n\r\n") })
      #expect(client.text.hasPrefix("HTTP/1.1 \(status) "), "\(client.text)")
      if status != 404 { #expect(client.read { $0.contains("remedy") }) }
      let refused = fixture.counters.refusals.reduce(0) { $0 + $1.count }
      #expect(refused == (status == 404 ? 0 : 1))
    }
  }

  @Test func `a client that never reads is cut and costs the others nothing`() async throws {
    let fixture = FeedFixture()
    var settings = PublishingSettings(post: "test", port: 0)
    settings.blockedSecondsMax = 3
    try await fixture.serve(settings: settings) { port in
      let deaf = try LoopbackConnection(port: port, receiveBuffer: 4_096)
      deaf.get("/v1/stream")
      let alert = try LoopbackConnection(port: port)
      alert.get("/v1/stream")
      fixture.add(2_000, padding: 8_000)
      let last = Array(#""id":"e2000/1""#.utf8)
      #expect(alert.read(seconds: 20, untilBytes: { $0.suffix(20_000).contains(last) }))
      #expect(alert.eventIDs.count == 2_000)
      for _ in 0..<100 where fixture.counters.streamsCut == 0 {
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(fixture.counters.streamsCut == 1)
    }
  }

  @Test func `streams beyond the limit are refused with a reason`() async throws {
    let fixture = FeedFixture()
    var settings = PublishingSettings(post: "test", port: 0)
    settings.streamsMax = 1
    try await fixture.serve(settings: settings) { port in
      let first = try LoopbackConnection(port: port)
      first.get("/v1/stream")
      #expect(first.read { $0.contains("retry:") })
      let second = try LoopbackConnection(port: port)
      second.get("/v1/stream")
      #expect(second.read { $0.contains("in use") })
      #expect(second.text.hasPrefix("HTTP/1.1 503 "))
      #expect(fixture.counters.streamsRefused == 1)
    }
  }

  @Test func `an idle stream is kept open by a heartbeat`() async throws {
    let fixture = FeedFixture()
    var settings = PublishingSettings(post: "test", port: 0)
    settings.heartbeatSeconds = 1
    try await fixture.serve(settings: settings) { port in
      let client = try LoopbackConnection(port: port)
      client.get("/v1/stream")
      #expect(client.read { $0.components(separatedBy: ": heartbeat").count >= 3 })
    }
  }

  @Test func `health and metrics are served, and an address others reach is refused`() async throws
  {
    let fixture = FeedFixture()
    try await fixture.serve { port in
      let answer = try get(port, "/v1/health")
      #expect(answer["status"] as? String == "ok")
    }
    await #expect(throws: PublishingError.self) {
      try await fixture.serve(settings: PublishingSettings(post: "t", host: "0.0.0.0", port: 0)) {
        _ in
      }
    }
  }

  private func get(_ port: Int, _ path: String) throws -> [String: Any] {
    let client = try LoopbackConnection(port: port)
    client.get(path, headers: "Connection: close\r\n")
    client.read { _ in false }
    let body = client.text.components(separatedBy: "\r\n\r\n")[1]
    return try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
  }
}
