import Glibc
import Model
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/vedette-ledger-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
  }

  deinit { _ = system("rm -rf '\(path)'") }
}

/// What the writer tells its readers, as a daemon would.
final class DurableMark: Sendable {
  let durable = Atomic<UInt64>(0)
}

@Suite struct EventLogTests {
  private let folder = TemporaryFolder()
  private var directory: String { folder.path + "/ledger" }

  private func open(_ options: LedgerOptions = LedgerOptions()) throws(LedgerError) -> EventLog {
    try EventLog(directory: directory, post: "river-2", records: .plain, options: options)
  }

  private func append(_ record: TestRecord, to log: inout EventLog) throws(LedgerError) {
    _ = try log.append(record.header, payload: record.payload.span.bytes)
  }

  @Test("events come back from a real folder as they were appended, after any number of openings")
  func roundTrip() throws {
    for opening in 0..<3 {
      var log = try open(smallOptions)
      #expect(log.recovery.isNew == (opening == 0))
      #expect(log.durableSequence == UInt64(opening) * 40)
      for _ in 0..<40 {
        try append(TestRecord(log.nextSequence), to: &log)
        if log.nextSequence % 3 == 0 { try log.commit() }
      }
      try log.close()
    }
    let storage = try FolderStorage(directory, isWriter: false)
    try expectRecords(storage, count: 120)
    let reader = try EventLogReader(directory: directory)
    #expect(reader.post == "river-2")
    #expect(try reader.newestSequence() == 120)
    #expect(try reader.verify(durable: 120) == 120)
  }

  @Test("a group that was not committed is gone with the value")
  func uncommitted() throws {
    do {
      var log = try open()
      try append(TestRecord(1), to: &log)
      try log.commit()
      try append(TestRecord(2), to: &log)
      #expect(log.durableSequence == 1)
      #expect(log.nextSequence == 3)
    }
    let log = try open()
    #expect(log.nextSequence == 2)
  }

  @Test("a second writer of the folder is refused, and let in once the first is gone")
  func lock() throws {
    let first = try open()
    do throws(LedgerError) {
      _ = try open()
      Issue.record("two writers share a folder")
    } catch {
      #expect(error.code == .inUse)
      #expect(error.description.contains("another daemon"))
    }
    try first.close()
    _ = try open()
  }

