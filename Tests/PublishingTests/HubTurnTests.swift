import Ledger
import Logging
import Streaming
import Testing

@testable import Publishing

/// Proofs that say of which events they are; everything is signed.
private struct NamedProofs: ProofSource {
  let feed: EventFeed

  func checkpoint() -> [UInt8]? {
    let root = TreeHash([UInt8](repeating: 0, count: 32))!
    var note = SignedNote(text: "\(Checkpoint(origin: "x", size: feed.durable, root: root))")!
    note.sign(with: NoteSigner(name: "x", algorithm: .ed25519, seed: Array(1...32))!)
    return Array("\(note)".utf8)
  }

  func cosigned() -> [UInt8]? { nil }
  func bundle(of sequence: UInt64, fields: [String]?) -> [UInt8]? { nil }
  func succession(from epoch: UInt64, size: UInt64) -> [UInt8]? { nil }

  func batch(of events: [(sequence: UInt64, fields: [String]?)], from old: UInt64) -> ProofBatch? {
    ProofBatch(
      size: feed.durable, consistency: "",
      bundles: events.map { Array("\($0.sequence)".utf8) })
  }
}

/// Turns of a feed at a hub, without the hub.
@Suite struct HubTurnTests {
  private let store = MemoryStore()
  private let feed = EventFeed(durable: 0)

  private var publisher: HubPublisher {
    HubPublisher(
      settings: HubSettings(
        address: HubAddress(servers: [], tls: nil, client: "x"), stream: "x", feeds: [],
        folder: "/nowhere"), post: "ford", handling: "", store: store, feed: feed,
      proofs: NamedProofs(feed: feed), counters: HubCounters(),
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      source: { [store] _ in WholeFeed(store: store) })
  }

  /// The kinds of the messages of a turn, which are then taken as acknowledged.
  private func turn(_ run: inout HubFeed) async throws -> [String] {
    try await publisher.prepare(&run, WholeFeed(store: store))
    defer {
      run.place = run.next ?? run.place
      run.next = nil
      run.underWay = []
      run.events = 0
    }
    return run.underWay.map { String($0.subject.split(separator: ".").last!) }
  }

  private func begin() -> HubFeed {
    var run = HubFeed(
      HubSettings.Feed(partner: "urn:b", word: "b", purpose: "x", isExercise: false), post: "ford",
      folder: "/nowhere")
    run.place = HubPlace(epoch: store.epoch, oldest: 1)
    return run
  }

  @Test func `events are proven also while something happens all the time`() async throws {
    var run = begin()
    for number in 1...5 {
      feed.advance(to: store.append(count: 1))
      #expect(try await turn(&run) == (number == 1 ? ["crossing"] : ["crossing", "proof"]))
      #expect(run.place?.cursor.sequence == UInt64(number))
      #expect(run.place?.proven == UInt64(number - 1))
    }
    #expect(try await turn(&run) == ["proof"])
    #expect(try await turn(&run).isEmpty)
  }

  @Test func `who was away is given events first, then proofs of many at once`() async throws {
    var run = begin()
    feed.advance(to: store.append(count: HubPublisher.takeMax * 2))
    let batches = HubPublisher.takeMax / HubFeed.batchEventsMax
    for _ in 0..<2 {
      #expect(try await turn(&run) == Array(repeating: "batch", count: batches))
    }
    var left = UInt64(HubPublisher.takeMax * 2)
    while left > 0 {
      #expect(try await turn(&run).allSatisfy { $0 == "proof" })
      left -= min(left, HubPublisher.proofsMax * HubPublisher.proofMessagesMax)
      #expect(run.place?.proven == UInt64(HubPublisher.takeMax * 2) - left)
    }
  }
}
