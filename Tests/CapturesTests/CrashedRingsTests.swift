import Model
import Testing

@testable import Captures

@Suite struct CrashedRingsTests {
  private func at(_ seconds: Int) -> Instant {
    Instant(monotonicNanos: Int64(seconds) * 1_000_000_000)
  }

  private static let now = WallTime(unixNanos: 1_800_000_600_000_000_000)

  /// A minute of edges and pictures in segments of ten seconds; the run then falls: the last segment
  /// has no end.
  private func fall(in ring: String) throws {
    let site = makeSite()
    var limits = SegmentRing.Limits(keepNanos: 600_000_000_000, bytesMax: 1 << 30)
    limits.reserveBytes = 0
    var segments = try SegmentRing(
      folder: ring, header: makeHeader(site), site: site, limits: limits)
    for second in 5..<66 {
      segments.turn(at: at(second), clock: nil, wanted: nil)
      for tenth in 0..<10 {
        let time = at(second).advanced(byNanos: Int64(tenth) * 100_000_000)
        let pixels = (0..<64 * 48).map { UInt8(truncatingIfNeeded: $0 * second * 7 + tenth) }
        segments.write { writer throws(CaptureError) in
          try writer.append(
            edge: GPIOEdge(sensor: SensorID(0), isRising: tenth % 2 == 0, time: time),
            source: SourceID(1))
          try writer.append(
            frame: FrameHeader(
              sensor: SensorID(1), sequence: UInt32(second * 10 + tenth), time: time, width: 64,
              height: 48, stride: 64, format: .grey),
            bytes: pixels.span.bytes, source: SourceID(2))
        }
      }
    }
    // What a killed process leaves: the writer goes away without closing.
  }

  private func vault(_ folder: TemporaryFolder, bytesMax: Int64 = 1 << 30) throws -> CaptureVault {
    try CaptureVault(
      folder: folder.path,
      budget: CaptureVault.Budget(ageNanosMax: 700_000_000_000_000, bytesMax: bytesMax))
  }

  @Test func `what a fallen run recorded becomes a capture up to its last whole chunk`() throws {
    let folder = TemporaryFolder()
    try fall(in: folder.file("ring"))
    // A segment of which only the name reached the storage, and one of zeros.
    writeFile(folder.file("ring/00000098.mcap"), [])
    writeFile(folder.file("ring/00000099.mcap"), [UInt8](repeating: 0, count: 9_000))
    let crashed = CrashedRings(folder: folder.path)
    #expect(try crashed.putAside(folder.file("ring")) == 0)
    #expect(run("ls '\(folder.file("ring"))'").status != 0)
    let vault = try vault(folder)
    #expect(vault.entries(now: Self.now).isEmpty, "a ring is no capture")
    let rescue = try #require(
      try crashed.rescue(into: vault, now: Self.now, onEviction: { _ in }))
    let name = try #require(vault.entries(now: Self.now).first?.name)
    #expect(name.hasSuffix("-crash"))
    #expect(rescue.outcome == .kept(name: name, pictures: 0) && rescue.lostSegments == 2)
    let path = folder.file("\(name)/\(name).mcap")
    let times = try readAll(path).map(\.recorded)
    #expect(times.first == at(5))
    // At most the chunk in work, one second, is lost.
    #expect(times.last.map { $0 >= at(64) } == true)
    let part = try #require(try CaptureReader(path: path).header.part)
    #expect(part.reason == "crash" && part.start == at(5) && part.end == times.last)
    #expect(try CaptureInfo(path: path).truncation == nil)
    #expect(try crashed.rescue(into: vault, now: Self.now, onEviction: { _ in }) == nil)
    #expect(run("ls '\(folder.path)' | grep -c crashed").output == "0\n")
  }

  @Test func `of more than the budget the newest segments are kept`() throws {
    let folder = TemporaryFolder()
    try fall(in: folder.file("ring"))
    let crashed = CrashedRings(folder: folder.path)
    _ = try crashed.putAside(folder.file("ring"))
    let all = run("du -sb '\(folder.path)'/crashed-ring-*").output
    let bytes = try #require(Int64(all.prefix { $0.isNumber }))
    let vault = try vault(folder, bytesMax: bytes / 2)
    let rescue = try #require(
      try crashed.rescue(into: vault, now: Self.now, onEviction: { _ in }))
    #expect(rescue.lostSegments >= 3)
    let entry = try #require(vault.entries(now: Self.now).first)
    #expect(entry.bytes <= bytes / 2)
    let times = try readAll(folder.file("\(entry.name)/\(entry.name).mcap")).map(\.recorded)
    #expect(times.last.map { $0 >= at(64) } == true && times.first.map { $0 > at(20) } == true)
  }

  @Test func `an empty ring is none, one without a readable segment is told, many are bounded`()
    throws
  {
    let folder = TemporaryFolder()
    let ring = folder.file("ring")
    let crashed = CrashedRings(folder: folder.path)
    #expect(try crashed.putAside(ring) == 0)
    var lost = 0
    for _ in 0..<6 {
      try CaptureFolder.make(ring)
      writeFile("\(ring)/00000001.mcap", [1, 2, 3])
      lost += try crashed.putAside(ring)
    }
    #expect(lost == 2)
    let vault = try vault(folder)
    for _ in 0..<4 {
      let error = #expect(throws: CaptureError.self) {
        try crashed.rescue(into: vault, now: Self.now, onEviction: { _ in })
      }
      #expect(error?.reason.contains("can be read") == true)
    }
    #expect(try crashed.rescue(into: vault, now: Self.now, onEviction: { _ in }) == nil)
  }
}