  @Test("a folder that cannot be made is told with its name")
  func noFolder() throws {
    do throws(LedgerError) {
      _ = try EventLog(directory: folder.path + "/a/b", post: "river-2")
      Issue.record("nothing was said")
    } catch { #expect(error.description.contains(folder.path + "/a/b")) }
    do throws(LedgerError) {
      _ = try EventLogReader(directory: folder.path)
      Issue.record("nothing was said")
    } catch { #expect(error.code == .noLedger) }
  }

  @Test("a payload beyond the limit is refused, and the writer goes on")
  func tooLarge() throws {
    var log = try open()
    let bytes = [UInt8](repeating: 1, count: EventLog.payloadBytesMax + 1)
    do throws(LedgerError) {
      try log.append(TestRecord(1).header, payload: bytes.span.bytes)
      Issue.record("nothing was said")
    } catch { #expect(error.code == .tooLarge) }
    let largest = TestRecord(1, bytes: EventLog.payloadBytesMax)
    try append(largest, to: &log)
    try log.commit()
    let records = try readAll(try FolderStorage(directory, isWriter: false))
    #expect(records == [1: largest])
  }

  @Test("a folder that was prepared ahead rolls without writing zeros, and to the same end")
  func prepare() throws {
    var log = try open(smallOptions)
    while try log.prepare() {}
    for _ in 0..<60 {
      try append(TestRecord(log.nextSequence), to: &log)
      try log.commit()
      while try log.prepare() {}
    }
    #expect(log.stats.segmentsBegun >= 4)
    #expect(log.storedBytes == log.stats.segmentsBegun * 4096)
    try log.close()
    try expectRecords(try FolderStorage(directory, isWriter: false), count: 60)
  }

  @Test("cursors of this ledger, of another, ahead and behind are told apart")
  func cursors() throws {
    var log = try open(smallOptions)
    for _ in 0..<40 { try append(TestRecord(log.nextSequence), to: &log) }
    try log.commit()
    let reader = try EventLogReader(directory: directory)
    #expect(reader.epoch == log.epoch)
    func standing(_ epoch: UInt64, _ sequence: UInt64) throws -> CursorStanding {
      try reader.standing(of: EventCursor(epoch: epoch, sequence: sequence), durable: 40)
    }
    #expect(try standing(log.epoch, 0) == .valid(next: 1))
    #expect(try standing(log.epoch, 40) == .valid(next: 41))
    #expect(try standing(log.epoch, 41) == .ahead(newest: 40))
    #expect(try standing(log.epoch, .max) == .ahead(newest: 40))
    #expect(try standing(log.epoch &+ 1, 3) == .unknownEpoch(current: log.epoch))
    try log.applyRetention(bytesMax: 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0))
    let oldest = log.oldestSequence
    #expect(oldest > 1)
    #expect(try standing(log.epoch, 0) == .gone(oldest: oldest))
    #expect(try standing(log.epoch, oldest - 2) == .gone(oldest: oldest))
    #expect(try standing(log.epoch, oldest - 1) == .valid(next: oldest))
  }

  @Test("a cursor reads back from its text, and no other text is a cursor")
  func cursorText() {
    let cursor = EventCursor(epoch: 0xAB, sequence: 42)
    #expect(cursor.description == "00000000000000ab.42")
    #expect(EventCursor(cursor.description) == cursor)
    for text in [
      "", ".", "ab.42", "00000000000000AB.42", "00000000000000ab.", "00000000000000ab.042",
      "00000000000000ab.-1", "00000000000000ab.+1", "00000000000000ab.42 ", "x",
      "00000000000000ab.18446744073709551616", "+0000000000000ab.1",
    ] { #expect(EventCursor(text) == nil, "\(text)") }
  }

  @Test("nothing beyond the durable sequence is lent, and limits hold")
  func readerBounds() throws {
    var log = try open()
    for _ in 0..<300 { try append(TestRecord(log.nextSequence), to: &log) }
    try log.commit()
    let reader = try EventLogReader(directory: directory)
    func read(_ from: UInt64, _ limit: Int, _ bytes: Int, _ durable: UInt64) throws -> [UInt64] {
      var seen: [UInt64] = []
      let reading = try reader.read(
        from: from, limit: limit, bytesMax: bytes, durable: durable
      ) { record, _ in seen.append(record.sequence) }
      #expect(reading == .events(count: seen.count, next: from + UInt64(seen.count)))
      return seen
    }
    #expect(try read(1, 500, .max, 10) == Array(1...10))
    #expect(try read(11, 500, .max, 10) == [])
    #expect(try read(250, 3, .max, 300) == [250, 251, 252])
    #expect(try read(129, 500, 1, 300) == [129])
    #expect(try read(5, 0, .max, 300) == [])
    #expect(try read(1, .max, .max, 300) == Array(1...300))
    // Asked for more than there is: what was promised durable must be there.
    #expect(throws: LedgerError.self) { try read(290, 500, .max, 305) }
  }

  @Test("readers follow a writer through rolls and retention and see every event whole")
  func concurrentReaders() async throws {
    let last: UInt64 = 1500
    let shared = DurableMark()
    var log = try open(smallOptions)
    try append(TestRecord(1), to: &log)
    shared.durable.store(try log.commit(), ordering: .releasing)
    let directory = directory
    let reader = try EventLogReader(directory: directory)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        group.addTask {
          var next: UInt64 = 1
          while next <= last {
            let bound = shared.durable.load(ordering: .acquiring)
            let reading = try reader.read(from: next, limit: 50, durable: bound) {
              record, payload in
              let seen = TestRecord(
                header: record.header, payload: payload.withUnsafeBytes { Array($0) })
              if seen != TestRecord(record.sequence) {
                Issue.record("event \(record.sequence) is not what was appended")
              }
            }
            switch reading {
            case .events(_, let following): next = following
            case .gone(let oldest): next = oldest
            }
            await Task.yield()
          }
        }
      }
      while log.nextSequence <= last {
        for _ in 0..<min(5, last - log.durableSequence) {
          try append(TestRecord(log.nextSequence), to: &log)
        }
        shared.durable.store(try log.commit(), ordering: .releasing)
        if log.nextSequence % 100 < 5 {
          try log.applyRetention(
            bytesMax: 20 * 4096, ageNanosMax: .max, now: WallTime(unixNanos: 0))
        }
        await Task.yield()
      }
      try await group.waitForAll()
    }
    #expect(log.durableSequence == last)
  }

  @Test("the segment's first bytes are frozen: version 1")
  func frozenSegment() throws {
    let storage = FaultStorage()
    var writer = try openWriter(storage)
    let record = TestRecord(
      header: EventHeader(
        kind: .crossing, id: EventID(high: 0x0011_2233_4455_8677, low: 0x8899_AABB_CCDD_EEFF),
        version: 2, time: WallTime(unixNanos: 1_772_337_906_789_012_345), isExercise: true),
      payload: Array("{}".utf8))
    try writer.append(record)
    try writer.commit()
    let bytes = storage.bytes(of: SegmentHeader.name(firstSequence: 1))
    let text = bytes.prefix(128).map { hexadecimal(UInt64($0), digits: 2) }.joined()
    #expect(text == Fixtures.segmentBeginning)
    let manifest = String(decoding: storage.bytes(of: Manifest.name), as: UTF8.self)
    #expect(manifest == Fixtures.manifest)
  }

  @Test("a record with salts is frozen: version 2, worked out in another language")
  func frozenSaltedRecord() throws {
    let storage = FaultStorage()
    let options = LedgerOptions(segmentBytes: 8192, groupBytesMax: 4096)
    var writer = try openWriter(storage, options: options)
    let header = EventHeader(
      kind: .crossing, id: Fixtures.crossingEventID, version: 2,
      time: WallTime(unixNanos: 1_772_337_906_789_012_345), isExercise: true)
    let (payload, salts) = (Array(Fixtures.crossing.utf8), Fixtures.salts)
    _ = try unsafe writer.append(header, salts: salts.span.bytes, payload: payload.span.bytes)
    try writer.commit()
    let bytes = storage.bytes(of: SegmentHeader.name(firstSequence: 1))
    let record = bytes[64..<64 + 2112]
    #expect(TreeHash.sha256(record) == Fixtures.saltedRecordDigest)
    let reader = try LogReader(storage: storage)
    var read: [(salts: [UInt8], payload: [UInt8])] = []
    _ = try reader.read(from: 1, limit: 9, bytesMax: .max, durable: 1) { _, salts, payload in
      read.append(([UInt8](copying: salts), [UInt8](copying: payload)))
    }
    #expect(read.count == 1 && read[0].salts == Fixtures.salts && read[0].payload == payload)
  }

  @Test("records of all versions stand in one ledger, and what is no version's salts is no record")
  func versions() throws {
    let storage = FaultStorage()
    var writer = try openWriter(
      storage, options: LedgerOptions(segmentBytes: 1 << 20, groupBytesMax: 64 << 10))
    let payload = Array(Fixtures.crossing.utf8)
    let salts = [[], Array(Fixtures.salts.prefix(EventRecord.seedBytes)), Fixtures.salts]
    for number in 0..<300 {
      let (header, drawn) = (TestRecord(UInt64(number)).header, salts[number % 3])
      _ = try unsafe writer.append(header, salts: drawn.span.bytes, payload: payload.span.bytes)
    }
    try writer.commit()
    let segment = storage.bytes(of: SegmentHeader.name(firstSequence: 1))
    #expect(segment[64 + 16] == 1)
    let reader = try LogReader(storage: storage)
    // From anywhere: what stands before is not read.
    for first in [1, 2, 150, 299, 17, 300] as [UInt64] {
      var read: [[UInt8]] = []
      _ = try reader.read(from: first, limit: 3, bytesMax: .max, durable: 300) { _, salts, _ in
        read.append([UInt8](copying: salts))
      }
      #expect(read == (first...min(first + 2, 300)).map { salts[Int($0 - 1) % 3] })
    }
    var buffer = LogBuffer(capacity: 4096)
    for (version, size) in [(2, 32), (3, 768), (2, 0), (3, 31), (4, 32)] as [(UInt8, Int)] {
      let salts = Array(Fixtures.salts.prefix(size))
      let bytes = unsafe buffer.putRecord(
        TestRecord(1).header, sequence: 1, groupPlace: 1, salts: salts.span.bytes,
        payload: payload.span.bytes, at: 0)
      buffer.store(version, at: 16)
      buffer.store(buffer.recordCRC(at: 0, length: Int(buffer.load(UInt32.self, at: 0))), at: 4)
      let reading = buffer.record(at: 0, limit: bytes)
      #expect(reading == (version == 4 ? .unknownVersion(4) : .invalid))
    }
  }
}
