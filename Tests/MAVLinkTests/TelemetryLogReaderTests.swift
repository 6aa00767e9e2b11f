import MAVLink
import TestSupport
import Testing

extension TelemetryLogReader {
  /// `recognises(_:)` on an array (the testing macros take no spans).
  static func recognises(bytes: [UInt8]) -> Bool { recognises(bytes.span.bytes) }
}

@Suite("Telemetry log reader") struct TelemetryLogReaderTests {
  static let start: UInt64 = 1_436_056_003_484_195

  /// Records of `count` frames, one each 100 ms, cut apart.
  private func records(_ count: Int, random: inout SeededGenerator) -> [[UInt8]] {
    var encoder = FrameEncoder(version: .v1, systemID: 1, componentID: 1)
    return (0..<count).map { index in
      var record = Self.time(Self.start + UInt64(index) * 100_000)
      random.appendFrame(to: &record, by: &encoder)
      return record
    }
  }

  static func time(_ micros: UInt64) -> [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: micros >> UInt64($0)) }
  }

  private func read(_ log: [UInt8]) -> (
    times: [UInt64], sequences: [UInt8], counters: TelemetryLogReader.Counters
  ) {
    var reader = TelemetryLogReader()
    var times: [UInt64] = []
    var sequences: [UInt8] = []
    reader.read(log.span.bytes) { time, header, _ in
      times.append(time)
      sequences.append(header.sequence)
    }
    return (times, sequences, reader.counters)
  }

  @Test("Reads times and frames in order")
  func clean() {
    var random = SeededGenerator(seed: 1)
    let (times, sequences, counters) = read(records(50, random: &random).flatMap { $0 })
    #expect(times == (0..<50).map { Self.start + $0 * 100_000 })
    #expect(sequences == Array(0..<50))
    #expect(counters.frames == 50)
    #expect(counters.bytesSkipped == 0)
  }

  @Test("Passes over a damaged record as a whole")
  func damagedRecord() {
    var random = SeededGenerator(seed: 2)
    var records = records(10, random: &random)
    records[4][records[4].count - 1] ^= 1
    records[9][records[9].count - 1] ^= 1
    let (_, sequences, counters) = read(records.flatMap { $0 })
    #expect(sequences == [0, 1, 2, 3, 5, 6, 7, 8])
    #expect(counters.crcErrors == 2)
    #expect(counters.bytesSkipped == 0)
    #expect(counters.resyncs == 0)
  }

  @Test("Finds the records behind noise between them", arguments: 1...20)
  func noise(seed: UInt64) {
    var random = SeededGenerator(seed: 100 + seed)
    var log: [UInt8] = []
    var noiseCount = 0
    for record in records(40, random: &random) {
      if Int.random(in: 0..<4, using: &random) == 0, !log.isEmpty {
        let noise = random.bytes(Int.random(in: 1...50, using: &random))
        noiseCount += noise.count
        log += noise
      }
      log += record
    }
    let (times, sequences, counters) = read(log)
    #expect(sequences == Array(0..<40))
    #expect(times == (0..<40).map { Self.start + $0 * 100_000 })
    #expect(counters.bytesSkipped == UInt64(noiseCount))
  }

  @Test("After noise, believes no time more than three days from the latest one")
  func implausibleTime() {
    var random = SeededGenerator(seed: 6)
    var records = records(4, random: &random)
    let step = TelemetryLogReader.timeStepMicrosMax
    records[1].replaceSubrange(0..<8, with: Self.time(Self.start + step + 1))
    records[1] = [1, 2, 3] + records[1]
    let (_, sequences, counters) = read(records.flatMap { $0 })
    #expect(sequences == [0, 2, 3])
    #expect(counters.bytesSkipped == UInt64(records[1].count))
    #expect(counters.resyncs == 1)

    records[1].replaceSubrange(3..<11, with: Self.time(Self.start + step))
    #expect(read(records.flatMap { $0 }).sequences == [0, 1, 2, 3])
  }

  @Test("In step, follows a clock that is set to another day")
  func clockStep() {
    var random = SeededGenerator(seed: 7)
    var records = records(3, random: &random)
    records[0].replaceSubrange(0..<8, with: Self.time(1000))
    let (times, sequences, counters) = read(records.flatMap { $0 })
    #expect(sequences == [0, 1, 2])
    #expect(times == [1000, Self.start + 100_000, Self.start + 200_000])
    #expect(counters.bytesSkipped == 0)
  }

  @Test("Reads a log cut anywhere up to its last whole record")
  func truncated() {
    var random = SeededGenerator(seed: 3)
    let records = records(4, random: &random)
    let log = records.flatMap { $0 }
    let whole = records.dropLast().reduce(0) { $0 + $1.count }
    for count in whole..<log.count {
      let (_, sequences, counters) = read(Array(log[..<count]))
      #expect(sequences == [0, 1, 2])
      #expect(counters.bytesSkipped == UInt64(count - whole))
    }
  }

  @Test("Knows a log from the bare bytes of a line")
  func recognition() {
    var random = SeededGenerator(seed: 4)
    let record = records(1, random: &random)[0]
    #expect(TelemetryLogReader.recognises(bytes: record))
    #expect(!TelemetryLogReader.recognises(bytes: Array(record.dropFirst(8))))
    #expect(!TelemetryLogReader.recognises(bytes: []))
    #expect(!TelemetryLogReader.recognises(bytes: random.bytes(300)))
  }

  @Test("Accounts for every byte of random and damaged logs")
  func fuzz() {
    var random = SeededGenerator(seed: 5)
    let clean = records(30, random: &random).flatMap { $0 }
    for _ in 0..<400 {
      var log = clean
      for _ in 0..<Int.random(in: 0...20, using: &random) {
        let place = Int.random(in: 0..<log.count, using: &random)
        if Bool.random(using: &random) {
          log[place] = UInt8.random(in: 0...255, using: &random)
        } else {
          log.remove(at: place)
        }
      }
      var reader = TelemetryLogReader()
      var recordBytes = 0
      reader.read(log.span.bytes) { _, _, payload in recordBytes += 8 + 8 + payload.byteCount }
      let counters = reader.counters
      #expect(recordBytes + Int(counters.bytesSkipped) <= log.count)
      if counters.crcErrors + counters.unknownMessages + counters.incompatibleFrames == 0 {
        #expect(recordBytes + Int(counters.bytesSkipped) == log.count)
      }
    }
    for count in 0..<300 { _ = read(random.bytes(count)) }
  }
}
