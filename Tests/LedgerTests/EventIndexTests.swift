import TestSupport
import Testing

@testable import Ledger

/// Events are found by their ids, in blocks and behind them, whatever the ids are like.
@Suite struct EventIndexTests {
  private static func find(
    _ index: EventIndex<FaultStorage>, _ id: EventID
  ) throws -> UInt64? { try index.newest(of: id) { (_) throws(LedgerError) in true } }

  @Test("every id is found at its newest place, digests or not", arguments: [true, false])
  func finds(areDigests: Bool) throws {
    var random = SeededGenerator(seed: 21)
    let storage = FaultStorage()
    var index = try EventIndex(storage: storage, size: 0, isWriter: true)
    let count = EventIndex<FaultStorage>.blockLength + 5_000
    var newest: [EventID: UInt64] = [:]
    var ids: [EventID] = []
    for number in 0..<count {
      ids.append(
        number % 1_000 == 999
          ? ids[number - 500]
          : EventID(high: areDigests ? random.next() : UInt64(number), low: random.next()))
      newest[ids[number]] = UInt64(number) + 1
    }
    for start in stride(from: 0, to: count, by: 512) {
      try index.append(Array(ids[start..<min(start + 512, count)]))
    }
    try index.sync()
    let reopened = try EventIndex(storage: storage, size: UInt64(count), isWriter: false)
    #expect(reopened.size == UInt64(count))
    for number in stride(from: 499, to: count, by: 1_997) {
      #expect(try Self.find(reopened, ids[number]) == newest[ids[number]])
    }
    #expect(try Self.find(reopened, EventID(high: 5 << 40, low: 7)) == nil)
  }

  @Test("what is behind the known size is written again, and a lost file begins anew")
  func reopening() throws {
    let storage = FaultStorage()
    var index = try EventIndex(storage: storage, size: 0, isWriter: true)
    try index.append((1...100).map { EventID(high: $0, low: 1) })
    var later = try EventIndex(storage: storage, size: 60, isWriter: true)
    #expect(later.size == 60)
    try later.append((1...10).map { EventID(high: $0, low: 2) })
    #expect(try Self.find(later, EventID(high: 3, low: 1)) == 3)
    #expect(try Self.find(later, EventID(high: 3, low: 2)) == 63)
    storage.lose("ids-00")
    #expect(try EventIndex(storage: storage, size: 60, isWriter: true).size == 0)
    storage.lose("ids-16")
    #expect(throws: LedgerError.self) {
      try EventIndex(storage: storage, size: 60, isWriter: false)
    }
  }

  @Test("an id is read from its text as it was written, and from nothing else")
  func text() {
    let id = EventID(high: 0x0123_4567_89AB_8DEF, low: 0x8123_4567_89AB_CDEF)
    #expect(EventID("\(id)") == id)
    for wrong in ["", "x", "\(id)/1", "\(id)".uppercased(), "\(id)".filter { $0 != "-" }] {
      #expect(EventID(wrong) == nil)
    }
  }
}
