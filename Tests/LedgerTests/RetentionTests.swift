import Model
import TestSupport
import Testing

@testable import Ledger

@Suite struct RetentionTests {
  private func ledger() throws -> (FaultStorage, [UInt64], UInt64) {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    while writer.segments.count < 6 {
      try writer.append(TestRecord(writer.nextSequence))
      try writer.commit()
    }
    return (storage, writer.segments, writer.durableSequence)
  }

  @Test("the oldest segments go until the rest fits, never the newest")
  func byBytes() throws {
    let (storage, segments, last) = try ledger()
    var writer = try openWriter(storage)
    let now = WallTime(unixNanos: 0)
    #expect(try writer.removeOldest(bytesMax: 4 * 4096, ageNanosMax: .max, now: now) == 2)
    #expect(writer.segments == Array(segments[2...]))
    #expect(try readAll(storage).keys.sorted() == Array(segments[2]...last))
    #expect(try writer.removeOldest(bytesMax: 0, ageNanosMax: .max, now: now) == 3)
    #expect(writer.segments == [segments[5]])
    #expect(try writer.removeOldest(bytesMax: 0, ageNanosMax: .max, now: now) == 0)
    #expect(writer.stats.segmentsRemoved == 5)
  }

  @Test("a segment goes when all of its events are too old")
  func byAge() throws {
    let (storage, segments, _) = try ledger()
    var writer = try openWriter(storage)
    // Record n happened at second n: that of the last record of segment 2 is 1001 s ago.
    let second: Int64 = 1_000_000_000
    let now = WallTime(unixNanos: (Int64(segments[3]) + 1000) * second)
    #expect(try writer.removeOldest(bytesMax: .max, ageNanosMax: 1001 * second, now: now) == 2)
    #expect(writer.segments.first == segments[2])
    #expect(try writer.removeOldest(bytesMax: .max, ageNanosMax: 1000 * second, now: now) == 1)
    #expect(writer.segments.first == segments[3])
  }

  @Test("a time while the clock was ahead keeps nothing from its age", arguments: [1, 100])
  func clockAhead(count: UInt64) throws {
    let (_, segments, last) = try ledger()
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    let second: Int64 = 1_000_000_000
    // Of segment 2 the first event or all of them.
    let ahead = segments[2]..<min(segments[2] + count, segments[3])
    while writer.nextSequence <= last {
      var record = TestRecord(writer.nextSequence)
      if ahead.contains(writer.nextSequence) {
        record.header.time = WallTime(
          unixNanos: record.header.time.unixNanos + 1_000_000 * second)
      }
      try writer.append(record)
      try writer.commit()
    }
    #expect(writer.segments == segments)
    let now = WallTime(unixNanos: (Int64(segments[4]) + 1000) * second)
    #expect(try writer.removeOldest(bytesMax: .max, ageNanosMax: 1000 * second, now: now) == 4)
    #expect(writer.segments.first == segments[4])
  }

