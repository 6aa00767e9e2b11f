import MAVLink
import Model
import TestSupport
import Testing

@testable import Captures

@Suite struct ImportTests {
  private func importInto(
    _ folder: TemporaryFolder, _ inputs: [ImportPlan.Input], name: String = "out.mcap"
  ) throws -> [TakenItem] {
    let path = folder.file(name)
    let site = makeSite()
    try ImportPlan(inputs: inputs).run(to: path, header: makeHeader(site), site: site)
    return try readAll(path)
  }

  private func failure(
    _ folder: TemporaryFolder, _ kind: ImportPlan.Input.Kind, _ bytes: [UInt8]
  ) -> CaptureError? {
    writeFile(folder.file("in"), bytes)
    do {
      _ = try importInto(folder, [ImportPlan.Input(kind, path: folder.file("in"))])
      return nil
    } catch let error as CaptureError {
      return error
    } catch {
      return nil
    }
  }

  private let table = "time_s,sensor,level\n"

  @Test func `a table of levels becomes edges where the level changes`() throws {
    let folder = TemporaryFolder()
    writeFile(
      folder.file("a.csv"),
      (table + "# note\n\n0,pir-1,0\r\n0.5,pir-1,1\n0.5,beam-2,1\n0.75,beam-2,0\n"
        + "1.000000001,pir-1,1\n2,pir-1,0").utf8)
    let items = try importInto(
      folder, [ImportPlan.Input(.gpioLevels, path: folder.file("a.csv"), startNanos: 7)])
    let edges = items.compactMap { taken -> GPIOEdge? in
      if case .edge(let edge, let source) = taken.item, source == SourceID(1) { edge } else { nil }
    }
    func edge(_ sensor: UInt16, _ isRising: Bool, _ nanos: Int64) -> GPIOEdge {
      GPIOEdge(
        sensor: SensorID(sensor), isRising: isRising,
        time: Instant(monotonicNanos: 1_000_000_007 + nanos))
    }
    #expect(
      edges == [
        edge(0, true, 500_000_000), edge(2, false, 750_000_000), edge(0, false, 2_000_000_000),
      ])
    // Ten ticks a second, from the beginning to behind the last edge.
    let ticks = items.compactMap { taken -> ClockMap? in
      if case .clock(let map) = taken.item { map } else { nil }
    }
    #expect(ticks.count == 22)
    #expect(ticks.last!.instant > edges.last!.time)
    #expect(
      zip(ticks, ticks.dropFirst()).allSatisfy {
        $1.instant.nanos(since: $0.instant) == 100_000_000
      })
  }

  @Test(arguments: [
    ("", "line", "empty"), ("time,sensor,level\n", "line 1", "time_s,sensor,level"),
    ("time_s,sensor,level\n1,pir-1\n", "line 2", "fields"),
    ("time_s,sensor,level\n0,pir-1,1\nx,pir-1,1\n", "line 3, column 1", "\"x\""),
    ("time_s,sensor,level\n-1,pir-1,1\n", "line 2, column 1", "seconds"),
    ("time_s,sensor,level\n1e3,pir-1,1\n", "line 2, column 1", "seconds"),
    ("time_s,sensor,level\n2,pir-1,1\n1,pir-1,0\n", "line 3, column 1", "sort"),
    ("time_s,sensor,level\n1,pir-9,1\n", "line 2, column 3", "pir-9"),
    ("time_s,sensor,level\n1,gate \"left\",1\n", "line 2, column 3", "motion sensor"),
    ("time_s,sensor,level\n1,pir-1,2\n", "line 2, column 9", "0 or 1"),
    ("time_s,sensor,level\n1,pir-1,\n", "line 2, column 9", "0 or 1"),
    ("time_s,sensor,level\n1700000000.5,pir-1,1\n", "sample 1", "19675 days"),
    ("time_s,sensor,level\n1,pir-1,0\n2,pir-1,1\n1700000000.5,pir-1,0\n", "sample 2", "UTC"),
  ])
  func `a bad row is refused with its line and column, and no capture is left`(
    text: String, place: String, word: String
  ) throws {
    let folder = TemporaryFolder()
    let error = try #require(failure(folder, .gpioLevels, Array(text.utf8)))
    #expect(error.code == .badInput)
    #expect(error.description.contains(place), "\(error)")
    #expect(error.description.contains(word), "\(error)")
    #expect(readFile(folder.file("out.mcap")).isEmpty)
  }

  @Test func `a frame's time is exact, and within bounds for any rate and number`() {
    #expect(VideoReader.nanos(of: 90_000, at: (30_000, 1_001)) == 3_003_000_000_000)
    #expect(VideoReader.nanos(of: 10, at: (1, 1_000_000_000)) == .max / 4)
    #expect(VideoReader.nanos(of: .max, at: (1, 1_000_000_000)) == .max / 4)
  }

  @Test func `garbage as a table is refused and never traps`() {
    let folder = TemporaryFolder()
    var generator = SeededGenerator(seed: 61)
    let sample = Array((table + "0,pir-1,0\n0.5,pir-1,1\n1.25,beam-2,1\n").utf8)
    for _ in 0..<300 {
      var bytes = sample
      bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
        truncatingIfNeeded: generator.next())
      let error = failure(folder, .gpioLevels, bytes)
      #expect(error == nil || error?.code == .badInput || error?.code == .inputOutput)
      _ = run("rm -f '\(folder.file("out.mcap"))'")
    }
  }

  @Test func `serial bytes come back as they were, at the pace of the line`() throws {
    let folder = TemporaryFolder()
    var generator = SeededGenerator(seed: 62)
    let bytes = randomBytes(57_600 / 10 * 3, &generator)
    writeFile(folder.file("in"), bytes)
    let items = try importInto(
      folder, [ImportPlan.Input(.serialBytes(link: "mast", baud: nil), path: folder.file("in"))])
    #expect(items.flatMap(\.payload) == bytes)
    let times = items.compactMap { taken -> Instant? in
      if case .bytes(let time, let source) = taken.item, source == SourceID(3) { time } else { nil }
    }
    #expect(times == times.sorted())
    #expect(times.last == Instant(monotonicNanos: 4_000_000_000))
  }

  /// A version 1 heartbeat with sequence `number` and a right CRC, as a link brings it.
  private func heartbeat(_ number: UInt8) -> [UInt8] {
    var frame: [UInt8] = [0xFE, 9, number, 1, 1, 0, 0, 0, 0, 0, 2, 3, 81, 4, 3]
    var crc: UInt16 = 0xFFFF
    for byte in frame.dropFirst() + [50] {
      var mixed = byte ^ UInt8(truncatingIfNeeded: crc)
      mixed ^= mixed &<< 4
      crc = (crc >> 8) ^ (UInt16(mixed) << 8) ^ (UInt16(mixed) << 3) ^ (UInt16(mixed) >> 4)
    }
    frame += [UInt8(truncatingIfNeeded: crc), UInt8(crc >> 8)]
    return frame
  }

  private func time(_ micros: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: micros >> (56 - 8 * $0)) }
  }

  @Test func `a telemetry log gives the frames at their times and keeps the noise`() throws {
    let folder = TemporaryFolder()
    let start: UInt64 = 1_700_000_000_000_000
    var log: [UInt8] = []
    for number in 0..<20 {
      log += time(start + UInt64(number) * 250_000) + heartbeat(UInt8(number))
      if number == 9 { log += [0xFE, 0xFD, 1, 2, 3] }
    }
    writeFile(folder.file("in"), log)
    let items = try importInto(
      folder, [ImportPlan.Input(.telemetryLog(link: "mast"), path: folder.file("in"))])
    var parser = FrameParser()
    var sequences: [UInt8] = []
    var times: [Int64] = []
    for taken in items {
      guard case .bytes(let time, _) = taken.item else { continue }
      times.append(time.monotonicNanos - 1_000_000_000)
      parser.parse(taken.payload.span.bytes) { header, _ in sequences.append(header.sequence) }
    }
    // The noise looks like the head of a long frame, which is still awaited at the end.
    parser.finish { header, _ in sequences.append(header.sequence) }
    #expect(sequences == (0..<20).map { UInt8($0) })
    #expect(times.first == 0 && times.last == 19 * 250_000_000)
    // The record before the noise is not believed, since nothing plausible follows it: its eight
    // bytes of time stay with it.
    #expect(items.flatMap(\.payload).count == 20 * 17 + 5 + 8)
  }

  @Test func `a file that is no telemetry log is refused with what else to do`() throws {
    let folder = TemporaryFolder()
    let error = try #require(
      failure(folder, .telemetryLog(link: "mast"), Array("no log at all".utf8)))
    #expect(error.code == .badInput)
    #expect(error.description.contains("serial bytes"))
    var generator = SeededGenerator(seed: 63)
    for _ in 0..<100 {
      _ = failure(folder, .telemetryLog(link: "mast"), randomBytes(400, &generator))
      _ = run("rm -f '\(folder.file("out.mcap"))'")
    }
  }

  @Test(.enabled(if: hasSharedData, "needs the recorded data beside the repository"))
  func `a recorded flight's every message is found again in its import`() throws {
    let folder = TemporaryFolder()
    let items = try importInto(
      folder,
      [
        ImportPlan.Input(
          .telemetryLog(link: "mast"), path: sharedData + "/dronekit_flight.tlog")
      ])
    var parser = FrameParser()
    var count = 0
    for taken in items {
      guard case .bytes = taken.item else { continue }
      parser.parse(taken.payload.span.bytes) { _, _ in count += 1 }
    }
    parser.finish { _, _ in count += 1 }
    // What pymavlink reads of it.
    #expect(count >= 75_477)
    #expect(abs(items.last!.recorded.seconds(since: items.first!.recorded) - 1_377) < 2)
  }

  @Test func `an unknown link or camera is refused by name`() throws {
    let folder = TemporaryFolder()
    let link = try #require(failure(folder, .serialBytes(link: "no", baud: nil), [1]))
    #expect(link.description.contains("\"no\""))
    let camera = try #require(failure(folder, .video(camera: "pir-1", framesPerSecond: nil), [1]))
    #expect(camera.description.contains("\"pir-1\""))
  }

  @Test func `several files become one capture in the order of time, always the same`() throws {
    let folder = TemporaryFolder()
    writeFile(folder.file("a.csv"), (table + "0,pir-1,1\n0.3,pir-1,0\n0.9,pir-1,1\n").utf8)
    writeFile(folder.file("b"), [UInt8](repeating: 7, count: 3_000))
    writeFile(folder.file("c.y4m"), video(frames: 12, chroma: "mono"))
    let inputs = [
      ImportPlan.Input(.gpioLevels, path: folder.file("a.csv")),
      ImportPlan.Input(.serialBytes(link: "mast", baud: 9_600), path: folder.file("b")),
      ImportPlan.Input(
        .video(camera: "gate \"left\"", framesPerSecond: nil), path: folder.file("c.y4m"),
        startNanos: 50_000_000),
    ]
    let items = try importInto(folder, inputs)
    let times = items.map(\.recorded)
    #expect(times == times.sorted())
    #expect(Set(items.map { "\($0.item)".prefix(5) }).count == 4)
    _ = try importInto(folder, inputs, name: "again.mcap")
    #expect(readFile(folder.file("out.mcap")) == readFile(folder.file("again.mcap")))
  }

  // MARK: - Video

  private func video(frames: Int, chroma: String, width: Int = 32, height: Int = 17) -> [UInt8] {
    var bytes = Array("YUV4MPEG2 W\(width) H\(height) F30000:1001 Ip A1:1 C\(chroma)\n".utf8)
    let rest = chroma == "mono" ? 0 : 2 * ((width + 1) / 2) * ((height + 1) / 2)
    for number in 0..<frames {
      bytes += Array("FRAME\n".utf8)
      bytes += [UInt8](repeating: UInt8(number), count: width * height)
      bytes += [UInt8](repeating: 128, count: rest)
    }
    return bytes
  }

  @Test(arguments: ["mono", "420jpeg"])
  func `a YUV4MPEG2 video gives its luma at exact times`(chroma: String) throws {
    let folder = TemporaryFolder()
    writeFile(folder.file("v.y4m"), video(frames: 40, chroma: chroma))
    let items = try importInto(
      folder,
      [
        ImportPlan.Input(
          .video(camera: "gate \"left\"", framesPerSecond: nil), path: folder.file("v.y4m"))
      ])
    var count: Int64 = 0
    for taken in items {
      guard case .frame(let header, let source) = taken.item else { continue }
      #expect(source == SourceID(2))
      #expect(header.width == 32 && header.height == 17 && header.stride == 32)
      #expect(header.format == .grey && header.sequence == UInt32(count))
      #expect(header.time.monotonicNanos == 1_000_000_000 + count * 1_001_000_000 / 30)
      #expect(taken.payload == [UInt8](repeating: UInt8(count), count: 32 * 17))
      count += 1
    }
    #expect(count == 40)
  }

  @Test(arguments: [
    ("YUV4MPEG2 W8 H8 F25:1\n", "size"), ("YUV4MPEG2 W32 H32 F25\n", "rate"),
    ("YUV4MPEG2 W32 H32 F25:1 C420p10\n", "chroma"), ("YUV4MPEG2 W32 H32 F25:1\n", "no frame"),
    ("YUV4MPEG2 W32 H32 F25:1\nFRAME\nxx", "cut off"),
    ("YUV4MPEG2 W32 H32 F25:1\nFRAMX", "cut off"),
    ("YUV4MPEG2 W99999999999999999999 H32\n", "size"),
  ])
  func `a bad video is refused with what is wrong`(text: String, word: String) throws {
    let folder = TemporaryFolder()
    let error = try #require(
      failure(folder, .video(camera: "gate \"left\"", framesPerSecond: nil), Array(text.utf8)))
    #expect(error.code == .badInput)
    #expect(error.description.contains(word), "\(error)")
    #expect(readFile(folder.file("out.mcap")).isEmpty)
  }

  @Test(.enabled(if: hasFFmpeg, "needs ffmpeg"))
  func `another video is decoded by ffmpeg, and what it cannot decode is told in its words`() throws
  {
    let folder = TemporaryFolder()
    let path = folder.file("a: -v.avi")
    let made = run(
      "ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=10:duration=1 -c:v mjpeg 'file:\(path)'")
    try #require(made.status == 0, "\(made.output)")
    let items = try importInto(
      folder,
      [ImportPlan.Input(.video(camera: "gate \"left\"", framesPerSecond: nil), path: path)])
    let times = items.compactMap { taken -> Int64? in
      if case .frame(let header, _) = taken.item { header.time.monotonicNanos } else { nil }
    }
    #expect(times == (0..<10).map { 1_000_000_000 + $0 * 100_000_000 })
    let error = try #require(
      failure(
        folder, .video(camera: "gate \"left\"", framesPerSecond: nil),
        [UInt8](repeating: 9, count: 5_000)))
    #expect(error.code == .toolFailed)
    #expect(error.description.contains("ffmpeg could not decode"))
  }
}
