import Logging
import Testing

@testable import Publishing

@Suite(.serialized) struct ConnectionTests {
  private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

  private static func refused(
    _ counters: ConnectionCounters, _ reason: ConnectionCounters.Refusal
  ) -> UInt64 { counters.refusals.first { $0.reason == reason }!.count }

  @Test func `who says nothing is let go, and who comes back on its connection is not`()
    async throws
  {
    let fixture = FeedFixture()
    var settings = PublishingSettings(post: "test", port: 0)
    (settings.arrivalSeconds, settings.idleSeconds) = (1, 2)
    try await fixture.serve(settings: settings) { port in
      let silent = try LoopbackConnection(port: port)
      let idle = try LoopbackConnection(port: port)
      let stream = try LoopbackConnection(port: port)
      idle.get("/v1/health")
      stream.get("/v1/stream")
      #expect(idle.read { $0.contains("ok") })
      #expect(silent.isEnded(seconds: 3))
      #expect(Self.refused(fixture.counters.connections, .late) == 1)
      idle.get("/v1/health")
      #expect(idle.read { text in text.matches(of: /200 OK/).count == 2 })
      #expect(idle.isEnded(seconds: 5))
      // What is under way stays, whatever is said on it.
      #expect(!stream.isEnded(seconds: 0.5))
      #expect(fixture.counters.connections.open == 1)
    }
  }

  @Test func `a crowd that says nothing keeps nobody out`() async throws {
    let fixture = FeedFixture()
    var settings = PublishingSettings(post: "test", port: 0)
    settings.connections = ConnectionTable.Bounds(streamsMax: 1, filesMax: 32)
    try await fixture.serve(settings: settings) { port in
      let stream = try LoopbackConnection(port: port)
      stream.get("/v1/stream")
      #expect(stream.read { $0.contains("retry:") })
      let crowd = try (0..<50).map { _ in try LoopbackConnection(port: port) }
      let client = try LoopbackConnection(port: port)
      client.get("/v1/health")
      #expect(client.read { $0.contains("ok") })
      #expect(Self.refused(fixture.counters.connections, .arriving) == 47)
      #expect(crowd[0].isEnded(seconds: 1) && !crowd[49].isEnded(seconds: 0.2))
      #expect(!stream.isEnded(seconds: 0.2))
    }
  }

  @Test func `places are bounded for each partner and in all, and given back`() throws {
    let counters = ConnectionCounters()
    var bounds = ConnectionTable.Bounds(streamsMax: 1, filesMax: 16)
    #expect(bounds.all == 8 && bounds.arriving == 4)
    bounds.partner = 3
    let table = ConnectionTable(bounds, counters)
    final class Connection {}
    let connections = (0..<10).map { _ in Connection() }
    let ids = connections.map { ObjectIdentifier($0) }
    for number in 0..<4 {
      #expect(table.enter(ids[number], Self.logger) {})
      #expect(table.settle(ids[number], of: "b", Self.logger) == (number < 3))
    }
    table.leave(ids[3])
    #expect(Self.refused(counters, .partner) == 1 && counters.open == 3)
    for id in ids[4..<9] {
      #expect(table.enter(id, Self.logger) {})
      #expect(table.settle(id, of: nil, Self.logger))
    }
    #expect(!table.enter(ids[9], Self.logger) {})
    #expect(Self.refused(counters, .all) == 1)
    table.leave(ids[0])
    #expect(table.enter(ids[9], Self.logger) {} && table.settle(ids[9], of: "b", Self.logger))
    #expect(counters.open == 8)
    withExtendedLifetime(connections) {}
  }

  @Test func `the ordinary bounds leave the ledger its files`() {
    #expect(ConnectionTable.Bounds(streamsMax: 64, filesMax: 1_024).all == 256)
    #expect(ConnectionTable.Bounds(streamsMax: 1_000, filesMax: 1_024).all == 512)
    #expect(ConnectionTable.Bounds(streamsMax: 1_000, filesMax: 16_384).all == 4_000)
  }

  @Test func `the place of a stream that never began is given back`() {
    let counters = PublishingCounters()
    for _ in 0..<20 {
      guard case .opened = counters.openStream(of: "b", max: 64, partnerMax: 8) else {
        Issue.record("no place is left")
        return
      }
    }
    #expect(counters.streamsOpen == 0 && counters.streamsOpened == 20)
  }
}
