import MAVLink
import TestSupport
import Testing

/// Random, damaged and hostile bytes: nothing may crash, and every byte must be accounted for.
@Suite("Frame parser under fuzzing") struct FrameParserFuzzTests {
  @Test("Accounts for every byte of 100,000 random or damaged reads")
  func everyByteIsAccountedFor() {
    var random = SeededGenerator(seed: 0xF00D)
    var encoder = FrameEncoder(version: .v2, systemID: 1, componentID: 1)
    var old = FrameEncoder(version: .v1, systemID: 1, componentID: 2)
    var good: [UInt8] = []
    for _ in 0..<200 {
      random.appendFrame(to: &good, by: &encoder)
      random.appendFrame(to: &good, by: &old)
    }
    var noise = random.bytes(4096)
    for offset in stride(from: 0, to: noise.count, by: 9) { noise[offset] = 0xFD | noise[offset] }
    var parser = FrameParser()
    var frames: UInt64 = 0
    var frameBytes: UInt64 = 0
    var read: [UInt8] = []
    for _ in 0..<100_000 {
      let word = random.next()
      let source = word & 1 == 0 ? good : noise
      let count = Int(word >> 8 & 0x1F)
      let start = Int(word >> 16 & 0xFFFF) % (source.count - count)
      read.removeAll(keepingCapacity: true)
      read.append(contentsOf: source[start..<start + count])
      if count > 0, word & 6 == 0 { read[Int(word >> 32) % count] ^= UInt8(word >> 56) }
      parser.parse(read.span.bytes) { header, payload in
        frames += 1
        let overhead = header.version == .v1 ? 8 : header.isSigned ? 25 : 12
        frameBytes += UInt64(payload.byteCount + overhead)
      }
    }
    let counters = parser.counters
    #expect(counters.frames == frames)
    #expect(counters.bytes == frameBytes + counters.bytesSkipped + UInt64(parser.pendingCount))
    #expect(parser.pendingCount < FrameFormat.frameLengthMax)
  }

  @Test("Agrees with the plainest possible parser on damaged streams", arguments: 1...60)
  func agreesWithTheBook(seed: UInt64) {
    var random = SeededGenerator(seed: 7000 + seed)
    var v2 = FrameEncoder(version: .v2, systemID: 1, componentID: 1)
    var v1 = FrameEncoder(version: .v1, systemID: 255, componentID: 254)
    var stream: [UInt8] = []
    for _ in 0..<25 {
      random.appendFrame(to: &stream, by: &v1)
      random.appendFrame(to: &stream, by: &v2)
    }
    for _ in 0..<Int.random(in: 0...30, using: &random) {
      let place = Int.random(in: 0..<stream.count, using: &random)
      switch Int.random(in: 0...5, using: &random) {
      case 0: stream.remove(at: place)
      case 1: stream.insert(0xFE, at: place)
      case 2: stream.insert(contentsOf: [0xFD, 0xFF, 1], at: place)
      case 3: stream.insert(contentsOf: stream[place...].prefix(50), at: place)
      default: stream[place] = UInt8.random(in: 0...255, using: &random)
      }
    }
    let cuts = (0..<stream.count).map { _ in Int.random(in: 1...90, using: &random) }
    let (seen, counters) = parse(stream, cuts: cuts)
    let expected = parseByTheBook(stream)
    #expect(seen == expected)
    let frameBytes = expected.reduce(0) { $0 + $1.wireLength }
    #expect(counters.bytesSkipped == UInt64(stream.count - frameBytes))
  }

  @Test("Bytes that could all begin a frame cost one refusal each", arguments: [0xFE, 0xFD])
  func hostile(byte: UInt8) {
    // 0xFE repeated claims frames of message 254 (DEBUG) with 254 bytes: a CRC at every byte.
    let flood = [UInt8](repeating: byte, count: 8192)
    let (seen, counters) = parse(flood)
    #expect(seen.isEmpty)
    #expect(counters.bytesSkipped == 8192)
    #expect(
      counters.crcErrors + counters.incompatibleFrames + counters.unknownMessages <= 8192)
  }

  @Test("Decoding a payload of any length never fails")
  func anyPayload() {
    var random = SeededGenerator(seed: 12)
    for count in 0...255 {
      let payload = random.bytes(count)
      let padded = payload + [UInt8](repeating: 0, count: 64)
      #expect(
        GlobalPositionInt(bytes: payload)
          == GlobalPositionInt(bytes: padded))
      #expect(GPSRawInt(bytes: payload) == GPSRawInt(bytes: padded))
      #expect(
        CameraTrackingGeoStatus(bytes: payload).latitudeE7
          == CameraTrackingGeoStatus(bytes: padded).latitudeE7)
    }
  }
}
