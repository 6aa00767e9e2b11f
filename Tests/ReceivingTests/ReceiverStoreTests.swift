import Foundation
import GRDB
import Ledger
import Testing

@testable import Receiving

@Suite struct ReceiverStoreTests {
  @Test("every transaction is on the disk before it is acknowledged")
  func durability() async throws {
    let fixture = try StoreFixture()
    let modes = try await fixture.store.queue.write { db in
      (
        try Int.fetchOne(db, sql: "PRAGMA synchronous"),
        try String.fetchOne(db, sql: "PRAGMA journal_mode")
      )
    }
    #expect(modes.0 == 2 && modes.1 == "wal")
  }

  @Test("what comes again is passed over, and the place never moves back")
  func duplicates() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    #expect(try await store.store([event(1), event(2)], next: cursor(3), of: "ford") == 0)
    #expect(try await store.store([event(1), event(2)], next: cursor(2), of: "ford") == 2)
    #expect(try await store.state(of: "ford").cursor == cursor(3))
    var query = RowQuery()
    query.isComplete = true
    #expect(try await store.rows(query).map(\.id) == ["e1/1", "e2/1"])
    #expect(try await store.notices().isEmpty)
  }

  @Test("the same place with other words is told, and the first stays")
  func conflict() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1)], next: cursor(1), of: "ford")
    _ = try await store.store([event(1, confidence: "0.9")], next: cursor(1), of: "ford")
    #expect(try await store.notices().map(\.kind) == [.conflict])
    var query = RowQuery()
    query.isComplete = true
    #expect(try await store.rows(query).map(\.body) == [event(1).body])
  }

  @Test("what was found of other words than the stored ones proves nothing of these")
  func otherWords() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1)], next: cursor(1), of: "ford")
    let found = CheckedEvents(
      note: anyNote(), settled: [Settlement(sequence: 1, state: .proven, bundle: [1])])
    _ = try await store.store(
      [event(1, confidence: "0.9")], next: cursor(1), of: "ford", checked: found)
    #expect(try await store.rows(RowQuery()).isEmpty)
    _ = try await store.store([event(1)], next: cursor(1), of: "ford", checked: found)
    #expect(try await store.rows(RowQuery()).map(\.state) == [.proven])
  }

  @Test("a checkpoint never moves back, whichever receiver of the store takes it last")
  func checkpoints() async throws {
    let fixture = try StoreFixture()
    let post = try PostSample(count: 5)
    _ = try await fixture.store.store([event(1)], next: cursor(1), of: "ford")
    for size: UInt64 in [3, 5, 2, 4] {
      try await fixture.store.settle(CheckedEvents(note: post.note(size)), epoch: 7, of: "ford")
    }
    #expect(try await fixture.store.state(of: "ford").note == post.note(5))
    // That of another ledger than the one that is followed is none of it.
    try await fixture.store.settle(CheckedEvents(note: anyNote()), epoch: 6, of: "ford")
    #expect(try await fixture.store.state(of: "ford").note == post.note(5))
  }

  @Test("what came of several feeds is one transaction")
  func parts() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let parts = ["ford", "ridge"].map {
      StorePart(feed: $0, events: [event(1), event(2)], next: cursor(2))
    }
    #expect(try await store.store(parts) == [0, 0])
    #expect(try await store.store(parts) == [2, 2])
    #expect(try await store.state(of: "ridge").cursor == cursor(2))
    let counts = try await store.counts()
    #expect(counts.map(\.feed) == ["ford", "ridge"] && counts.map(\.count) == [2, 2])
  }

  @Test("nothing is handed on before its proof, nor out of order, and a refused one never")
  func order() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store((1...4).map { event($0) }, next: cursor(4), of: "ford")
    #expect(try await store.rows(RowQuery()).isEmpty)
    try await store.prove(3...3)
    #expect(try await store.rows(RowQuery()).isEmpty)
    #expect(try await store.settledCursor(of: "ford") == cursor(0))
    try await store.prove(1...1)
    try await store.prove(2...2, as: .refused)
    #expect(try await store.rows(RowQuery()).map(\.cursor.sequence) == [1, 3])
    #expect(try await store.settledCursor(of: "ford") == cursor(3))
    // Another feed does not wait for this one.
    _ = try await store.store([event(1, disposition: "recalled")], next: cursor(1), of: "other")
    #expect(try await store.rows(RowQuery()).map(\.source) == ["ford", "ford", "other"])
  }

  @Test("whoever has taken a row has taken all before it, though feeds wait for different proofs")
  func places() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1)], next: cursor(1), of: "ford")
    _ = try await store.store([event(1), event(2)], next: cursor(2), of: "other")
    // The other feed is proven first, though its events came later.
    try await store.prove(1...2, of: "other")
    var query = RowQuery()
    let first = try await store.rows(query)
    #expect(first.map(\.source) == ["other", "other"] && first.map(\.row) == [1, 2])
    query.after = 2
    #expect(try await store.rows(query).isEmpty)
    try await store.prove(1...1)
    let then = try await store.rows(query)
    #expect(then.map(\.source) == ["ford"] && then.map(\.row) == [3])
  }

  @Test("a recall takes back what was given of the event before")
  func recall() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1), event(2)], next: cursor(2), of: "ford")
    try await store.prove(1...2)
    let taken = event(3, disposition: "recalled")
    var again = taken
    again.id = "e1/2"
    _ = try await store.store([again], next: cursor(3), of: "ford")
    let rows = try await store.rows(RowQuery())
    #expect(rows.map(\.isWithdrawn) == [true, false, false])
    #expect(rows.map(\.state) == [.proven, .proven, .recall])
  }

  @Test(
    "a gap and the place after it are one; another ledger ends what waits for proofs of the old")
  func gaps() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1)], next: cursor(1), of: "ford")
    let gap = Notice(
      number: 0, source: "ford", kind: .gap, text: "lost", from: cursor(2), through: cursor(9),
      evidence: "", millis: 1)
    try await store.pass(gap, to: cursor(9))
    #expect(try await store.state(of: "ford").cursor == cursor(9))
    #expect(try await store.notices().first?.through == cursor(9))
    var replaced = gap
    replaced.kind = .replaced
    try await store.pass(replaced, to: cursor(0, epoch: 8))
    #expect(try await store.rows(RowQuery()).map(\.state) == [.unproven])
    #expect(try await store.state(of: "ford").note == nil)
  }

  @Test("what is told twice in a row is noted once, and a barred feed stays so")
  func notices() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    let told = Notice(
      number: 0, source: "ford", kind: .denied, text: "no", from: nil, through: nil, evidence: "",
      millis: 1)
    try await store.note(told)
    try await store.note(told)
    #expect(try await store.notices().count == 1)
    var worse = told
    worse.kind = .equivocation
    try await store.note(worse, barring: true)
    #expect(try await store.state(of: "ford").isBarred)
  }

  @Test("what is over is erased, content and proof, and no consumer sees it again")
  func erasing() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1, retention: 1), event(2)], next: cursor(2), of: "ford")
    try await store.prove(1...2)
    #expect(try await store.erase(before: ReceiverStore.now()) == 0)
    #expect(try await store.erase(before: ReceiverStore.now() + 86_400_001) == 1)
    let rows = try await store.rows(RowQuery())
    #expect(rows.map(\.body.isEmpty) == [true, false])
    #expect(try await store.bundle(at: 1) == nil)
    // Coming again, it is known, and is not stored a second time.
    #expect(try await store.store([event(1, retention: 1)], next: cursor(2), of: "ford") == 1)
    try await store.advance("lines", row: 2, number: 0)
    try await store.advance("lines", row: 1, number: 0)
    #expect(try await store.place(of: "lines").row == 2)
  }

  @Test("events are exported as GeoJSON, CSV and KML")
  func export() async throws {
    let fixture = try StoreFixture()
    let store = fixture.store
    _ = try await store.store([event(1), event(2)], next: cursor(2), of: "ford")
    try await store.prove(1...2)
    func text(_ format: StoreExport.Format) async throws -> String {
      var bytes: [UInt8] = []
      var export = StoreExport(store, as: format)
      while let piece = try await export.next() { bytes += piece }
      return String(decoding: bytes, as: UTF8.self)
    }
    let json = try JSONSerialization.jsonObject(with: Data(try await text(.geojson).utf8))
    #expect(((json as? [String: Any])?["features"] as? [Any])?.count == 2)
    let lines = try await text(.csv).split(separator: "\r\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("1,ford,0000000000000007.1,e1/1,org.vedette.crossing.v1,"))
    #expect(lines[1].contains(",8.5,47.25,reported,person,0.5,"))
    #expect(try await text(.kml).contains("<coordinates>8.5,47.25</coordinates>"))
  }
}