  @Test("a power cut at any operation of retention leaves a ledger that opens")
  func cuts() throws {
    let (whole, _, last) = try ledger()
    for number in 0..<30 {
      for seed in 0..<8 {
        var random = SeededGenerator(seed: UInt64(seed))
        let storage = whole.afterKill()
        var removed = 0
        do {
          var writer = try openWriter(storage)
          storage.plan(.crash, at: storage.operations + number)
          removed =
            (try? writer.removeOldest(
              bytesMax: 3 * 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0))) ?? 0
        }
        let after = storage.afterPowerCut(&random)
        let writer = try openWriter(after)
        #expect(writer.durableSequence == last)
        #expect(removed == 0 || writer.segments.count == 3)
        let kept = try readAll(after)
        #expect(kept.keys.sorted() == Array(writer.segments[0]...last))
      }
    }
  }

  @Test("retention works on a full disk, by the room of the prepared segment")
  func fullDisk() throws {
    let (storage, segments, _) = try ledger()
    var writer = try openWriter(storage)
    while try writer.prepare() {}
    // The draft's write fails once for want of room.
    storage.plan(.full, at: storage.operations + 1)
    let now = WallTime(unixNanos: 0)
    #expect(try writer.removeOldest(bytesMax: 4096, ageNanosMax: .max, now: now) == 5)
    #expect(writer.failure == nil)
    #expect(writer.segments == [segments[5]])
    #expect(try openWriter(storage).segments == [segments[5]])
  }

  @Test("on a disk without a byte left what is due goes, on record, and makes room for events")
  func noRoomAtAll() throws {
    let storage = FaultStorage()
    let options = LedgerOptions(
      segmentBytes: 1 << 20, groupBytesMax: 1 << 17, groupRecordsMax: 8)
    var writer = try openWriter(storage, options: options)
    func event() -> TestRecord { TestRecord(writer.nextSequence, bytes: 50_000) }
    while writer.segments.count < 3 {
      try writer.append(event())
      try writer.commit()
      while try writer.prepare() {}
    }
    storage.limitRoom(0)
    // The prepared segment is used up, then the last one is.
    var refusal: LedgerError?
    while refusal == nil {
      do throws(LedgerError) {
        try writer.append(event())
        try writer.commit()
      } catch { refusal = error }
    }
    #expect(refusal?.code == .diskFull && writer.failure == nil && writer.segments.count == 4)
    #expect(throws: LedgerError.self) { while try writer.prepare() {} }
    let (second, before) = (writer.segments[1], writer.durableSequence)
    // What was appended in vain is given anew.
    writer.dropGroup()
    let now = WallTime(unixNanos: 0)
    let own = TestRecord(before + 1, bytes: 700)
    #expect(
      try writer.append(own.header, payload: own.payload.span.bytes, isOwn: true) == before + 1)
    try writer.commit()
    let removed = try writer.removeOldest(
      bytesMax: 3 << 20, ageNanosMax: .max, now: now, sealedTo: before)
    #expect(removed == 1)
    #expect(writer.segments.first == second && writer.failure == nil)
    let more = event()
    try writer.append(more)
    try writer.commit()
    #expect(writer.segments.count == 4 && writer.durableSequence == before + 2)
    let kept = try readAll(storage)
    #expect(kept.keys.sorted() == Array(second...before + 2))
    #expect(kept[before + 1] == own && kept[before + 2] == more)
    storage.limitRoom(nil)
    while try writer.prepare() {}
    #expect(storage.allNames.contains(LogFiles.reserveName))
    let again = try openWriter(storage, options: options)
    #expect(again.manifest.newest == writer.segments.last && again.durableSequence == before + 2)
  }

  @Test("a reader that asks for what retention took is told the oldest that is left")
  func gone() throws {
    let (storage, segments, last) = try ledger()
    let reader = try LogReader(storage: storage)
    // The reader knows the old segments, and has some of them open.
    _ = try reader.read(from: 1, limit: 1, bytesMax: 1, durable: last) { _, _, _ in }
    var writer = try openWriter(storage)
    _ = try writer.removeOldest(
      bytesMax: 3 * 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0))
    #expect(try reader.oldestSequence() == segments[3])
    let reading = try reader.read(from: 2, limit: 9, bytesMax: .max, durable: last) { _, _, _ in
      Issue.record("nothing is left to lend")
    }
    #expect(reading == .gone(oldest: segments[3]))
  }

  @Test("the file of a removed segment is overwritten with zeros and used again")
  func recycled() throws {
    let (storage, segments, last) = try ledger()
    var writer = try openWriter(storage)
    let reader = try LogReader(storage: storage)
    for first in segments {
      _ = try reader.read(from: first, limit: 1, bytesMax: 1, durable: last) { _, _, _ in }
    }
    #expect(
      try writer.removeOldest(
        bytesMax: 4 * 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0)) == 2)
    func expectGone() throws {
      let reading = try reader.read(
        from: segments[1], limit: 9, bytesMax: .max, durable: last
      ) { record, _, _ in Issue.record("\(record.sequence) was removed") }
      #expect(reading == .gone(oldest: segments[2]))
    }
    #expect(storage.allNames.contains(LogFiles.spareName))
    while try writer.prepare() {}
    #expect(storage.bytes(of: LogFiles.spareName) == [UInt8](repeating: 0, count: 4096))
    try expectGone()
    while writer.segments.count < 5 {
      try writer.append(TestRecord(writer.nextSequence))
      try writer.commit()
    }
    let newest = writer.durableSequence
    #expect(!storage.allNames.contains(LogFiles.spareName))
    // The reader still has the removed segment's file, which holds other records now.
    let fresh = try LogReader(storage: storage)
    #expect(try fresh.oldestSequence() == segments[2])
    try expectGone()
    #expect(try readAll(storage).keys.sorted() == Array(segments[2]...newest))
  }

  @Test("power cuts while segments are used again lose nothing that is kept")
  func cutsWhileRecycling() throws {
    for number in 0..<120 {
      for seed in 0..<2 {
        var random = SeededGenerator(seed: UInt64(seed))
        let storage = FaultStorage()
        storage.plan(.crash, at: number)
        var acknowledged: UInt64 = 0
        do {
          var writer = try openWriter(storage)
          while writer.nextSequence <= 150 {
            try writer.append(TestRecord(writer.nextSequence))
            try writer.commit()
            acknowledged = writer.durableSequence
            _ = try writer.removeOldest(
              bytesMax: 2 * 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0))
            if Bool.random(using: &random) { _ = try writer.prepare() }
          }
        } catch {}
        for after in [storage.afterPowerCut(&random), storage.afterKill()] {
          let writer = try openWriter(after)
          #expect(writer.durableSequence >= acknowledged, "cut at \(number), seed \(seed)")
          let kept = try readAll(after)
          #expect(kept.keys.sorted() == Array(writer.manifest.oldest..<writer.nextSequence))
          for (sequence, record) in kept { #expect(record == TestRecord(sequence)) }
        }
      }
    }
  }
}
