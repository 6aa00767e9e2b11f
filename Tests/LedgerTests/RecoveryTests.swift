import TestSupport
import Testing

@testable import Ledger

@Suite struct RecoveryTests {
  private let name = SegmentHeader.name(firstSequence: 1)

  /// A ledger with `groups` groups, and where each record ends in the first segment.
  private func ledger(_ groups: [Int]) throws -> (FaultStorage, ends: [Int]) {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    var ends = [SegmentHeader.byteCount]
    for group in groups {
      for _ in 0..<group {
        let record = TestRecord(writer.nextSequence)
        try writer.append(record)
        ends.append(ends.last! + RecordLayout.footprint(payload: record.payload.count))
      }
      try writer.commit()
    }
    return (storage, ends)
  }

  @Test(
    "a segment cut at any byte of its last record keeps the records before it, numbering goes on",
    arguments: [false, true])
  func cutAtEveryByte(isFilledWithZeros: Bool) throws {
    let (storage, ends) = try ledger([1, 1, 1, 1])
    let whole = storage.bytes(of: name)
    let last = RecordLayout.headerBytes + TestRecord(4).payload.count
    for cut in ends[3]..<ends[3] + last {
      let copy = storage.afterKill()
      let rest = isFilledWithZeros ? whole.count - cut : 0
      copy.replace(name, with: Array(whole[..<cut]) + [UInt8](repeating: 0, count: rest))
      do {
        var writer = try openWriter(copy)
        #expect(writer.nextSequence == 4)
        // Zeros at the end of what is left are no torn bytes.
        let isTorn = whole[ends[3]..<cut].contains { $0 != 0 }
        #expect((writer.report.tornTail != nil) == isTorn)
        if let torn = writer.report.tornTail {
          #expect(torn.offset == UInt64(ends[3]))
          #expect(torn.segment == name)
          #expect(torn.recordsBehind == 0)
        }
        try writer.append(TestRecord(4))
        try writer.commit()
      }
      try expectRecords(copy, count: 4)
      let writer = try openWriter(copy)
      #expect(writer.report.tornTail == nil)
    }
  }

  @Test("a wrong bit in an acknowledged group is told with its file and place, never cut away")
  func flippedBits() throws {
    let (storage, ends) = try ledger([2, 2, 1])
    let whole = storage.bytes(of: name)
    for place in stride(from: SegmentHeader.byteCount, to: ends[4], by: 1) {
      // The zeros that fill a record up to a multiple of 8 carry nothing.
      let record = ends.lastIndex { $0 <= place }!
      let payload = TestRecord(UInt64(record + 1)).payload.count
      if place >= ends[record] + RecordLayout.headerBytes + payload { continue }
      let copy = storage.afterKill()
      var bytes = whole
      bytes[place] ^= 1 << UInt8(place % 8)
      copy.replace(name, with: bytes)
      do throws(LedgerError) {
        _ = try openWriter(copy)
        Issue.record("byte \(place) was wrong and nothing was said")
      } catch {
        #expect(error.code == .damaged)
        #expect(error.offset == UInt64(ends[record]))
        #expect(error.subject == "/memory/\(name)")
      }
      #expect(copy.bytes(of: name) == bytes, "a damaged ledger is left as it is")
    }
  }

