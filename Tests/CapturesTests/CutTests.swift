import Model
import TestSupport
import Testing

@testable import Captures

/// A capture that a crash cut off, wherever it did.
@Suite struct CutTests {
  /// Half a minute of edges, pictures and serial bytes in chunks of a second.
  private func record(to path: String, compression: MCAPFormat.Compression) throws {
    var options = MCAPWriter.Options()
    options.compression = compression
    options.chunkBytesMax = 16 << 10
    let site = makeSite()
    var writer = try CaptureWriter(
      path: path, header: makeHeader(site), site: site, options: options)
    var generator = SeededGenerator(seed: 997)
    for tenth in 0..<300 {
      let time = Instant(monotonicNanos: 5_000_000_000 + Int64(tenth) * 100_000_000)
      try writer.append(
        edge: GPIOEdge(sensor: SensorID(0), isRising: tenth % 2 == 0, time: time),
        source: SourceID(1))
      let bytes = randomBytes(Int(generator.next() % 90) + 1, &generator)
      try writer.append(bytes: bytes.span.bytes, at: time, source: SourceID(3))
      guard tenth % 4 == 0 else { continue }
      let pixels = randomBytes(64 * 48, &generator)
      try writer.append(
        frame: FrameHeader(
          sensor: SensorID(1), sequence: UInt32(tenth), time: time, width: 64, height: 48,
          stride: 64, format: .grey),
        bytes: pixels.span.bytes, source: SourceID(2))
    }
    try writer.close()
  }

  @Test(arguments: [MCAPFormat.Compression.none, .zstandard(level: 1)])
  func `a capture cut at every 997th byte opens and loses no whole chunk`(
    compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let (path, cut) = (folder.file("a.mcap"), folder.file("c.mcap"))
    try record(to: path, compression: compression)
    let bytes = readFile(path)
    let whole = readMessages(path).messages
    let chunks = try #require(try MCAPReader(path: path).summary()).chunks
    try #require(chunks.count > 8)
    // How many messages are there once a chunk is whole, by the index of the file itself.
    var reader = try MCAPReader(path: path)
    var counts: [Int: Int] = [:]
    while try reader.next() != nil { counts[reader.chunkStart, default: 0] += 1 }
    let ends = chunks.map { Int($0.offset) + Int($0.length) }
    var cuts = 0
    for end in stride(from: 997, to: bytes.count, by: 997) {
      writeFile(cut, bytes[..<end])
      let read = readMessages(cut)
      let kept = zip(chunks, ends).filter { $0.1 <= end }
        .reduce(0) { $0 + (counts[Int($1.0.offset)] ?? 0) }
      #expect(read.error == nil && read.truncation != nil)
      #expect(read.messages.count == kept && read.messages == Array(whole.prefix(kept)))
      if end >= ends[0] {
        let capture = try CaptureReader(path: cut)
        #expect(capture.siteBundle == makeHeader(makeSite()).siteBundle)
      }
      cuts += 1
    }
    #expect(cuts > 60)
  }
}
