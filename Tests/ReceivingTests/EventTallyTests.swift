import Foundation
import GRDB
import Ledger
import Testing

@testable import Receiving

@Suite struct EventTallyTests {
  /// What `/v1/feeds` tells, and what a look at all events gives.
  private func both(_ store: ReceiverStore) async throws -> (told: [String], there: [String]) {
    let told = try await store.counts().map { "\($0.feed) \($0.state.rawValue) \($0.count)" }
    let there = try await store.queue.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT feed || ' ' || state || ' ' || count(*) FROM event GROUP BY feed, state ORDER BY 1
          """)
    }
    return (told, there)
  }

  private func agree(
    _ store: ReceiverStore, _ wanted: [String], location: SourceLocation = #_sourceLocation
  ) async throws {
    let (told, there) = try await both(store)
    #expect(told == there && told == wanted, sourceLocation: location)
  }

  @Test("the counts of states follow every way in which an event changes its state")
  func ways() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store(
      [event(1), event(2, retention: 1), event(3, disposition: "recalled")], next: cursor(3),
      of: "ford")
    try await agree(store, ["ford pending 2", "ford recall 1"])
    // With its verdict, and one that is known, whose verdict comes with it.
    let checked = CheckedEvents(
      note: anyNote(),
      settled: [
        Settlement(sequence: 1, state: .proven, bundle: [1]),
        Settlement(sequence: 4, state: .refused, bundle: nil),
        Settlement(sequence: 5, state: .proven, bundle: [1]),
      ])
    _ = try await store.store(
      [event(1), event(4), event(5)], next: cursor(5), of: "ford", checked: checked)
    try await agree(
      store, ["ford pending 1", "ford proven 2", "ford recall 1", "ford refused 1"])
    // What was settled before is not settled again.
    try await store.prove(1...1, as: .refused)
    _ = try await store.store([event(1)], next: cursor(1), of: "other")
    #expect(try await store.erase(before: ReceiverStore.now() + 86_400_001) == 1)
    try await agree(
      store,
      ["ford proven 2", "ford recall 1", "ford refused 1", "ford unproven 1", "other pending 1"])
    let replaced = Notice(
      number: 0, source: "other", kind: .replaced, text: "replaced", from: nil, through: nil,
      evidence: "", millis: 1)
    try await store.pass(replaced, to: cursor(0, epoch: 8))
    try await agree(
      store,
      ["ford proven 2", "ford recall 1", "ford refused 1", "ford unproven 1", "other unproven 1"])
  }

  @Test("a store of the version before is counted once, when it is opened")
  func migration() async throws {
    let fixture = try StoreFixture()
    _ = try await fixture.store.store([event(1), event(2)], next: cursor(2), of: "ford")
    try await fixture.store.prove(1...1)
    try await fixture.store.queue.write { db in
      try db.execute(
        sql: "DROP TABLE tally; DELETE FROM grdb_migrations WHERE identifier = '3'")
    }
    let again = try ReceiverStore(path: fixture.folder + "/store.sqlite")
    try await agree(again, ["ford pending 1", "ford proven 1"])
  }
}
