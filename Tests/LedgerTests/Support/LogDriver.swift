import Model
import Testing

@testable import Ledger

/// A record that tests append: header and payload derived from one number.
struct TestRecord: Equatable {
  var header: EventHeader
  var payload: [UInt8]

  /// Record `number`; the payload's length goes through all remainders of 8.
  init(_ number: UInt64, bytes: Int? = nil) {
    header = EventHeader(
      kind: EventKind.allCases[Int(number % 3)], id: EventID(high: number, low: ~number),
      version: UInt32(number % 7) + 1, time: WallTime(unixNanos: Int64(number) * 1_000_000_000),
      isExercise: number % 5 == 0)
    let count = bytes ?? Int(100 + number * 37 % 200)
    payload = (0..<count).map { UInt8(truncatingIfNeeded: number &+ UInt64($0) &* 31) | 1 }
  }

  init(header: EventHeader, payload: [UInt8]) {
    self.header = header
    self.payload = payload
  }
}

let smallOptions = LedgerOptions(segmentBytes: 4096, groupBytesMax: 2048, groupRecordsMax: 8)

func openWriter<Storage: LogStorage>(
  _ storage: Storage, options: LedgerOptions = smallOptions
) throws(LedgerError) -> LogWriter<Storage> {
  try LogWriter(storage: storage, post: "river-2", epoch: 0xABCD, options: options)
}

extension LogWriter {
  @discardableResult
  mutating func append(_ record: TestRecord) throws(LedgerError) -> UInt64 {
    try append(record.header, payload: record.payload.span.bytes)
  }
}

/// Everything from `oldest` up to `durable` that a reader of `storage` sees.
func readAll<Storage: LogStorage>(
  _ storage: Storage, durable: UInt64 = .max, from first: UInt64? = nil
) throws -> [UInt64: TestRecord] {
  let reader = try LogReader(storage: storage)
  let last = try min(durable, reader.newestSequence())
  var next = try first ?? reader.oldestSequence()
  var records: [UInt64: TestRecord] = [:]
  while next <= last {
    let before = next
    let reading = try reader.read(from: next, limit: 7, bytesMax: 2000, durable: last) {
      record, _, payload in
      #expect(record.sequence == next)
      next += 1
      records[record.sequence] = TestRecord(
        header: record.header, payload: payload.withUnsafeBytes { Array($0) })
    }
    #expect(reading == .events(count: Int(next - before), next: next))
    guard next > before else { break }
  }
  return records
}

/// Expects that `storage` holds exactly records 1 ... `count`.
func expectRecords<Storage: LogStorage>(
  _ storage: Storage, count: UInt64, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let records = try readAll(storage)
  #expect(records.count == Int(count), sourceLocation: sourceLocation)
  for number in 1..<count + 1 {
    #expect(records[number] == TestRecord(number), sourceLocation: sourceLocation)
  }
}
