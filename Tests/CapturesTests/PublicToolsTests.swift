import Model
import TestSupport
import Testing

@testable import Captures

/// Files of ours under the public `mcap` package, and its files under ours.
@Suite(.enabled(if: hasPublicMCAP, "needs python3 with the mcap package"))
struct PublicToolsTests {
  @Test(arguments: [MCAPFormat.Compression.none, .zstandard(level: 3)])
  func `the doctor finds nothing wrong with a file of ours`(
    compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    _ = try writeRandom(
      path, seed: 41, count: 1_500, payloadMax: 900, compression: compression)
    let result = run("python3 '\(toolsFolder)/doctor.py' '\(path)'")
    #expect(result.status == 0, "\(result.output)")
    #expect(result.output.hasPrefix("ok: 1500 messages"))
  }

  @Test func `the doctor finds what was altered`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    _ = try writeRandom(path, seed: 42, count: 200, payloadMax: 100, compression: .none)
    var bytes = readFile(path)
    let summary = try #require(try MCAPReader(path: path).summary())
    bytes[Int(summary.chunks[0].offset) + 300] ^= 1
    writeFile(path, bytes)
    #expect(run("python3 '\(toolsFolder)/doctor.py' '\(path)'").status != 0)
  }

  @Test func `the doctor accepts the whole chunks of a file that was cut off`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    _ = try writeRandom(path, seed: 43, count: 300, payloadMax: 300, compression: .none)
    let bytes = readFile(path)
    writeFile(path, bytes[..<(bytes.count * 2 / 3)])
    let result = run("python3 '\(toolsFolder)/doctor.py' '\(path)' --truncated")
    #expect(result.status == 0, "\(result.output)")
  }

  @Test(arguments: [MCAPFormat.Compression.none, .zstandard(level: 1)])
  func `the public package reads names, counts and payloads as written`(
    compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let written = try writeRandom(
      path, seed: 44, count: 400, payloadMax: 900, compression: compression)
    let result = run("python3 '\(toolsFolder)/list_messages.py' '\(path)'")
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0)
    let expected = written.map { taken in
      let message = taken.message
      return "t\(message.channel - 1) raw \(message.sequence) \(message.logTime) "
        + "\(message.publishTime) \(taken.payload.count) "
        + "\(CRC32(taken.payload.span.bytes).value)"
    }
    #expect(lines.map(String.init) == expected)
  }

  @Test(arguments: [("none", "chunked"), ("zstd", "chunked"), ("none", "unchunked")])
  func `a file of the public package is read as it was written`(
    compression: String, chunking: String
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let result = run(
      "python3 '\(toolsFolder)/write_messages.py' '\(path)' \(compression) 500 \(chunking)")
    try #require(result.status == 0, "\(result.output)")
    let read = readMessages(path)
    #expect(read.error == nil)
    #expect(read.truncation == nil)
    let expected = (0..<500).map { number in
      TakenMessage(
        message: MCAPMessage(
          channel: UInt16(number % 3 + 1), sequence: UInt32(number),
          logTime: UInt64(1_000 * number), publishTime: UInt64(max(1_000 * number - 1, 0))),
        payload: [UInt8](repeating: UInt8(number % 251), count: number * 37 % 1_000))
    }
    #expect(read.messages == expected)
    var reader = try MCAPReader(path: path)
    while try reader.next() != nil {}
    #expect(reader.profile == "someone")
    #expect(reader.metadata["notes"] == ["one": "1"])
    #expect(reader.channels[2]?.topic == "topic/1")
    #expect(reader.schemas[1]?.name == "a.b")
  }

  @Test func `a file with LZ4 chunks is refused with what can be done`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    try #require(
      run("python3 '\(toolsFolder)/write_messages.py' '\(path)' lz4 50 chunked").status == 0)
    let error = try #require(readMessages(path).error)
    #expect(error.code == .unsupported)
    #expect(error.description.contains("lz4") && error.description.contains("zstd"))
  }

  @Test func `an MCAP file that is no capture is told apart from one that is broken`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    try #require(
      run("python3 '\(toolsFolder)/write_messages.py' '\(path)' zstd 50 chunked").status == 0)
    let error = #expect(throws: CaptureError.self) { _ = try readAll(path) }
    #expect(error?.code == .notACapture)
    #expect(error?.description.contains("not a capture of a post") == true)
  }
}
