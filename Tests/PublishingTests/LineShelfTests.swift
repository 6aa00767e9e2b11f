import NIOCore
import Synchronization
import Testing

@testable import Publishing

/// A feed of a partner over a store in memory, which counts what it decides and puts on record.
private final class CountingFeed: FeedSource {
  private struct State {
    var decided = 0
    var recorded: [UInt64] = []
    var name: String? = "b"
  }

  private let store: MemoryStore
  private let isShareable: Bool
  private let state = Mutex(State())

  init(_ store: MemoryStore, isShareable: Bool = true) {
    self.store = store
    self.isShareable = isShareable
  }

  var recorded: [UInt64] { state.withLock { $0.recorded } }
  var partner: String? { "urn:partner:b" }
  func rename(_ name: String) { state.withLock { $0.name = name } }
  func checkRight() {}
  func sharing() -> String? { state.withLock { $0.name } }

  func prepare(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async -> PreparedBatch {
    let events = store.events(from: sequence + 1, through: durable, limit: limit)
    var batch = FeedBatch(
      events: events.filter { $0.sequence % 3 > 0 }.map { LabelledEvent(event: $0, label: nil) },
      through: events.last?.sequence ?? sequence)
    batch.isShareable = isShareable
    // Others come meanwhile.
    await Task.yield()
    return PreparedBatch(batch) { [self] in
      await Task.yield()
      state.withLock { $0.recorded += events.map(\.sequence) }
    }
  }

  func next(after sequence: UInt64, through durable: UInt64, limit: Int) async throws -> FeedBatch {
    let prepared = await prepare(after: sequence, through: durable, limit: limit)
    try await prepared.record()
    return prepared.batch
  }

  func disclosable(_ sequences: [UInt64]) -> [Disclosable] { sequences.map { _ in .nothing } }
  func acknowledge(_ sequence: UInt64) {}
  func cosign(_ note: [UInt8]) -> Bool { false }
}

@Suite struct LineShelfTests {
  private let store = MemoryStore()
  private let shelf: LineShelf

  init() {
    shelf = LineShelf(
      epoch: store.epoch, text: CloudEventText(source: "/posts/test", handling: "x"))
  }

  /// The sequences and bytes that a client gets who follows to the end.
  private func follow(
    _ source: CountingFeed, from first: UInt64 = 0, to last: UInt64, limit: Int,
    bytesMax: Int = .max
  ) async throws -> (sequences: [UInt64], text: String) {
    var (place, sequences, text) = (first, [UInt64](), "")
    while place < last {
      let step = try await shelf.step(
        of: source, after: place, through: last, limit: limit, bytesMax: bytesMax)
      #expect(step.through > place && step.count <= limit)
      for part in step.parts {
        sequences += part.lines.map(\.sequence)
        text += String(buffer: part.frames)
      }
      place = step.through
    }
    return (sequences, text)
  }

  @Test func `however many follow a feed, each event is put on record once`() async throws {
    _ = store.append(count: 500)
    let source = CountingFeed(store)
    let wanted = (1...500).filter { $0 % 3 > 0 }.map { UInt64($0) }
    let texts = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 {
        group.addTask {
          let (sequences, text) = try await follow(source, to: 500, limit: 64)
          #expect(sequences == wanted)
          return text
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(texts.count == 1 && source.recorded == Array(1...500))
  }

  @Test func `steps of any size give the same events, each once`() async throws {
    _ = store.append(count: 300)
    let source = CountingFeed(store)
    let whole = try await follow(source, to: 300, limit: 500)
    for (first, limit, bytes) in [(UInt64(0), 7, Int.max), (0, 500, 1), (100, 1, 4_000)] {
      let found = try await follow(source, from: first, to: 300, limit: limit, bytesMax: bytes)
      #expect(found.sequences == whole.sequences.filter { $0 > first })
    }
    #expect(source.recorded.count == 300)
  }

  @Test func `nothing is on record that nobody asked for`() async throws {
    _ = store.append(count: 100)
    let source = CountingFeed(store)
    _ = try await shelf.step(of: source, after: 0, through: 100, limit: 10)
    // The next ten are decided by now, or soon.
    for _ in 0..<100 { await Task.yield() }
    #expect(source.recorded == Array(1...10))
    _ = try await shelf.step(of: source, after: 10, through: 100, limit: 10)
    #expect(source.recorded == Array(1...20))
  }

  @Test func `what may not be shared, or goes by another name, is decided anew`() async throws {
    _ = store.append(count: 30)
    let alone = CountingFeed(store, isShareable: false)
    for _ in 0..<2 { _ = try await follow(alone, to: 30, limit: 30) }
    #expect(alone.recorded.count == 60 && shelf.bytes == 0)
    let source = CountingFeed(store)
    _ = try await follow(source, to: 30, limit: 30)
    source.rename("under another edition")
    _ = try await follow(source, to: 30, limit: 30)
    #expect(source.recorded.count == 60)
  }

  @Test func `who comes just when others have decided is given it at once`() async throws {
    let source = CountingFeed(store)
    var last: UInt64 = 0
    for _ in 0..<2_000 {
      let before = last
      last = store.append(count: 1)
      let steps = try await withThrowingTaskGroup(of: FeedStep.self) { group in
        for _ in 0..<50 {
          group.addTask { [last] in
            try await shelf.step(of: source, after: before, through: last, limit: 500)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let isGiven = steps.allSatisfy { $0.through == last }
      #expect(isGiven, "event \(last)")
    }
    #expect(source.recorded == Array(1...2_000))
  }

  @Test func `what is kept is bounded, and what was let go is decided anew`() async throws {
    // More than the bound.
    _ = store.append(count: 9_000, padding: 10_000)
    let source = CountingFeed(store)
    let found = try await follow(source, to: 9_000, limit: 500)
    #expect(found.sequences.count == 6_000 && shelf.bytes <= LineShelf.bytesMax)
    _ = try await shelf.step(of: source, after: 0, through: 9_000, limit: 500)
    #expect(source.recorded.count == 9_500)
  }
}
