import Model
import Testing

@testable import Captures

@Suite struct VeilTests {
  /// Ten seconds with a raw and a compressed camera channel, edges and an event.
  private func record(to path: String) throws {
    let site = makeSite()
    var header = makeHeader(site)
    header.attachments = [
      MCAPAttachment(name: "site.yaml", mediaType: "application/yaml", data: [1, 2])
    ]
    var writer = try CaptureWriter(path: path, header: header, site: site)
    for tenth in 0..<100 {
      let time = Instant(monotonicNanos: 5_000_000_000 + Int64(tenth) * 100_000_000)
      try writer.append(
        edge: GPIOEdge(sensor: SensorID(0), isRising: tenth % 2 == 0, time: time),
        source: SourceID(1))
      let isJPEG = tenth % 2 == 0
      let pixels = (0..<(isJPEG ? 100 + tenth : 64 * 48)).map { UInt8(truncatingIfNeeded: $0) }
      try writer.append(
        frame: FrameHeader(
          sensor: SensorID(1), sequence: UInt32(tenth), time: time, width: 64, height: 48,
          stride: isJPEG ? 0 : 64, format: isJPEG ? .mjpeg : .grey, isDamaged: tenth == 51),
        bytes: pixels.span.bytes, source: SourceID(2))
    }
    let event = Array(#"{"type":"Feature","properties":{"event_id":"x"}}"#.utf8)
    try writer.append(event: event.span.bytes, at: Instant(monotonicNanos: 16_000_000_000))
    try writer.close()
  }

  @Test func `pictures are changed or left out, all else stays, and the copy says so`() throws {
    let folder = TemporaryFolder()
    let (path, out) = (folder.file("a.mcap"), folder.file("b.mcap"))
    try record(to: path)
    let report = try CaptureVeil(cameras: nil, account: ["method": "test"]).run(
      from: path, to: out
    ) { camera, header, bytes, body in
      #expect(camera == "gate \"left\"" && bytes.byteCount > 99)
      guard !header.isDamaged else { return false }
      // A length of another number of bytes, too.
      let picture = [UInt8](repeating: 7, count: header.format == .mjpeg ? 20_000 : 64 * 48)
      body(picture.span.bytes)
      return true
    }
    #expect(report.changed == ["gate \"left\"": 99] && report.leftOut == ["gate \"left\"": 1])
    #expect(report.untouched.isEmpty)
    func others(_ path: String) throws -> [TakenItem] {
      try readAll(path).filter { if case .frame = $0.item { false } else { true } }
    }
    #expect(try others(out) == others(path))
    let frames = try readAll(out).filter { if case .frame = $0.item { true } else { false } }
    #expect(frames.count == 99 && frames.allSatisfy { $0.payload.allSatisfy { $0 == 7 } })
    #expect(Set(frames.map(\.payload.count)) == [20_000, 64 * 48])
    var reader = try MCAPReader(path: out)
    while try reader.next() != nil {}
    #expect(reader.metadata["anonymised"] == ["method": "test"])
    #expect(
      reader.metadata["anonymised_pictures"]
        == ["changed.gate \"left\"": "99", "left_out.gate \"left\"": "1"])
    #expect(reader.attachments.map(\.name) == ["site.yaml"])
    #expect(try CaptureReader(path: out).header.part?.reason == "anonymised")
    if hasPublicMCAP {
      let doctor = run("python3 '\(toolsFolder)/doctor.py' '\(out)'")
      #expect(doctor.status == 0, "\(doctor.output)")
    }
  }

  @Test func `cameras that are not named stay, one that is not there is refused`() throws {
    let folder = TemporaryFolder()
    let (path, out) = (folder.file("a.mcap"), folder.file("b.mcap"))
    try record(to: path)
    let report = try CaptureVeil(cameras: [], account: [:]).run(from: path, to: out) {
      _, _, _, _ in
      Issue.record("no camera is named")
      return false
    }
    #expect(report.untouched == ["gate \"left\"": 100])
    #expect(try readAll(out) == readAll(path))
    let error = #expect(throws: CaptureError.self) {
      try CaptureVeil(cameras: ["mast"], account: [:]).run(from: path, to: folder.file("c")) {
        _, _, _, _ in false
      }
    }
    #expect(error?.reason.contains("it has gate \"left\"") == true)
    #expect(readFile(folder.file("c")).isEmpty)
  }
}
