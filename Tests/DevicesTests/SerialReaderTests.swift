import Glibc
import MAVLink
import Model
import TestSupport
import Testing

@testable import Devices

@Suite struct SerialReaderTests {
  static let sensors = [SensorID(3), SensorID(9)]

  static func reader(
    _ path: String, _ clock: FakeClock, silenceMilliseconds: Int64 = 3_000
  ) -> SerialReader {
    SerialReader(
      link: SerialLink(
        name: "drone", device: path, baud: 57_600,
        silenceNanosMax: silenceMilliseconds * 1_000_000), sensors: sensors, clock: { clock.now })
  }

  /// Reads until quiet, at most 100 times; the kernel hands bytes to the terminal side from a
  /// worker, so the first readings wait.
  static func drain(_ reader: inout SerialReader, atLeast count: Int = 0) -> [UInt8] {
    var all: [UInt8] = []
    for _ in 0..<100 {
      let reading = reader.read(timeoutMilliseconds: all.count < count ? 1_000 : 0) { _, bytes in
        #expect(bytes.byteCount >= 1 && bytes.byteCount <= SerialReader.chunkMax)
        for place in bytes.byteOffsets {
          all.append(bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
        }
      }
      if reading == .quiet, all.count >= count { break }
    }
    return all
  }

  static func reports(_ reader: inout SerialReader) -> [HealthReport] {
    var all: [HealthReport] = []
    while let report = reader.nextHealth() { all.append(report) }
    return all
  }

  @Test func `every byte value comes through a pseudo-terminal as it was written`() {
    let clock = FakeClock()
    let pair = TerminalPair()
    var reader = Self.reader(pair.path, clock)
    #expect(reader.read(timeoutMilliseconds: 0) { _, _ in } == .quiet)
    #expect(Self.reports(&reader).isEmpty, "An open port that said nothing yet is no news.")
    let bytes = (0...255).map { UInt8($0) }
    #expect(pair.write(bytes) == 256)
    #expect(Self.drain(&reader, atLeast: 256) == bytes)
    let reports = Self.reports(&reader)
    #expect(reports.map(\.sensor) == Self.sensors)
    #expect(reports.allSatisfy { $0.state == .ok && $0.reason == .delivering })
    #expect(reader.counters.bytes == 256)
    #expect(reader.counters.openings == 1)
  }

  @Test func `chunks carry the moment at which they were read`() {
    let clock = FakeClock()
    let pair = TerminalPair()
    var reader = Self.reader(pair.path, clock)
    #expect(reader.read(timeoutMilliseconds: 0) { _, _ in } == .quiet)
    clock.advance(milliseconds: 123)
    #expect(pair.write([1]) == 1)
    var moments: [Instant] = []
    _ = reader.read(timeoutMilliseconds: 1_000) { moment, _ in moments.append(moment) }
    #expect(moments == [clock.now])
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `a burst arrives whole and in order in chunks of bounded size`(seed: UInt64) {
    let clock = FakeClock()
    let pair = TerminalPair()
    var generator = SeededGenerator(seed: seed)
    var reader = Self.reader(pair.path, clock)
    #expect(reader.read(timeoutMilliseconds: 0) { _, _ in } == .quiet)
    let sent = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var written = 0
    var got: [UInt8] = []
    for _ in 0..<100_000 where got.count < sent.count {
      let end = min(sent.count, written + Int.random(in: 1...9_000, using: &generator))
      if written < end { written += pair.write(sent[written..<end]) }
      got += Self.drain(&reader, atLeast: got.count < written ? 1 : 0)
    }
    #expect(got == sent, "seed \(seed)")
    #expect(reader.counters.bytes == 100_000)
  }

  @Test func `a hang-up is reported once and the port is opened again where its link leads`() {
    let clock = FakeClock()
    let folder = TemporaryFolder()
    var pair = TerminalPair()
    let path = folder.link("drone", to: pair.path)
    var reader = Self.reader(path, clock)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(pair.write([7]) == 1)
    #expect(Self.drain(&reader, atLeast: 1) == [7])
    _ = Self.reports(&reader)

    pair.hangUp()
    folder.remove("drone")
    #expect(Self.drain(&reader).isEmpty)
    var reports = Self.reports(&reader)
    #expect(reports.map(\.sensor) == Self.sensors)
    #expect(reports.allSatisfy { $0.state == .lost && $0.reason == .deviceGone })
    #expect(reader.counters.losses == 1)

    // A minute without it: tried again within the budget, without a further word.
    for _ in 0..<60 {
      clock.advance(milliseconds: 1_000)
      #expect(reader.read(timeoutMilliseconds: 0) { _, _ in } == .quiet)
    }
    #expect(reader.counters.failedOpenings >= 5)
    #expect(reader.counters.failedOpenings <= UInt64(Backoff.attemptsMax))
    #expect(Self.reports(&reader).isEmpty)

    pair = TerminalPair()
    _ = folder.link("drone", to: pair.path)
    clock.advance(milliseconds: 8_000)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(reader.counters.openings == 2)
    #expect(pair.write([8, 9]) == 2)
    #expect(Self.drain(&reader, atLeast: 2) == [8, 9])
    reports = Self.reports(&reader)
    #expect(reports.map(\.sensor) == Self.sensors)
    #expect(reports.allSatisfy { $0.state == .ok })
  }

  @Test func `a name that leads to another device is followed though the old one still lives`() {
    let clock = FakeClock()
    let folder = TemporaryFolder()
    let old = TerminalPair()
    let new = TerminalPair()
    let path = folder.link("drone", to: old.path)
    var reader = Self.reader(path, clock)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(old.write([1]) == 1)
    #expect(Self.drain(&reader, atLeast: 1) == [1])
    _ = folder.link("drone", to: new.path)
    clock.advance(milliseconds: 1_000)
    #expect(reader.read(timeoutMilliseconds: 0) { _, _ in } == .quiet)
    #expect(reader.counters.losses == 1)
    clock.advance(milliseconds: 1_000)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(new.write([2]) == 1)
    #expect(Self.drain(&reader, atLeast: 1) == [2])
    #expect(
      Self.reports(&reader).filter { $0.sensor == SensorID(3) }.map(\.reason) == [
        .delivering, .deviceGone, .delivering,
      ])
  }

  @Test func `silence is reported once and ends with the next byte`() {
    let clock = FakeClock()
    let pair = TerminalPair()
    var reader = Self.reader(pair.path, clock, silenceMilliseconds: 2_500)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(pair.write([1]) == 1)
    #expect(Self.drain(&reader, atLeast: 1) == [1])
    _ = Self.reports(&reader)

    clock.advance(milliseconds: 2_499)
    #expect(Self.drain(&reader).isEmpty)
    #expect(Self.reports(&reader).isEmpty)
    clock.advance(milliseconds: 1)
    #expect(Self.drain(&reader).isEmpty)
    var reports = Self.reports(&reader)
    #expect(reports.map(\.sensor) == Self.sensors)
    #expect(reports.allSatisfy { $0.state == .lost && $0.reason == .silent })
    for _ in 0..<50 {
      clock.advance(milliseconds: 1_000)
      #expect(Self.drain(&reader).isEmpty)
    }
    #expect(Self.reports(&reader).isEmpty)
    #expect(reader.counters.openings == 1, "A silent port stays open.")

    #expect(pair.write([2]) == 1)
    #expect(Self.drain(&reader, atLeast: 1) == [2])
    reports = Self.reports(&reader)
    #expect(reports.map(\.sensor) == Self.sensors)
    #expect(reports.allSatisfy { $0.state == .ok })
  }

  @Test func `a port that never says a byte is reported silent`() {
    let clock = FakeClock()
    let pair = TerminalPair()
    var reader = Self.reader(pair.path, clock)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    clock.advance(milliseconds: 3_000)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    #expect(Self.reports(&reader).map(\.reason) == [.silent, .silent])
  }

  @Test func `a silent reading of a silent port waits its whole time`() {
    let clock = FakeClock()
    let pair = TerminalPair()
    var reader = Self.reader(pair.path, clock)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    clock.advance(milliseconds: 3_000)
    _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
    let waited = ContinuousClock().measure {
      #expect(reader.read(timeoutMilliseconds: 30) { _, _ in } == .quiet)
    }
    #expect(waited >= .milliseconds(29))
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `health never repeats itself whatever befalls the link`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let clock = FakeClock()
    let folder = TemporaryFolder()
    var pair: TerminalPair? = TerminalPair()
    let path = folder.link("drone", to: pair?.path ?? "/nowhere")
    var reader = Self.reader(path, clock, silenceMilliseconds: 700)
    var last: [SensorID: HealthReport] = [:]
    for _ in 0..<400 {
      switch Int.random(in: 0..<6, using: &generator) {
      case 0:
        pair?.hangUp()
        pair = nil
        if Bool.random(using: &generator) { folder.remove("drone") }
      case 1:
        let next = TerminalPair()
        _ = folder.link("drone", to: next.path)
        pair = next
      case 2, 3: _ = pair?.write((0..<Int.random(in: 1...5_000, using: &generator)).map { _ in 0 })
      default: clock.advance(milliseconds: Int64.random(in: 0...1_500, using: &generator))
      }
      _ = reader.read(timeoutMilliseconds: 0) { _, bytes in
        #expect(bytes.byteCount >= 1 && bytes.byteCount <= SerialReader.chunkMax)
      }
      for report in Self.reports(&reader) {
        if let before = last[report.sensor] {
          #expect(
            before.state != report.state || before.reason != report.reason, "seed \(seed)")
          #expect(before.time <= report.time, "seed \(seed)")
        }
        last[report.sensor] = report
      }
      #expect(last[SensorID(3)]?.state == last[SensorID(9)]?.state)
    }
    let minutes = UInt64(clock.now.nanos(since: FakeClock().now) / Backoff.windowNanos + 1)
    #expect(
      reader.counters.openings + reader.counters.failedOpenings
        <= minutes * UInt64(Backoff.attemptsMax))
  }

  @Test func `a question is written to a link that asks, and to no other`() throws {
    for asks in [true, false] {
      let clock = FakeClock()
      let pair = TerminalPair()
      var reader = SerialReader(
        link: SerialLink(name: "drone", device: pair.path, baud: 57_600, asksTime: asks),
        sensors: Self.sensors, clock: { clock.now })
      var asker = TimeAsker()
      let earlyDue = asker.question(at: 1)
      let early = try #require(earlyDue)
      reader.ask(early)
      #expect(reader.counters.questions == 0)
      _ = reader.read(timeoutMilliseconds: 0) { _, _ in }
      let questionDue = asker.question(at: 2_000_000_000)
      let question = try #require(questionDue)
      reader.ask(question)
      #expect(reader.counters.questions == (asks ? 1 : 0))
      let written = pair.read()
      let expected = question.withBytes { bytes in
        bytes.byteOffsets.map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
      }
      #expect(written == (asks ? expected : []))
    }
  }
}
