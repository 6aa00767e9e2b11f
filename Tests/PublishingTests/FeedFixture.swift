import Glibc
import Ledger
import Logging
import ServiceLifecycle
import Synchronization

@testable import Publishing

/// A store in memory that can forget its oldest events, as retention does.
final class MemoryStore: EventStore {
  let epoch: UInt64 = 0xABCD
  private let state = Mutex((oldest: UInt64(1), events: [StoredEvent]()))

  func append(count: Int, padding: Int = 0) -> UInt64 {
    state.withLock { state in
      for _ in 0..<count {
        let sequence = state.oldest + UInt64(state.events.count)
        let data = #"{"n":\#(sequence),"pad":"\#(String(repeating: "x", count: padding))"}"#
        state.events.append(
          StoredEvent(
            sequence: sequence, type: "org.vedette.crossing.v1", id: "e\(sequence)/1",
            time: "2026-01-01T00:00:00Z", isExercise: false, data: Array(data.utf8)))
      }
      return state.oldest + UInt64(state.events.count) - 1
    }
  }

  /// Puts in an event of now, or of another time, as `<id>/<version>`.
  func append(_ id: String, time: String? = nil, disposition: String = "reported") -> UInt64 {
    state.withLock { state in
      let sequence = state.oldest + UInt64(state.events.count)
      let data = #"{"properties":{"disposition":"\#(disposition)"}}"#
      state.events.append(
        StoredEvent(
          sequence: sequence, type: "org.vedette.crossing.v1", id: id,
          time: time ?? EventHeader.timeText(unixSeconds: Int64(Glibc.time(nil))),
          isExercise: false, data: Array(data.utf8)))
      return sequence
    }
  }

  func forget(before sequence: UInt64) {
    state.withLock { state in
      state.events.removeFirst(Int(sequence - state.oldest))
      state.oldest = sequence
    }
  }

  func oldestSequence() -> UInt64 { state.withLock { $0.oldest } }

  func events(from sequence: UInt64, through last: UInt64, limit: Int) -> [StoredEvent] {
    state.withLock { state in
      Array(
        state.events.drop { $0.sequence < sequence }.prefix { $0.sequence <= last }.prefix(limit))
    }
  }
}

/// A running endpoint on a port of the kernel's choosing.
struct FeedFixture {
  let store = MemoryStore()
  let feed = EventFeed(durable: 0)
  let counters = PublishingCounters()

  func add(_ count: Int, padding: Int = 0) {
    feed.advance(to: store.append(count: count, padding: padding))
  }

  func serve(
    settings: PublishingSettings = PublishingSettings(post: "test", port: 0),
    _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let server = EventServer(
      settings: settings, store: store, feed: feed, counters: counters,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      health: { (true, Array(#"{"status":"ok"}"#.utf8)) }, metrics: { "vedette_up 1\n" },
      onListening: { port.yield($0) })
    let group = ServiceGroup(
      configuration: .init(
        services: [server],
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { port.finish() }
        try await group.run()
      }
      var iterator = ports.makeAsyncIterator()
      if let bound = await iterator.next() {
        try await body(bound)
        await group.triggerGracefulShutdown()
      }
      try await tasks.waitForAll()
    }
  }
}
