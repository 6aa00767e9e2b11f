import Model
import TestSupport
import Testing

@testable import Captures

@Suite struct CaptureTests {
  /// What a run of every kind of record appends.
  private func appendAll(_ capture: inout CaptureWriter) throws -> [CaptureItem] {
    let start = Instant(monotonicNanos: 5_000_000_000)
    func at(_ millis: Int64) -> Instant { start.advanced(byNanos: millis * 1_000_000) }
    var items: [CaptureItem] = []
    let clock = ClockMap(
      instant: at(1), wall: WallTime(unixNanos: 1_800_000_000_000_000_001),
      uncertaintyNanos: -1, state: .synchronised)
    try capture.append(clock: clock)
    items.append(.clock(clock))
    for (number, sensor) in [0, 2, 0, 2, 2].enumerated() {
      let edge = GPIOEdge(
        sensor: SensorID(UInt16(sensor)), isRising: number % 2 == 0, time: at(2 + Int64(number)))
      try capture.append(edge: edge, source: SourceID(1), recorded: at(10))
      items.append(.edge(edge, source: SourceID(1)))
    }
    for (number, format) in PixelFormat.allCases.enumerated() {
      for damaged in [false, true] {
        let header = FrameHeader(
          sensor: SensorID(1), sequence: .max - UInt32(number), time: at(20 + Int64(number)),
          width: 64, height: 48, stride: format == .mjpeg ? 0 : 64 + Int32(number), format: format,
          isDamaged: damaged)
        let bytes = [UInt8](repeating: UInt8(number), count: 64 * 48 * (number + 1))
        try capture.append(frame: header, bytes: bytes.span.bytes, source: SourceID(2))
        items.append(.frame(header, source: SourceID(2)))
      }
    }
    try capture.append(bytes: ([1, 2, 3] as [UInt8]).span.bytes, at: at(30), source: SourceID(3))
    items.append(.bytes(at: at(30), source: SourceID(3)))
    for (number, reason) in HealthReason.allCases.enumerated() {
      let sensor = number % 4 == 3 ? SensorID.none : SensorID(UInt16(number % 3))
      let report = HealthReport(
        sensor: sensor, state: HealthState.allCases[number % 5], reason: reason,
        systemError: Int32(number) - 3, time: at(40 + Int64(number)))
      let source = SourceID(UInt16(number % 4))
      try capture.append(health: report, source: source)
      items.append(.health(report, source: source))
    }
    for content in Self.contents(clock) + [Self.air] {
      let arrival = Arrival(
        time: at(60),
        observation: Observation(
          source: SourceID(2), sensor: SensorID(1), sequence: UInt64(items.count),
          time: at(55), content: content))
      try capture.append(arrival: arrival)
      items.append(
        .arrival(
          CapturedArrival(time: at(60), source: SourceID(2), sequence: UInt64(items.count))))
    }
    try capture.append(event: Array("{\"id\":\"x\"}".utf8).span.bytes, at: at(61))
    items.append(.event(at: at(61)))
    return items
  }

  /// What came to the format later.
  static let air = Observation.Content.air(
    AirReport(
      broadcast: .adsb, target: .aircraft, sender: .max, identity: 7, claim: SensorID(2),
      count: 3, position: SIMD2(-1.5, 2), velocity: SIMD2(70, -1), positionSigma: 38))

  static func contents(_ clock: ClockMap) -> [Observation.Content] {
    [
      .area(isActive: true), .scanEnd(count: 3, frame: .max),
      .detection(
        Detection(position: SIMD2(1.5, -2.0004), covariance: SIMD3(0.25, -0.1, 4), azimuth: .nan)),
      .detection(Detection(azimuth: 1.25, azimuthSigma: .infinity, quality: .nan)),
      .platform(
        PlatformState(
          position: SIMD3(1, 2, 3), velocity: SIMD3(0, -1, 2), heading: .nan, positionSigma: 1)),
      .health(
        HealthReport(
          sensor: .none, state: .lost, reason: .silent, time: Instant(monotonicNanos: 1))),
      .clock(clock),
    ]
  }