  @Test("a torn group is cut whole, with the records behind the tear, and they never come back")
  func tornGroup() throws {
    let (storage, ends) = try ledger([2, 3])
    var bytes = storage.bytes(of: name)
    for place in ends[2]..<ends[2] + 60 { bytes[place] = 0 }
    storage.replace(name, with: bytes)
    do {
      var writer = try openWriter(storage)
      #expect(
        writer.report.tornTail
          == RecoveryReport.TornTail(
            segment: name, offset: UInt64(ends[2]), byteCount: UInt64(lastSet(bytes) - ends[2]),
            recordsBehind: 2))
      // A record of exactly the torn one's length: what stood behind it must be gone.
      try writer.append(TestRecord(3))
      try writer.commit()
    }
    #expect(try openWriter(storage).nextSequence == 4)
    try expectRecords(storage, count: 3)
  }

  private func lastSet(_ bytes: [UInt8]) -> Int { bytes.lastIndex { $0 != 0 }! + 1 }

  @Test("garbage behind the last record is cut")
  func garbage() throws {
    let (storage, ends) = try ledger([2])
    var random = SeededGenerator(seed: 99)
    for _ in 0..<50 {
      let copy = storage.afterKill()
      var bytes = copy.bytes(of: name)
      for place in ends[2]..<Int.random(in: ends[2] + 1...bytes.count, using: &random) {
        bytes[place] = .random(in: 0...255, using: &random)
      }
      copy.replace(name, with: bytes)
      #expect(try openWriter(copy).nextSequence == 3)
      try expectRecords(copy, count: 2)
    }
  }

  @Test("any bytes at all as a segment are refused or read, and never trap")
  func fuzz() throws {
    let (storage, _) = try ledger([3, 3, 2])
    let whole = storage.bytes(of: name)
    var random = SeededGenerator(seed: 4242)
    for _ in 0..<400 {
      let copy = storage.afterKill()
      var bytes = whole
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = [0, 1, 0x7F, 0xFF, .random(in: 0...255, using: &random)]
          .randomElement(using: &random)!
      }
      if Bool.random(using: &random) {
        bytes.removeLast(.random(in: 0...bytes.count, using: &random))
      }
      copy.replace(name, with: bytes)
      guard let writer = try? openWriter(copy) else { continue }
      try expectRecords(copy, count: writer.nextSequence - 1)
    }
  }

  @Test("any bytes at all as a manifest are refused, and the whole one is read")
  func manifestFuzz() throws {
    var manifest = Manifest(epoch: 0x0123_4567_89AB_CDEF, post: "river-2")
    manifest.newest = 4097
    let text = manifest.text
    #expect(Manifest(text) == manifest)
    for count in 0..<text.count { #expect(Manifest(Array(text[..<count])) == nil) }
    for place in text.indices {
      var bytes = text
      bytes[place] ^= 1
      #expect(Manifest(bytes) == nil)
    }
    var random = SeededGenerator(seed: 5)
    for _ in 0..<500 {
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      #expect(Manifest(bytes) == nil)
    }
  }

  /// A ledger of several segments.
  private func longLedger() throws -> (FaultStorage, [UInt64]) {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    while writer.segments.count < 5 {
      try writer.append(TestRecord(writer.nextSequence))
      try writer.commit()
    }
    return (storage, writer.segments)
  }

  @Test("a missing segment is named", arguments: 0..<5)
  func missingSegment(index: Int) throws {
    let (storage, segments) = try longLedger()
    let missing = SegmentHeader.name(firstSequence: segments[index])
    storage.lose(missing)
    do throws(LedgerError) {
      _ = try openWriter(storage)
      Issue.record("nothing was said")
    } catch {
      #expect(error.code == .missing)
      #expect(error.subject == "/memory/\(missing)")
    }
  }

  @Test("an older segment that was shortened or changed is told")
  func damagedSegment() throws {
    let (storage, segments) = try longLedger()
    let name = SegmentHeader.name(firstSequence: segments[1])
    let whole = storage.bytes(of: name)
    let cut = storage.afterKill()
    cut.replace(name, with: Array(whole[..<2000]))
    expectRefusal(cut, .damaged, name)
    let header = storage.afterKill()
    var bytes = whole
    bytes[20] ^= 1
    header.replace(name, with: bytes)
    expectRefusal(header, .damaged, name)
    // A hole in the middle shows when it is read.
    let hole = storage.afterKill()
    bytes = whole
    for place in 500..<1500 { bytes[place] = 0 }
    hole.replace(name, with: bytes)
    #expect(throws: LedgerError.self) { try readAll(hole) }
    // A newer format is not touched.
    let newer = storage.afterKill()
    bytes = whole
    bytes[8] = 2
    let beginning = Array(bytes[..<60])
    let crc = CRC32C.of(beginning.span.bytes)
    for place in 0..<4 { bytes[60 + place] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * place)) }
    newer.replace(name, with: bytes)
    expectRefusal(newer, .unsupported, name)
  }

  private func expectRefusal(_ storage: FaultStorage, _ code: LedgerError.Code, _ name: String) {
    do throws(LedgerError) {
      _ = try openWriter(storage)
      Issue.record("nothing was said")
    } catch {
      #expect(error.code == code)
      #expect(error.subject == "/memory/\(name)")
    }
  }

  @Test("segments without a manifest, or of another post, are not touched")
  func manifestMatters() throws {
    let (storage, _) = try longLedger()
    do throws(LedgerError) {
      _ = try LogWriter(storage: storage, post: "hill-1", epoch: 1, options: smallOptions)
      Issue.record("nothing was said")
    } catch { #expect(error.code == .otherPost) }
    storage.lose(Manifest.name)
    expectRefusal(storage, .missing, Manifest.name)
  }

  @Test("each group costs one sync, and the syncs for a segment are few")
  func syncsPerGroup() throws {
    let storage = FaultStorage()
    var writer = try openWriter(
      storage, options: LedgerOptions(segmentBytes: 1 << 20, groupBytesMax: 1 << 16))
    let before = storage.syncs
    for _ in 0..<50 {
      for _ in 0..<20 { try writer.append(TestRecord(writer.nextSequence)) }
      try writer.commit()
    }
    #expect(storage.syncs - before == 50)
    #expect(writer.stats.commits == 50)
    #expect(writer.stats.appends == 1000)
  }
}
