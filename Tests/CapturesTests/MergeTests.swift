import Model
import Testing

@testable import Captures

@Suite struct MergeTests {
  /// A post's site and what its captures say of themselves.
  private func header(
    _ post: String, epoch: UInt64 = 1, startSeconds: Int64 = 5, utcSeconds: Int64 = 1_800_000_000
  ) -> (Site, CaptureHeader) {
    var site = makeSite()
    site.post = post
    var header = makeHeader(site)
    header.captureEpoch = epoch
    header.siteBundle = Array("post: \(post)\n".utf8)
    header.attachments = [
      MCAPAttachment(
        name: "site.yaml", mediaType: "application/yaml", data: Array("post: \(post)\n".utf8))
    ]
    header.clock = ClockMap(
      instant: Instant(monotonicNanos: startSeconds * 1_000_000_000),
      wall: WallTime(unixNanos: utcSeconds * 1_000_000_000), uncertaintyNanos: 1_000,
      state: .synchronised)
    return (site, header)
  }

  /// Half a minute of edges, ticks, pictures and two observations at the same moments.
  private func record(_ post: (Site, CaptureHeader), to path: String, seconds: Int = 30) throws {
    var options = MCAPWriter.Options()
    options.chunkBytesMax = 8 << 10
    let (site, header) = post
    var writer = try CaptureWriter(path: path, header: header, site: site, options: options)
    let start = try #require(header.clock).instant
    for tenth in 0..<seconds * 10 {
      let time = start.advanced(byNanos: Int64(tenth) * 100_000_000)
      try writer.append(
        clock: ClockMap(
          instant: time, wall: header.clock!.wallTime(at: time), uncertaintyNanos: 1_000,
          state: .synchronised))
      try writer.append(
        edge: GPIOEdge(sensor: SensorID(0), isRising: tenth % 2 == 0, time: time),
        source: SourceID(1))
      for number in 0..<2 {
        let observation = Observation(
          source: SourceID(1), sensor: SensorID(0), sequence: UInt64(2 * tenth + number + 1),
          time: time, content: .area(isActive: true))
        try writer.append(arrival: Arrival(time: time, observation: observation))
      }
      guard tenth % 5 == 0 else { continue }
      let pixels = [UInt8](repeating: UInt8(tenth % 250), count: 64 * 48)
      try writer.append(
        frame: FrameHeader(
          sensor: SensorID(1), sequence: UInt32(tenth), time: time, width: 64, height: 48,
          stride: 64, format: .grey),
        bytes: pixels.span.bytes, source: SourceID(2))
    }
    try writer.close()
  }

  @Test func `each post reads out of a merged capture as the capture that was put in`() throws {
    let folder = TemporaryFolder()
    let (a, b, merged) = (folder.file("a.mcap"), folder.file("b.mcap"), folder.file("m.mcap"))
    // The other post's machine has been running for longer, and its capture begins 10 s later.
    try record(header("east"), to: a)
    try record(header("west", startSeconds: 90_000, utcSeconds: 1_800_000_010), to: b)
    let report = try CaptureMerge().run(from: [a, b], to: merged)
    #expect(report.runs == ["east", "west"] && report.duplicates == 0)
    for (run, path) in [("east", a), ("west", b)] {
      #expect(try readAll("\(merged)#\(run)") == readAll(path))
      let one = try CaptureReader(path: "\(merged)#\(run)")
      let whole = try CaptureReader(path: path)
      #expect(one.header == whole.header)
      #expect(one.sensors == whole.sensors)
      let back = folder.file("\(run)-back.mcap")
      _ = try CaptureCopy().run(from: "\(merged)#\(run)", to: back)
      #expect(
        readMessages(back).messages.map(\.payload) == readMessages(path).messages.map(\.payload))
      #expect(try MCAPReader(path: back).metadata == MCAPReader(path: path).metadata)
      let info = try CaptureInfo(path: "\(merged)#\(run)")
      #expect(try info.messages == CaptureInfo(path: path).messages && info.hasSummary)
      #expect(try info.durationSeconds == CaptureInfo(path: path).durationSeconds)
    }
    // Times are UTC and rise, but for what stands before the first samples.
    var reader = try MCAPReader(path: merged)
    var (times, topics, names): ([UInt64], Set<String>, [String]) = ([], [], [])
    while let message = try reader.next() {
      let topic = try #require(reader.channels[Int(message.channel)]).topic
      topics.insert(topic)
      if !topic.hasSuffix("site") { times.append(message.logTime) }
    }
    names = reader.attachments.map(\.name)
    #expect(times == times.sorted() && times[0] == 1_800_000_000_000_000_000)
    #expect(topics.isSuperset(of: ["east/gpio", "west/gpio", "west/camera/gate \"left\""]))
    #expect(names == ["east/site.yaml", "west/site.yaml"])
    let again = folder.file("again.mcap")
    _ = try CaptureMerge().run(from: [a, b], to: again)
    #expect(readFile(again) == readFile(merged))
    if hasPublicMCAP {
      let doctor = CapturesTests.run("python3 '\(toolsFolder)/doctor.py' '\(merged)'")
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }

  @Test func `a span of a run of a merged capture is found by its own times`() throws {
    let folder = TemporaryFolder()
    let (a, b, merged) = (folder.file("a.mcap"), folder.file("b.mcap"), folder.file("m.mcap"))
    try record(header("east"), to: a)
    try record(header("west", startSeconds: 90_000), to: b)
    _ = try CaptureMerge().run(from: [a, b], to: merged)
    let span =
      Instant(monotonicNanos: 90_010_000_000_000)...Instant(monotonicNanos: 90_012_000_000_000)
    func items(_ path: String) throws -> [CaptureItem] {
      var reader = try CaptureReader(path: path)
      try reader.restrict(to: span)
      var items: [CaptureItem] = []
      while let item = try reader.next() { items.append(item) }
      return items
    }
    let found = try items("\(merged)#west")
    #expect(found.count > 60)
    #expect(try found == items(b))
  }

