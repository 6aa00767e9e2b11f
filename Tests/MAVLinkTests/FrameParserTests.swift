import MAVLink
import TestSupport
import Testing

@Suite("Frame parser") struct FrameParserTests {
  static let heartbeatV1 = bytes(hex: "fe09072a0100040000000203510403598b")
  static let positionV2 = bytes(
    hex: "fd1c0000072a0121000060ea0000402c181d79fcbbfe40e20100a05b00006aff1301f6ff9f8c53af")

  /// Frames of both versions with noise of up to `noise` bytes between them, and the frames alone.
  private func stream(
    frames: Int, noise: Int, random: inout SeededGenerator
  ) -> (bytes: [UInt8], frames: [SeenFrame]) {
    var v1 = FrameEncoder(version: .v1, systemID: 1, componentID: 1)
    var v2 = FrameEncoder(version: .v2, systemID: 2, componentID: 100)
    var all: [UInt8] = []
    var clean: [UInt8] = []
    for _ in 0..<frames {
      if noise > 0 { all += random.bytes(Int.random(in: 0...noise, using: &random)) }
      var frame: [UInt8] = []
      if Bool.random(using: &random) {
        random.appendFrame(to: &frame, by: &v1)
      } else {
        random.appendFrame(to: &frame, by: &v2)
      }
      all += frame
      clean += frame
    }
    return (all, parseByTheBook(clean))
  }

  @Test("Finds the same frames and counts the same however the stream is cut", arguments: 1...12)
  func chunking(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (stream, _) = stream(frames: 60, noise: 40, random: &random)
    let (whole, counters) = parse(stream)
    #expect(whole.count >= 60)
    let byteByByte = parse(stream, cuts: Array(repeating: 1, count: stream.count))
    #expect(byteByByte.0 == whole)
    #expect(byteByByte.1 == counters)
    for largest in [3, 17, 300] {
      let cuts = (0..<stream.count).map { _ in Int.random(in: 0...largest, using: &random) }
      let cut = parse(stream, cuts: cuts)
      #expect(cut.0 == whole, "largest read \(largest)")
      #expect(cut.1 == counters, "largest read \(largest)")
    }
  }

  @Test("Takes a stream larger than its buffer in one call")
  func longRead() {
    var random = SeededGenerator(seed: 40)
    let (stream, frames) = stream(frames: 1500, noise: 0, random: &random)
    #expect(stream.count > 4 * FrameParser.capacity)
    let (seen, counters) = parse(stream)
    #expect(seen == frames)
    #expect(counters.frames == 1500)
    #expect(counters.bytes == UInt64(stream.count))
    #expect(counters.bytesSkipped == 0)
    #expect(counters.resyncs == 0)
    #expect(counters.crcErrors == 0)
    #expect(counters.framesLost == 0)
  }

  @Test("Finds every valid frame in random noise", arguments: 1...12)
  func noise(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (stream, frames) = stream(frames: 200, noise: 60, random: &random)
    let (seen, counters) = parse(stream)
    #expect(seen == frames)
    let frameBytes = frames.reduce(0) { $0 + $1.wireLength }
    #expect(counters.bytesSkipped == UInt64(stream.count - frameBytes))
    #expect(counters.resyncs > 0 && counters.resyncs <= 200)
  }

  @Test(
    "Finds a frame right behind a false first byte that claims it",
    arguments: [
      "fe", "fd", "fefe", "fdfe", "feff", "fefd00", "feff00010100", "fd1c0000072a01210000",
      "fdff0100072a01210000", "fe09072a0100",
    ])
  func falseStart(hex: String) {
    let falseStart = bytes(hex: hex)
    let (seen, counters) = parse(falseStart + Self.positionV2 + Self.heartbeatV1)
    #expect(seen.map(\.header.messageID) == [.globalPositionInt, .heartbeat])
    #expect(counters.bytesSkipped == UInt64(falseStart.count))
    #expect(counters.resyncs == 1)
  }

  @Test("Finds the frame behind a damaged one, and counts one CRC error")
  func damaged() {
    var damaged = Self.heartbeatV1
    damaged[8] ^= 0x40
    let (seen, counters) = parse(damaged + Self.heartbeatV1)
    #expect(seen.count == 1)
    #expect(counters.crcErrors == 1)
    #expect(counters.bytesSkipped == UInt64(damaged.count))
  }

  @Test("Refuses a frame with any single bit turned over", arguments: [heartbeatV1, positionV2])
  func bitErrors(frame: [UInt8]) {
    for bit in 0..<frame.count * 8 {
      var damaged = frame
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let (seen, counters) = parse(damaged)
      // Turning the flags of a version 2 header over can only ask for more bytes or be refused.
      #expect(seen.isEmpty, "bit \(bit)")
      #expect(counters.bytesSkipped == UInt64(frame.count), "bit \(bit)")
    }
  }

