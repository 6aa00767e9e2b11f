import Model
import TestSupport
import Testing

@testable import Captures

@Suite struct CopyTests {
  /// A capture of `seconds` with edges, frames, arrivals and clock ticks, in many chunks.
  private func record(_ path: String, seconds: Int) throws {
    let site = makeSite()
    var generator = SeededGenerator(seed: 71)
    var options = MCAPWriter.Options()
    options.chunkBytesMax = 8 << 10
    var header = makeHeader(site)
    header.attachments = [
      MCAPAttachment(name: "site.yaml", mediaType: "application/yaml", data: [1, 2, 3])
    ]
    var capture = try CaptureWriter(path: path, header: header, site: site, options: options)
    for step in 0..<seconds * 10 {
      let time = Instant(monotonicNanos: 5_000_000_000 + Int64(step) * 100_000_000)
      try capture.append(
        clock: ClockMap(
          instant: time, wall: WallTime(unixNanos: 0), uncertaintyNanos: 1, state: .holdover))
      try capture.append(
        edge: GPIOEdge(sensor: SensorID(0), isRising: step % 2 == 0, time: time),
        source: SourceID(1))
      let pixels = randomBytes(64 * 48, &generator)
      try capture.append(
        frame: FrameHeader(
          sensor: SensorID(1), sequence: UInt32(step), time: time, width: 64, height: 48,
          stride: 64, format: .grey), bytes: pixels.span.bytes, source: SourceID(2))
      try capture.append(
        arrival: Arrival(
          time: time,
          observation: Observation(
            source: SourceID(2), sensor: SensorID(1), sequence: UInt64(step + 1), time: time,
            content: .detection(
              Detection(
                position: SIMD2(1.0 / 3, -Double(step)), covariance: SIMD3(0.1, 0.2, 0.3))))))
    }
    try capture.close()
  }

  @Test func `a file cut at every 997th byte opens and loses no whole chunk, repaired too`() throws
  {
    let folder = TemporaryFolder()
    let (path, cut, mended) = (folder.file("a"), folder.file("c"), folder.file("m"))
    try record(path, seconds: 12)
    let bytes = readFile(path)
    let whole = try readAll(path)
    let index = try MCAPReader(path: path).index()
    try #require(index.isFromSummary && index.chunks.count > 20)
    // Items in each chunk, by reading the chunks one after the other.
    var options = MCAPWriter.Options()
    options.replacesExisting = true
    let first = index.chunks[0].upperBound
    for end in stride(from: first + 997 - first % 997, to: bytes.count, by: 997) {
      writeFile(cut, bytes[..<end])
      let chunks = index.chunks.filter { $0.upperBound <= end }.count
      let found = try MCAPReader(path: cut).index()
      if !found.isFromSummary {
        #expect(found.chunks == Array(index.chunks[..<chunks]), "cut at \(end)")
      }
      let read = try readAll(cut)
      #expect(read[...] == whole[..<read.count])
      var file = try MCAPReader(path: cut)
      while try file.next() != nil {}
      #expect(file.chunkCount == chunks, "cut at \(end)")
      // Repair is slower; every tenth cut shows the same.
      guard end / 997 % 10 == 0 else { continue }
      let report = try CaptureCopy().run(from: cut, to: mended, options: options)
      #expect(report.chunksLost == 0)
      #expect(try readAll(mended) == read)
      #expect(try CaptureInfo(path: mended).hasSummary)
    }
  }

  @Test(.enabled(if: hasPublicMCAP, "needs python3 with the mcap package"))
  func `the doctor accepts what repair makes of a damaged capture`() throws {
    let folder = TemporaryFolder()
    let (path, mended) = (folder.file("a"), folder.file("m"))
    try record(path, seconds: 3)
    var bytes = readFile(path)
    let index = try MCAPReader(path: path).index()
    bytes[index.chunks[3].offset + 80] ^= 0x55
    writeFile(path, bytes)
    let report = try CaptureCopy().run(from: path, to: mended)
    #expect(report.chunksLost >= 1 && report.messages > 0)
    let doctor = run("python3 '\(toolsFolder)/doctor.py' '\(mended)'")
    #expect(doctor.status == 0, "\(doctor.output)")
    var reader = try CaptureReader(path: mended)
    while try reader.next() != nil {}
    #expect(reader.attachments.map(\.data) == [[1, 2, 3]])
  }

