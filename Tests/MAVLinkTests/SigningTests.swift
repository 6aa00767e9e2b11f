import TestSupport
import Testing

@testable import MAVLink

@Suite("Signing") struct SigningTests {
  static let key = SigningKey(bytes: Array(0..<32))

  /// A link that requires signatures and a drone that signs, with the frames of `count` heartbeats.
  private func frames(
    _ count: Int, key: SigningKey = Self.key, timestamp: UInt64 = 1_000_000_000
  ) throws -> [[UInt8]] {
    var encoder = FrameEncoder(
      version: .v2, systemID: 5, componentID: 1,
      signer: FrameSigner(key: key, linkID: 3, timestamp: timestamp))
    return try (0..<count).map { _ in
      var frame: [UInt8] = []
      try encoder.append(FrozenFrameTests.position, to: &frame)
      return frame
    }
  }

  private func counters(
    _ stream: [UInt8], _ policy: SigningPolicy = .require, newest: UInt64 = 0
  ) -> ParserCounters {
    var parser = FrameParser(
      signing: LinkSigning(policy: policy, key: Self.key, newest: newest))
    parser.parse(stream.span.bytes) { _, _ in }
    parser.finish { _, _ in }
    return parser.counters
  }

  @Test("Frames of the link's key are taken")
  func right() throws {
    let counted = counters(try frames(20).flatMap { $0 })
    #expect(counted.frames == 20)
    #expect(counted.signedFrames == 20)
    #expect(counted.refusedFrames == 0)
  }

  @Test("Unsigned frames are refused where signatures are required, and only there")
  func unsigned() throws {
    var encoder = FrameEncoder(version: .v2, systemID: 5, componentID: 1)
    var stream: [UInt8] = []
    for _ in 0..<7 { try encoder.append(FrozenFrameTests.position, to: &stream) }
    let required = counters(stream)
    #expect(required.frames == 0)
    #expect(required.unsignedFrames == 7)
    #expect(required.bytesRefused == UInt64(stream.count))
    #expect(required.bytesSkipped == 0)
    #expect(counters(stream, .accept).frames == 7)
    #expect(counters(stream, .ignore).frames == 7)
  }

  @Test("A frame altered in any byte, its CRC made right again, is refused")
  func tampered() throws {
    let frame = try frames(1)[0]
    let crcAt = frame.count - 15
    for place in 3..<frame.count where place != crcAt && place != crcAt + 1 && !(7...9 ~= place) {
      var altered = frame
      altered[place] ^= 0x10
      let crc = bitwiseChecksum(altered[1..<crcAt] + [104])
      altered[crcAt] = UInt8(crc & 0xFF)
      altered[crcAt + 1] = UInt8(crc >> 8)
      let counted = counters(altered, .accept)
      #expect(counted.frames == 0, "byte \(place)")
      #expect(counted.forgedFrames == 1, "byte \(place)")
    }
  }

  @Test("A frame of another key is refused, but not where signatures are ignored")
  func otherKey() throws {
    let stream = try frames(3, key: SigningKey(passphrase: "other")).flatMap { $0 }
    #expect(counters(stream).forgedFrames == 3)
    #expect(counters(stream, .accept).forgedFrames == 3)
    #expect(counters(stream, .ignore).frames == 3)
  }

  @Test("A repeated or overtaken frame is refused")
  func replayed() throws {
    let sent = try frames(4)
    let counted = counters(sent[0] + sent[1] + sent[1] + sent[3] + sent[2] + sent[0])
    #expect(counted.frames == 3)
    #expect(counted.replayedFrames == 3)
    // What is refused makes no loss: the running number went 0, 1, 3.
    #expect(counted.framesLost == 1)
  }

  @Test("A new stream may be a minute behind, not more")
  func newStream() throws {
    let frame = try frames(1, timestamp: 10_000_000_000)[0]
    let minute = SigningClock.minute
    #expect(counters(frame, newest: 10_000_000_000 + minute).frames == 1)
    #expect(counters(frame, newest: 10_000_000_001 + minute).replayedFrames == 1)
  }

  @Test("Our own clock may be told anew, back too; what holders of the key said stays")
  func clockAnew() throws {
    let time: UInt64 = 10_000_000_000
    let late = time + 2 * SigningClock.minute
    var parser = FrameParser(
      signing: LinkSigning(policy: .require, key: Self.key, newest: late))
    let early = try frames(1, timestamp: time)[0]
    parser.parse(early.span.bytes) { _, _ in }
    #expect(parser.counters.replayedFrames == 1)
    parser.tellSigning(time: time)
    parser.parse(early.span.bytes) { _, _ in }
    #expect(parser.counters.frames == 1)
    // A frame that held, of later than our clock.
    let heard = try frames(1, timestamp: late)[0]
    parser.parse(heard.span.bytes) { _, _ in }
    parser.tellSigning(time: 0)
    var other = FrameEncoder(
      version: .v2, systemID: 6, componentID: 1,
      signer: FrameSigner(key: Self.key, linkID: 3, timestamp: time))
    var bytes: [UInt8] = []
    try other.append(FrozenFrameTests.position, to: &bytes)
    parser.parse(bytes.span.bytes) { _, _ in }
    #expect(parser.counters.frames == 2 && parser.counters.replayedFrames == 2)
  }

  @Test("Forgeries neither fill the table of streams nor move the clock")
  func forgeries() throws {
    var forged: [UInt8] = []
    for system in UInt8(1)...200 {
      var encoder = FrameEncoder(
        version: .v2, systemID: system, componentID: 1,
        signer: FrameSigner(
          key: SigningKey(passphrase: "x"), linkID: 1, timestamp: SigningClock.max - 9))
      try encoder.append(FrozenFrameTests.position, to: &forged)
    }
    let counted = counters(forged + (try frames(2).flatMap { $0 }))
    #expect(counted.forgedFrames == 200)
    #expect(counted.frames == 2)
  }

  @Test("Knows in whose name frames were refused")
  func refusedSystems() throws {
    var parser = FrameParser(signing: LinkSigning(policy: .require, key: Self.key))
    let frame = try frames(1, key: SigningKey(passphrase: "x"))[0]
    parser.parse(frame.span.bytes) { _, _ in }
    var refused = parser.refusedSystems
    #expect(refused.contains(5))
    #expect(!refused.contains(6))
    parser.forgetRefusedSystems()
    refused = parser.refusedSystems
    #expect(!refused.contains(5))
  }

  @Test("A credential holds a key as bytes, hexadecimal digits or base 64")
  func credentials() {
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    #expect(SigningKey(credential: Array(0..<32)) == Self.key)
    #expect(SigningKey(credential: Array((hex + "\n").utf8)) == Self.key)
    #expect(SigningKey(credential: Array(base64.utf8)) == Self.key)
    #expect(SigningKey(credential: Array(hex.dropLast().utf8)) == nil)
    #expect(SigningKey(credential: Array(hex.dropLast().utf8) + [0x78]) == nil)
    #expect(SigningKey(credential: []) == nil)
    #expect("\(Self.key)" == "a signing key")
  }

  @Test("The clock counts steps of ten microseconds since 2015")
  func clock() {
    #expect(SigningClock.timestamp(unixNanos: 0) == 0)
    #expect(SigningClock.timestamp(unixNanos: 1_420_070_401_000_000_000) == 100_000)
  }
}