  @Test("Waits for the rest of a cut frame, and gives it up at the end of the input")
  func truncated() {
    for count in 1..<Self.positionV2.count {
      var parser = FrameParser()
      let taken = parser.append(Self.positionV2.span.bytes.extracting(0..<count))
      #expect(taken == count)
      let early = parser.nextFrame()
      #expect(early?.header == nil)
      #expect(parser.pendingCount == count)
      #expect(parser.counters.bytesSkipped == 0)
      let late = parser.nextFrame(endOfInput: true)
      #expect(late?.header == nil)
      #expect(parser.pendingCount == 0)
      #expect(parser.counters.bytesSkipped == UInt64(count))
    }
  }

  @Test("Refuses unknown incompatibility flags", arguments: [0x02, 0x03, 0x80, 0xFF] as [UInt8])
  func incompatible(flags: UInt8) {
    var frame = Self.positionV2
    frame[2] = flags
    let crc = bitwiseChecksum(frame[1..<frame.count - 2] + [104])
    frame[frame.count - 2] = UInt8(crc & 0xFF)
    frame[frame.count - 1] = UInt8(crc >> 8)
    let (seen, counters) = parse(frame + Self.heartbeatV1)
    #expect(seen.map(\.header.messageID) == [.heartbeat])
    #expect(counters.incompatibleFrames == 1)
  }

  @Test("Counts a message that no dialect knows, and reads on")
  func unknownMessage() {
    let unknown: [UInt8] = [0xFD, 2, 0, 0, 1, 1, 1, 0x03, 0, 0xFF, 9, 9, 0, 0]
    let (seen, counters) = parse(unknown + Self.heartbeatV1)
    #expect(seen.map(\.header.messageID) == [.heartbeat])
    #expect(counters.unknownMessages == 1)
    #expect(counters.crcErrors == 0)
  }

  @Test("Reads the largest payload, longer than its message, in both versions")
  func oversized() {
    let payload = [UInt8](repeating: 0xA5, count: 255)
    for head in [[255, 0, 1, 1, 30], [255, 1, 0, 0, 1, 1, 30, 0, 0]] as [[UInt8]] {
      let crc = bitwiseChecksum(head + payload + [39])
      var frame: [UInt8] = [head.count == 5 ? 0xFE : 0xFD] + head + payload
      frame += [UInt8(crc & 0xFF), UInt8(crc >> 8)]
      if head.count == 9 { frame += [UInt8](repeating: 0xFE, count: 13) }
      let (seen, counters) = parse(frame + frame)
      #expect(seen.map(\.payload) == [payload, payload])
      #expect(counters.bytesSkipped == 0)
      #expect(seen.first.map { Attitude(bytes: $0.payload).bootMillis } == 0xA5A5_A5A5)
    }
  }

  @Test("Counts the frames missing by each sender's running number")
  func sequenceGaps() throws {
    let message = SystemTime(unixMicros: 1, bootMillis: 2)
    var stream: [UInt8] = []
    for (system, sequence) in [
      (1, 250), (2, 7), (1, 251), (1, 255), (2, 8), (1, 0), (1, 0), (2, 11), (1, 2),
    ] as [(UInt8, UInt8)] {
      var encoder = FrameEncoder(
        version: .v2, systemID: system, componentID: 1, sequence: sequence)
      try encoder.append(message, to: &stream)
    }
    var parser = FrameParser()
    parser.parse(stream.span.bytes) { _, _ in }
    #expect(parser.counters.frames == 9)
    #expect(parser.counters.sequenceGaps == 3)
    #expect(parser.counters.framesLost == 3 + 1 + 2)
    var senders: [UInt8: SenderStatistics] = [:]
    parser.forEachSender { senders[$0.systemID] = $0 }
    #expect(senders.count == 2)
    #expect(senders[1]?.frames == 6)
    #expect(senders[1]?.framesLost == 4)
    #expect(senders[1]?.lastSequence == 2)
    #expect(senders[2]?.framesLost == 2)
    #expect(senders[2]?.sequenceGaps == 1)
  }

  @Test("Keeps at most 64 senders and counts the frames of further ones")
  func manySenders() throws {
    var stream: [UInt8] = []
    for _ in 0..<2 {
      for system in UInt8.min...UInt8.max {
        var encoder = FrameEncoder(version: .v1, systemID: system, componentID: 9)
        try encoder.append(SystemTime(unixMicros: 1, bootMillis: 2), to: &stream)
      }
    }
    var parser = FrameParser()
    parser.parse(stream.span.bytes) { _, _ in }
    #expect(parser.counters.frames == 512)
    #expect(parser.counters.untrackedFrames == 2 * (256 - 64))
    var senders = 0
    parser.forEachSender {
      #expect($0.frames == 2)
      senders += 1
    }
    #expect(senders == 64)
  }

  @Test("Takes no more bytes than it has room for")
  func fullBuffer() {
    let flood = [UInt8](repeating: 0x00, count: FrameParser.capacity + 100)
    var parser = FrameParser()
    let first = parser.append(flood.span.bytes)
    let second = parser.append(flood.span.bytes)
    let frame = parser.nextFrame()
    let third = parser.append(flood.span.bytes)
    #expect([first, second, third] == [FrameParser.capacity, 0, FrameParser.capacity])
    #expect(frame?.header == nil)
    #expect(parser.counters.bytes == UInt64(2 * FrameParser.capacity))
  }
}
