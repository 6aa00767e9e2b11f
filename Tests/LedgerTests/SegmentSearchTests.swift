import TestSupport
import Testing

@testable import Ledger

@Suite struct SegmentSearchTests {
  @Test("any record is found, from any known place, in a segment of small and large records")
  func places() throws {
    var random = SeededGenerator(seed: 17)
    for (seed, longest) in [(1, 60), (2, 3_000), (3, 40_000)] {
      let storage = FaultStorage()
      var writer = try openWriter(
        storage, options: LedgerOptions(segmentBytes: 1 << 20, groupBytesMax: 256 << 10))
      var count: UInt64 = 0
      var bytes = 64
      while true {
        let length = Int.random(in: 0...longest, using: &random)
        let record = TestRecord(count + 1, bytes: length)
        let size = RecordLayout.footprint(payload: record.payload.count)
        guard bytes + size <= 900_000 else { break }
        _ = try writer.append(record.header, payload: record.payload.span.bytes)
        bytes += size
        count += 1
      }
      try writer.commit()
      let file = try storage.open(SegmentHeader.name(firstSequence: 1), forWriting: false)
      let start = SegmentSearch.Place(sequence: 1, offset: 64)
      for _ in 0..<200 {
        let wanted = UInt64.random(in: 1...count, using: &random)
        let found = try SegmentSearch.place(of: wanted, from: start, in: file, of: storage)
        #expect(found.sequence <= wanted, "seed \(seed)")
        var buffer = LogBuffer(capacity: 64 << 10)
        let size = try buffer.fill(
          0..<buffer.capacity, from: file, at: UInt64(found.offset), of: storage)
        guard case .record(let head) = buffer.record(at: 0, limit: size) else {
          Issue.record("no record at \(found)")
          continue
        }
        #expect(head.sequence == found.sequence)
        let again = try SegmentSearch.place(of: wanted, from: found, in: file, of: storage)
        #expect(again.sequence <= wanted && again.sequence >= found.sequence)
      }
    }
  }

  @Test("names of segments are read as they are written, and no others")
  func names() {
    for sequence in [1, 9, 10, 12_345_678_901, .max] as [UInt64] {
      let name = SegmentHeader.name(firstSequence: sequence)
      #expect(SegmentHeader.firstSequence(name: name) == sequence)
    }
    for name in [
      "00000000000000000000.vlog", "0000000000000000001.vlog", "00000000000000000001.vloh",
      "0000000000000000000a.vlog", "18446744073709551616.vlog", "+0000000000000000001.vlog",
      "99999999999999999999.vlog", "", ".vlog",
    ] {
      #expect(SegmentHeader.firstSequence(name: name) == nil)
    }
  }
}