  @Test func `a merged capture as a whole, or a run that is not in it, is refused with the names`()
    throws
  {
    let folder = TemporaryFolder()
    let (a, b, merged) = (folder.file("a.mcap"), folder.file("b.mcap"), folder.file("m.mcap"))
    try record(header("east"), to: a, seconds: 2)
    try record(header("west"), to: b, seconds: 2)
    _ = try CaptureMerge().run(from: [a, b], to: merged)
    #expect(try CaptureInfo.runs(of: merged) == ["east", "west"])
    #expect(try CaptureInfo.runs(of: a).isEmpty)
    for (path, words) in [
      (merged, "\(merged)#east"), ("\(merged)#north", "it holds east, west"),
      ("\(a)#east", "no merged capture"),
    ] {
      let error = #expect(throws: CaptureError.self) { _ = try CaptureReader(path: path) }
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
  }

  @Test func `cuts of one run that overlap are that run again, each record once`() throws {
    let folder = TemporaryFolder()
    let whole = folder.file("whole.mcap")
    try record(header("east"), to: whole)
    func cut(_ name: String, _ from: Int64, _ to: Int64) throws -> String {
      var copy = CaptureCopy()
      copy.span =
        Instant(monotonicNanos: from * 1_000_000_000)...Instant(monotonicNanos: to * 1_000_000_000)
      _ = try copy.run(from: whole, to: folder.file(name))
      return folder.file(name)
    }
    let (a, b) = (try cut("a.mcap", 5, 20), try cut("b.mcap", 15, 40))
    let merged = folder.file("m.mcap")
    let report = try CaptureMerge().run(from: [a, b], to: merged)
    #expect(report.duplicates > 200 && report.runs == ["east"])
    #expect(try readAll(merged) == readAll(whole))
    let part = try #require(try CaptureReader(path: merged).header.part)
    #expect(part.reason == "merge" && part.start.monotonicNanos == 5_000_000_000)
    #expect(part.end.monotonicNanos == 40_000_000_000)
    // With the whole among them it is no part.
    let all = folder.file("all.mcap")
    let second = try CaptureMerge().run(from: [b, whole], to: all)
    #expect(try readAll(all) == readAll(whole) && second.duplicates > 300)
    #expect(try CaptureReader(path: all).header.part == nil)
  }

  @Test func `two runs of one post are told apart, and must not overlap`() throws {
    let folder = TemporaryFolder()
    let (a, b, c) = (folder.file("a.mcap"), folder.file("b.mcap"), folder.file("c.mcap"))
    try record(header("east", epoch: 1), to: a, seconds: 5)
    try record(header("east", epoch: 2, utcSeconds: 1_800_000_100), to: b, seconds: 5)
    try record(header("east", epoch: 3, utcSeconds: 1_800_000_002), to: c, seconds: 5)
    let report = try CaptureMerge().run(from: [a, b], to: folder.file("m.mcap"))
    #expect(report.runs == ["east@1", "east@2"])
    #expect(try readAll(folder.file("m.mcap#east@2")) == readAll(b))
    let error = #expect(throws: CaptureError.self) {
      try CaptureMerge().run(from: [a, c], to: folder.file("n.mcap"))
    }
    #expect(error?.reason.contains("overlap from 20") == true, "\(error?.reason ?? "")")
    #expect(readFile(folder.file("n.mcap")).isEmpty)
  }

  @Test func `captures of one run whose pictures differ are not mixed`() throws {
    let folder = TemporaryFolder()
    let (a, b) = (folder.file("a.mcap"), folder.file("b.mcap"))
    try record(header("east"), to: a, seconds: 3)
    let bytes = readFile(a)
    var options = MCAPWriter.Options()
    options.compression = .none
    // The same capture with one pixel changed, as one that was made unrecognisable.
    var reader = try MCAPReader(path: a)
    var writer = try MCAPWriter(path: b, profile: "vedette", library: "x", options: options)
    var numbers: [UInt16: UInt16] = [:]
    var isBegun = false
    while let message = try reader.next() {
      if !isBegun {
        isBegun = true
        for (name, values) in reader.metadata {
          try writer.writeMetadata(name: name, values.map { ($0.key, $0.value) })
        }
      }
      let channel = try #require(reader.channels[Int(message.channel)])
      if numbers[channel.id] == nil {
        let schema = try reader.schemas[channel.schema].map {
          try writer.addSchema(name: $0.name, encoding: $0.encoding, data: $0.data)
        }
        numbers[channel.id] = try writer.addChannel(
          topic: channel.topic, messageEncoding: channel.messageEncoding, schema: schema ?? 0,
          metadata: channel.metadata.map { ($0.key, $0.value) })
      }
      var payload = reader.withPayload { copy($0) }
      if channel.topic.hasPrefix("camera/") { payload[payload.count - 1] ^= 1 }
      var written = message
      written.channel = numbers[channel.id]!
      try writer.write(written, payload.span.bytes)
    }
    try writer.close()
    #expect(!bytes.isEmpty)
    let error = #expect(throws: CaptureError.self) {
      try CaptureMerge().run(from: [a, b], to: folder.file("m.mcap"))
    }
    #expect(
      error?.reason.contains("camera/gate \"left\" differs") == true, "\(error?.reason ?? "")")
  }
}