  @Test(arguments: [MCAPFormat.Compression.none, .zstandard(level: 1)])
  func `every kind of sample comes back as it was recorded, in the same order`(
    compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    let header = makeHeader(site, exercise: "Winter \"7\"")
    var options = MCAPWriter.Options()
    options.compression = compression
    options.directBytesMin = 4_096
    var capture = try CaptureWriter(path: path, header: header, site: site, options: options)
    let items = try appendAll(&capture)
    try capture.close()

    let reader = try CaptureReader(path: path)
    #expect(reader.header == header)
    #expect(reader.siteBundle == header.siteBundle)
    #expect(reader.sensors == ["pir-1", "gate \"left\"", "beam-2"])
    #expect(reader.sources == ["clock", "gpio", "camera/gate \"left\"", "serial/mast"])
    let read = try readAll(path)
    #expect(read.map(\.item) == items)
    for taken in read {
      switch taken.item {
      case .frame(let header, _):
        let number = Int(header.format.rawValue)
        #expect(taken.payload == [UInt8](repeating: UInt8(number), count: 64 * 48 * (number + 1)))
      case .bytes: #expect(taken.payload == [1, 2, 3])
      case .event: #expect(taken.payload == Array("{\"id\":\"x\"}".utf8))
      case .edge: #expect(taken.recorded == Instant(monotonicNanos: 5_010_000_000))
      default: break
      }
    }
  }

