import TestSupport
import Testing

@testable import Captures

@Suite struct MCAPTests {
  @Test(arguments: [
    ("", 0 as UInt32), ("123456789", 0xCBF4_3926), ("a", 0xE8B7_BE43),
    ("The quick brown fox jumps over the lazy dog", 0x414F_A339),
  ])
  func `the CRC-32 gives the published values`(text: String, expected: UInt32) {
    #expect(CRC32(Array(text.utf8).span.bytes).value == expected)
  }

  @Test func `a CRC in pieces and one put together equal the CRC of all, at every length`() {
    var generator = SeededGenerator(seed: 11)
    let bytes = randomBytes(700, &generator)
    for length in 0...300 {
      let start = Int(generator.next() % 300)
      let all = bytes.span.extracting(start..<start + length).bytes
      // Bit by bit, as ISO 3309 has it.
      var plain: UInt32 = .max
      for byte in bytes[start..<start + length] {
        plain ^= UInt32(byte)
        for _ in 0..<8 { plain = plain & 1 == 1 ? (plain >> 1) ^ 0xEDB8_8320 : plain >> 1 }
      }
      #expect(CRC32(all).value == ~plain)
      let cut = length == 0 ? 0 : Int(generator.next() % UInt64(length))
      var joined = CRC32(all.extracting(0..<cut))
      joined.append(CRC32(all.extracting(cut..<length)), count: length - cut)
      #expect(joined.value == ~plain)
    }
  }

  @Test(arguments: [32_767, 32_768, 32_769, 32_800, 100_003])
  func `the CRC of a long buffer is that of its short pieces`(length: Int) {
    var generator = SeededGenerator(seed: UInt64(length))
    let bytes = randomBytes(length + 3, &generator)
    let all = bytes.span.extracting(3...).bytes
    var pieces = CRC32()
    for start in stride(from: 0, to: length, by: 1_000) {
      pieces.update(all.extracting(start..<min(start + 1_000, length)))
    }
    #expect(CRC32(all) == pieces)
  }

  @Test(arguments: [
    (1 as UInt64, MCAPFormat.Compression.none), (2, .none), (3, .zstandard(level: 1)),
    (4, .zstandard(level: 9)),
  ])
  func `random messages come back as they were written`(
    seed: UInt64, compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let written = try writeRandom(
      path, seed: seed, count: 2_000, payloadMax: 900, compression: compression)
    let read = readMessages(path)
    #expect(read.error == nil)
    #expect(read.truncation == nil)
    #expect(read.messages == written)
    let summary = try #require(try MCAPReader(path: path).summary())
    #expect(summary.messageCount == 2_000)
    #expect(summary.channelMessages.values.reduce(0, +) == 2_000)
    #expect(summary.start == written.map(\.message.logTime).min())
    #expect(summary.end == written.map(\.message.logTime).max())
  }

