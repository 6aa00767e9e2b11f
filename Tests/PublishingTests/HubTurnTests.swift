import Ledger
import Logging
import Streaming
import Testing

@testable import Publishing

/// Proofs that say of which events they are; everything is signed, or as much as is told.
private struct NamedProofs: ProofSource {
  let feed: EventFeed
  var signed: UInt64?

  private var size: UInt64 { min(signed ?? .max, feed.durable) }

  func checkpoint() -> [UInt8]? {
    let root = TreeHash([UInt8](repeating: 0, count: 32))!
    var note = SignedNote(text: "\(Checkpoint(origin: "x", size: size, root: root))")!
    note.sign(with: NoteSigner(name: "x", algorithm: .ed25519, seed: Array(1...32))!)
    return Array("\(note)".utf8)
  }

  func cosigned() -> [UInt8]? { nil }
  func bundle(of sequence: UInt64, fields: [String]?) -> [UInt8]? { nil }
  func succession(from epoch: UInt64, size: UInt64) -> [UInt8]? { nil }

  func batch(of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64) -> ProofBatch? {
    ProofBatch(
      size: size, consistency: "",
      bundles: events.map { Array("\($0.sequence)".utf8) })
  }

  func shared(
    of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64
  ) -> SharedProofs? {
    guard old <= size else { return nil }
    return SharedProofs(
      size: size,
      parts: stride(from: 0, to: events.count, by: 128).map { start in
        let part = events[start...].prefix(128)
        return SharedProofs.Part(
          json: Array("\(part.map(\.sequence))".utf8), last: part.last!.sequence)
      })
  }
}

/// Turns of a feed at a hub, without the hub.
@Suite struct HubTurnTests {
  private let store = MemoryStore()
  private let feed = EventFeed(durable: 0)

  private func publisher(signed: UInt64? = nil) -> HubPublisher {
    HubPublisher(
      settings: HubSettings(
        address: HubAddress(servers: [], tls: nil, client: "x"), stream: "x", feeds: [],
        folder: "/nowhere"), post: "ford", handling: "", store: store, feed: feed,
      proofs: NamedProofs(feed: feed, signed: signed), counters: HubCounters(),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      source: { [store] _ in WholeFeed(store: store) })
  }

  /// The kinds of the messages of a turn, which are then taken as acknowledged.
  private func turn(_ run: inout HubFeed, signed: UInt64? = nil) async throws -> [String] {
    let load = try await publisher(signed: signed).prepare(
      run, after: run.place!, WholeFeed(store: store))
    run.place = load?.next ?? run.place
    return load?.messages.map { String($0.subject.split(separator: ".").last!) } ?? []
  }

  private func begin() -> HubFeed {
    var run = HubFeed(
      HubSettings.Feed(partner: "urn:b", word: "b", purpose: "x", isExercise: false),
      folder: "/nowhere")
    run.place = HubPlace(epoch: store.epoch, oldest: 1)
    return run
  }

  @Test func `events are proven also while something happens all the time`() async throws {
    var run = begin()
    for number in UInt64(1)...5 {
      feed.advance(to: store.append(count: 1))
      // What has just happened is signed a moment later.
      #expect(
        try await turn(&run, signed: number - 1)
          == (number == 1 ? ["crossing"] : ["crossing", "proof"]))
      #expect(run.place?.cursor.sequence == number)
      #expect(run.place?.proven == number - 1)
    }
    #expect(try await turn(&run) == ["proof"])
    #expect(try await turn(&run).isEmpty)
  }

  @Test func `who was away is given events with their proofs, many at once`() async throws {
    var run = begin()
    let all = UInt64(HubPublisher.takeMax * 2)
    feed.advance(to: store.append(count: Int(all)))
    let batches = HubPublisher.takeMax / HubLoad.batchEventsMax
    let kinds = ["batch", "proof"].flatMap { Array(repeating: $0, count: batches) }
    for turns in UInt64(1)...2 {
      #expect(try await turn(&run) == kinds)
      #expect(run.place?.proven == turns * all / 2 && run.place?.signed == all)
    }
    #expect(try await turn(&run).isEmpty)
  }

  @Test func `what is not signed yet is proven once it is`() async throws {
    var run = begin()
    feed.advance(to: store.append(count: 1_500))
    #expect(try await turn(&run, signed: 100) == Array(repeating: "batch", count: 8) + ["proof"])
    #expect(run.place?.proven == 100 && run.place?.cursor.sequence == 1_024)
    // Of these the first are proven in this turn, those given in it in the next.
    #expect(
      try await turn(&run, signed: 1_100)
        == Array(repeating: "batch", count: 4) + Array(repeating: "proof", count: 9))
    #expect(run.place?.proven == 1_100)
    #expect(try await turn(&run) == Array(repeating: "proof", count: 4))
    #expect(run.place?.proven == 1_500)
  }
}