  @Test(arguments: [false, true])
  func `reading from a moment on gives what reading all gives, from the first chunk that matters`(
    isCutOff: Bool
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a")
    try record(path, seconds: 12)
    let whole = try readAll(path)
    if isCutOff {
      let bytes = readFile(path)
      let last = try #require(try MCAPReader(path: path).index().chunks.last)
      writeFile(path, bytes[..<last.upperBound])
    }
    for (from, to) in [(5.0, 6.0), (8.35, 9.15), (0, 99), (16.9, 17), (20, 30)] {
      let span =
        Instant(monotonicNanos: Int64(from * 1e9))...Instant(monotonicNanos: Int64(to * 1e9))
      var reader = try CaptureReader(path: path)
      try reader.restrict(to: span)
      var items: [CaptureItem] = []
      while let item = try reader.next() { items.append(item) }
      #expect(items == whole.filter { span.contains($0.recorded) }.map(\.item))
    }
  }

  @Test func `a moment among a million chunks is found in 21 looks`() {
    let values = (0..<1_000_000).map { UInt64($0 * 10) }
    for wanted in [0, 1, 4_999_995, 9_999_990, 99_999_999] as [UInt64] {
      var looks = 0
      let place = MCAPIndex.partition(values) {
        looks += 1
        return $0 < wanted
      }
      #expect(looks <= 21)
      #expect(place == min(Int(wanted + 9) / 10, 1_000_000))
    }
  }

  @Test func `a cut holds its time and its channels, says that it is a part, and keeps the rest`()
    throws
  {
    let folder = TemporaryFolder()
    let (path, part) = (folder.file("a"), folder.file("p"))
    try record(path, seconds: 6)
    let span = Instant(monotonicNanos: 7_000_000_000)...Instant(monotonicNanos: 8_000_000_000)
    var copy = CaptureCopy()
    copy.span = span
    copy.leavesOutPictures = true
    _ = try copy.run(from: path, to: part)
    let wanted = try readAll(path).filter { taken in
      if case .frame = taken.item { return false }
      return span.contains(taken.recorded)
    }
    #expect(try readAll(part) == wanted)
    #expect(!wanted.isEmpty)
    let header = try CaptureReader(path: part).header
    #expect(header.part == CapturePart(reason: "cut", start: span.lowerBound, end: span.upperBound))
    #expect(header.siteBundle == makeHeader(makeSite()).siteBundle)
  }

  @Test func `observations come back to the last bit`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a")
    let site = makeSite()
    var generator = SeededGenerator(seed: 72)
    var written: [Observation] = []
    var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
    let clock = ClockMap(
      instant: Instant(monotonicNanos: 7), wall: WallTime(unixNanos: -1), uncertaintyNanos: 3,
      state: .unsynchronised)
    for number in 0..<400 {
      var contents = CaptureTests.contents(clock)
      func chance() -> Double { Double(generator.next() % 1_000_003) / 7 - 3_000 }
      contents.append(
        .detection(
          Detection(
            position: SIMD2(chance(), chance()), covariance: SIMD3(chance(), chance(), chance()))))
      contents.append(
        .platform(
          PlatformState(
            position: SIMD3(chance(), chance(), chance()), velocity: SIMD3(0.1, -0.2, 1e-20),
            heading: Float(chance()), positionSigma: 0.3)))
      contents.append(CaptureTests.air)
      contents.append(
        .air(
          AirReport(
            broadcast: .remoteID, target: .drone, sender: generator.next(),
            identity: generator.next(), position: SIMD2(chance(), chance()),
            positionSigma: Float(chance()))))
      let observation = Observation(
        source: SourceID(2), sensor: SensorID(1), sequence: UInt64(number + 1),
        time: Instant(monotonicNanos: Int64(number)), content: contents[number % contents.count])
      written.append(observation)
      try capture.append(
        arrival: Arrival(time: Instant(monotonicNanos: 99), observation: observation))
    }
    try capture.close()
    var reader = try CaptureReader(path: path)
    var read: [Observation] = []
    while let item = try reader.next() {
      guard case .arrival(let arrival) = item else { continue }
      if let observation = reader.observation(of: arrival) { read.append(observation) }
    }
    #expect(read.count == written.count)
    // Written anew they are the same text, digits of NaN included.
    for (a, b) in zip(written, read) {
      if case .health = a.content { continue }
      var first = ByteBuffer()
      var second = ByteBuffer()
      first.appendJSON(a, sensor: Array("\"s\"".utf8))
      second.appendJSON(b, sensor: Array("\"s\"".utf8))
      #expect(first.withBytes { copy($0) } == second.withBytes { copy($0) })
    }
  }

  @Test func `garbage instead of a picture's message gives no picture and never traps`() {
    var generator = SeededGenerator(seed: 73)
    for _ in 0..<20_000 {
      let bytes = (0..<Int(generator.next() % 40)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      let place = PictureMessage.payload(of: .grey, in: bytes.span.bytes)
      #expect(place.map { $0.upperBound <= bytes.count } ?? true)
    }
  }
}