  @Test(arguments: [MCAPFormat.Compression.none, .zstandard(level: 1)])
  func `large messages between small ones come back, and the data section's CRC is right`(
    compression: MCAPFormat.Compression
  ) throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let written = try writeRandom(
      path, seed: 6, count: 120, payloadMax: 400_000, compression: compression,
      chunkBytesMax: 4 << 20, directBytesMin: 128 << 10)
    let read = readMessages(path)
    #expect(read.error == nil)
    #expect(read.messages == written)
    // An altered message index escapes the chunks' CRCs, but not that of the data section.
    var bytes = readFile(path)
    let summary = try #require(try MCAPReader(path: path).summary())
    let chunk = Int(summary.chunks[0].offset)
    let length = (0..<8).reduce(0) { $0 | Int(bytes[chunk + 1 + $1]) << (8 * $1) }
    bytes[chunk + 9 + length + 20] ^= 1
    writeFile(path, bytes)
    let error = try #require(readMessages(path).error)
    #expect(error.code == .damaged)
    #expect(error.description.contains("data section"))
  }

  @Test func `the same messages give the same file, byte for byte`() throws {
    let folder = TemporaryFolder()
    let (a, b) = (folder.file("a"), folder.file("b"))
    for path in [a, b] {
      _ = try writeRandom(
        path, seed: 5, count: 500, payloadMax: 700, compression: .zstandard(level: 1))
    }
    #expect(readFile(a) == readFile(b))
  }

  @Test func `an existing file is not overwritten unless it is asked for`() throws {
    let folder = TemporaryFolder()
    writeFile(folder.file("a"), [1, 2, 3])
    #expect(throws: CaptureError.self) {
      let writer = try MCAPWriter(path: folder.file("a"), profile: "", library: "")
      try writer.close()
    }
    #expect(readFile(folder.file("a")) == [1, 2, 3])
  }

  @Test func `a full disk gives a typed error, and the error stays`() throws {
    var options = MCAPWriter.Options()
    options.replacesExisting = true
    let error = #expect(throws: CaptureError.self) {
      let writer = try MCAPWriter(path: "/dev/full", profile: "", library: "", options: options)
      try writer.close()
    }
    #expect(error?.code == .storageFull)
    #expect(error?.description.contains("/dev/full") == true)
  }

  @Test func `a file cut at every byte gives the messages of its whole chunks and says so`() throws
  {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let written = try writeRandom(
      path, seed: 21, count: 60, payloadMax: 120, compression: .zstandard(level: 1),
      chunkBytesMax: 1_024)
    let bytes = readFile(path)
    let summary = try #require(try MCAPReader(path: path).summary())
    try #require(summary.chunks.count >= 3)
    // How many messages are there once a chunk is whole.
    var whole: [(end: Int, messages: Int)] = []
    var count = 0
    for chunk in summary.chunks {
      let begin = Int(chunk.offset)
      let length = (0..<8).reduce(0) { $0 | Int(bytes[begin + 1 + $1]) << (8 * $1) }
      var cut = bytes[..<(begin + 9 + length)]
      writeFile(folder.file("c"), cut)
      count = readMessages(folder.file("c")).messages.count
      cut = []
      whole.append((begin + 9 + length, count))
    }
    #expect(count == written.count)
    let first = Int(summary.chunks[summary.chunks.count - 2].offset)
    for end in first..<bytes.count {
      writeFile(folder.file("c"), bytes[..<end])
      let read = readMessages(folder.file("c"))
      #expect(read.error == nil)
      let expected = whole.last { $0.end <= end }?.messages ?? 0
      #expect(read.messages.count == expected)
      #expect(read.messages[...] == written[..<expected])
      let truncation = try #require(read.truncation)
      #expect(truncation.offset <= end && truncation.offset + truncation.bytesLost == end)
    }
  }

  @Test func `a tail of zeros, as an unclean shutdown leaves it, is a cut-off file`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    let written = try writeRandom(
      path, seed: 22, count: 200, payloadMax: 120, compression: .none)
    let summary = try #require(try MCAPReader(path: path).summary())
    let end = Int(summary.chunks.last!.offset)
    writeFile(path, readFile(path)[..<end] + [UInt8](repeating: 0, count: 4_096))
    let read = readMessages(path)
    #expect(read.error == nil)
    #expect(read.truncation == MCAPReader.Truncation(offset: end, bytesLost: 4_096))
    #expect(read.messages.count > 50 && read.messages.count < written.count)
  }

  @Test func `a damaged chunk is reported with its place, and reading goes on behind it`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    _ = try writeRandom(path, seed: 23, count: 200, payloadMax: 120, compression: .none)
    let summary = try #require(try MCAPReader(path: path).summary())
    var bytes = readFile(path)
    let damaged = summary.chunks[1]
    bytes[Int(damaged.offset) + 200] ^= 0x10
    writeFile(path, bytes)
    var reader = try MCAPReader(path: path)
    var errors: [CaptureError] = []
    var count = 0
    while true {
      do {
        guard try reader.next() != nil else { break }
        count += 1
      } catch {
        errors.append(error)
      }
    }
    #expect(errors.first?.code == .damaged)
    #expect(errors.first?.offset == Int(damaged.offset))
    #expect(count > 100 && count < 200)
  }

  @Test func `flipped bytes never trap, and reading always ends`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.mcap")
    var generator = SeededGenerator(seed: 31)
    for (round, compression) in [
      MCAPFormat.Compression.none, .zstandard(level: 1),
    ].enumerated() {
      _ = try writeRandom(
        path, seed: 30 + UInt64(round), count: 80, payloadMax: 100, compression: compression,
        chunkBytesMax: 1_024)
      let bytes = readFile(path)
      for _ in 0..<1_500 {
        var altered = bytes
        for _ in 0...(generator.next() % 4) {
          altered[Int(generator.next() % UInt64(bytes.count))] = UInt8(
            truncatingIfNeeded: generator.next())
        }
        writeFile(folder.file("b"), altered)
        var steps = 0
        do {
          var reader = try MCAPReader(path: folder.file("b"))
          _ = try? reader.summary()
          while steps < 10_000 {
            do {
              guard try reader.next() != nil else { break }
            } catch {}
            steps += 1
          }
        } catch {}
        #expect(steps < 10_000)
        _ = try? CaptureInfo(path: folder.file("b"))
      }
    }
  }

  @Test func `a record that declares more than the limit is an error with its place`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a")
    let start: [UInt8] =
      MCAPFormat.magic + [0x01, 8, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    for opcode: UInt8 in [0x03, 0x04, 0x05, 0x06, 0x07, 0x0C] {
      let huge: [UInt8] = [opcode] + [UInt8](repeating: 0xFF, count: 7) + [0x7F]
      writeFile(path, start + huge)
      let error = try #require(readMessages(path).error)
      #expect(error.code == .tooLarge)
      #expect(error.offset == start.count)
    }
  }

  @Test func `a chunk that declares more than the limit takes no memory`() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a")
    let start: [UInt8] =
      MCAPFormat.magic + [0x01, 8, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    var content = [UInt8](repeating: 0, count: 16)
    content += [0, 0, 0, 0, 0, 1, 0, 0]  // 1 TiB
    content += [0, 0, 0, 0] + [4, 0, 0, 0] + Array("zstd".utf8) + [1, 0, 0, 0, 0, 0, 0, 0, 9]
    writeFile(path, start + [0x06, UInt8(content.count), 0, 0, 0, 0, 0, 0, 0] + content)
    #expect(readMessages(path).error?.code == .tooLarge)
  }

  @Test(arguments: ["", "GIF89a, not a capture", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"])
  func `what is not MCAP is refused with one clear message`(text: String) throws {
    let folder = TemporaryFolder()
    writeFile(folder.file("a"), text.utf8)
    let error = try #require(readMessages(folder.file("a")).error)
    #expect(error.code == .notACapture)
    #expect(error.description.contains("MCAP"))
  }

  @Test func `a missing file and a folder are refused with the system's words`() throws {
    #expect(readMessages("/nonexistent/file").error?.code == .inputOutput)
    #expect(readMessages("/tmp").error?.code == .inputOutput)
  }
}