  @Test(.enabled(if: hasPublicMCAP, "needs python3 with the mcap package"))
  func `the doctor finds nothing wrong with a capture, and its JSON is JSON`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
    _ = try appendAll(&capture)
    try capture.close()
    let doctor = run("python3 '\(toolsFolder)/doctor.py' '\(path)'")
    #expect(doctor.status == 0, "\(doctor.output)")
    let check = run("python3 '\(toolsFolder)/check_json.py' '\(path)'")
    #expect(check.status == 0, "\(check.output)")
    let info = try CaptureInfo(path: path)
    writeFile(folder.file("info.json"), info.json)
    #expect(run("python3 -m json.tool '\(folder.file("info.json"))'").status == 0)
  }

  @Test func `another site's numbers are given out by name, and what it lacks is counted`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
    let count = try appendAll(&capture).count
    try capture.close()
    // Without `beam-2`, and with the sensors the other way round.
    var other = site
    other.sensors = [site.sensors[1], site.sensors[0]]
    var reader = try CaptureReader(path: path)
    reader.use(other)
    var edges: [SensorID] = []
    var cameras: Set<SensorID> = []
    var items = 0
    while let item = try reader.next() {
      items += 1
      if case .edge(let edge, _) = item { edges.append(edge.sensor) }
      if case .frame(let header, _) = item { cameras.insert(header.sensor) }
    }
    #expect(edges == [SensorID(1), SensorID(1)])
    #expect(cameras == [SensorID(0)])
    #expect(reader.skippedCount > 0)
    #expect(items + reader.skippedCount == count)
  }

  @Test func `information is the same from the index and, cut off, from the chunks`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
    let count = try appendAll(&capture).count
    try capture.close()
    let whole = try CaptureInfo(path: path)
    #expect(whole.hasSummary && whole.truncation == nil)
    // Besides: the configuration, the site's map and the place of our own.
    #expect(whole.messages == UInt64(count) + 3)
    #expect(whole.durationSeconds > 0.05)
    let bytes = readFile(path)
    let summary = try #require(try MCAPReader(path: path).summary())
    let chunk = try #require(summary.chunks.last)
    let length = (0..<8).reduce(0) { $0 | Int(bytes[Int(chunk.offset) + 1 + $1]) << (8 * $1) }
    writeFile(path, bytes[..<(Int(chunk.offset) + 9 + length + 5)])
    let cut = try CaptureInfo(path: path)
    #expect(!cut.hasSummary)
    #expect(cut.truncation?.bytesLost == 5)
    #expect(cut.channels == whole.channels)
    #expect(cut.messages == whole.messages)
    #expect(cut.start == whole.start && cut.end == whole.end)
    #expect(String(decoding: cut.json, as: UTF8.self).contains("\"is_truncated\":true"))
  }

  @Test func `a capture cut anywhere is read as far as it goes or refused with one message`() throws
  {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
    let items = try appendAll(&capture)
    try capture.close()
    let bytes = readFile(path)
    var refused = 0
    for end in stride(from: 0, to: bytes.count, by: 7) {
      writeFile(folder.file("c"), bytes[..<end])
      do {
        let read = try readAll(folder.file("c"))
        #expect(read.map(\.item)[...] == items[..<read.count])
      } catch let error as CaptureError {
        #expect(error.code == .notACapture)
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test func `a writer that was never closed leaves a capture that can be read`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    func crash() throws -> [CaptureItem] {
      var capture = try CaptureWriter(path: path, header: makeHeader(site), site: site)
      let items = try appendAll(&capture)
      try capture.flush()
      return items
    }
    let items = try crash()
    #expect(try readAll(path).map(\.item) == items)
    #expect(try CaptureInfo(path: path).truncation?.bytesLost == 0)
  }

  @Test
  func `captures of formats 1 and 2 are read alike, and format 2 is written as it always was`()
    throws
  {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let site = makeSite()
    var options = MCAPWriter.Options()
    options.compression = .none
    var capture = try CaptureWriter(
      path: path, header: makeHeader(site), site: site, options: options)
    let time = Instant(monotonicNanos: 5_000_000_123)
    let edge = GPIOEdge(sensor: SensorID(2), isRising: false, time: time)
    try capture.append(edge: edge, source: SourceID(1))
    let frame = FrameHeader(
      sensor: SensorID(1), sequence: 9, time: time, width: 16, height: 2, stride: 16,
      format: .grey)
    let pixels = (0..<32).map { UInt8($0) }
    try capture.append(frame: frame, bytes: pixels.span.bytes, source: SourceID(2))
    try capture.append(bytes: pixels.span.bytes, at: time, source: SourceID(3))
    let report = HealthReport(
      sensor: .none, state: .degraded, reason: .overrun, systemError: 5, time: time)
    try capture.append(health: report, source: SourceID(0))
    let clock = ClockMap(
      instant: time, wall: WallTime(unixNanos: 1_800_000_000_000_000_123), uncertaintyNanos: 7,
      state: .synchronised)
    try capture.append(clock: clock)
    for (number, content) in Self.contents(clock).enumerated() {
      try capture.append(
        arrival: Arrival(
          time: time,
          observation: Observation(
            source: SourceID(2), sensor: SensorID(1), sequence: UInt64(number + 1), time: time,
            content: content)))
    }
    try capture.append(event: Array("{}".utf8).span.bytes, at: time)
    try capture.close()

    let fixture = fixturesFolder + "/format-2.mcap"
    // Recorded anew only on purpose: `VEDETTE_RECORD=1 swift test`; the difference is a migration.
    if isRecording { writeFile(fixture, readFile(path)) }
    #expect(readFile(path) == readFile(fixture))
    let taken = try readAll(fixture)
    let items = taken.map(\.item)
    let old = try readAll(fixturesFolder + "/format-1.mcap")
    #expect(old.map(\.item) == items && old.map(\.payload) == taken.map(\.payload))
    #expect(
      items.prefix(5) == [
        .edge(edge, source: SourceID(1)), .frame(frame, source: SourceID(2)),
        .bytes(at: time, source: SourceID(3)), .health(report, source: SourceID(0)), .clock(clock),
      ])
    #expect(items.last == .event(at: time))
    #expect(items.count == 5 + 7 + 1)
  }

  @Test func `JSON that is not as expected is passed over and never traps`() {
    var generator = SeededGenerator(seed: 51)
    let sample = Array(
      "{\"sensor\":\"pir\\u00fc\\n\",\"n\":-12,\"x\":[1,{\"a\":\"]\"}],\"y\":1.5e3,\"z\":null}".utf8
    )
    func members(_ bytes: [UInt8]) -> Int {
      var fields = JSONFields()
      var count = 0
      let span = bytes.span.bytes
      while let (key, value) = fields.next(span) {
        count += 1
        _ = span.jsonString(key)
        if case .string(let text) = value { _ = span.jsonString(text) }
      }
      return fields.isBroken ? -count - 1 : count
    }
    #expect(members(sample) == 5)
    #expect(members(Array("{}".utf8)) == 0)
    for text in ["", "{", "[]", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":\"\\", "{\"a\":-}"] {
      #expect(members(Array(text.utf8)) < 0, "\(text)")
    }
    for _ in 0..<20_000 {
      var bytes = sample
      for _ in 0...(generator.next() % 3) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      #expect(abs(members(Array(bytes.prefix(Int(generator.next() % 80))))) <= 80)
    }
  }

  @Test(arguments: [
    (0.0, 3, "0.000"), (-0.0004, 3, "0.000"), (-1.0005, 3, "-1.001"), (12.5, 0, "13"),
    (0.05, 1, "0.1"), (1e9, 2, "1000000000.00"), (.nan, 3, "null"), (1e300, 3, "null"),
    (999_999_999.999_999, 9, "999999999.999999000"),
  ])
  func `numbers with fixed decimals are written the same everywhere`(
    value: Double, decimals: Int, expected: String
  ) {
    var buffer = ByteBuffer()
    buffer.appendJSON(value, decimals: decimals)
    let text = buffer.withBytes { String(decoding: copy($0), as: UTF8.self) }
    if decimals == 9 {
      #expect(text.hasPrefix("999999999.99999"))
    } else {
      #expect(text == expected)
    }
  }

  @Test func `integers reach from the least to the greatest`() {
    var buffer = ByteBuffer()
    buffer.appendJSON(Int64.min)
    buffer.append(" ")
    buffer.appendJSON(UInt64.max)
    buffer.append(" ")
    buffer.appendJSON(0)
    #expect(
      buffer.withBytes { String(decoding: copy($0), as: UTF8.self) }
        == "-9223372036854775808 18446744073709551615 0")
  }
}
