import MAVLink
import Model
import Perception
import Testing

/// Signatures and silence on a link.
@Suite("Conduct of a link")
struct LinkConductTests {
  private let key = SigningKey(passphrase: "north ford")

  private func position(_ boot: UInt32) -> GlobalPositionInt {
    GlobalPositionInt(
      bootMillis: boot, latitudeE7: 480_000_000, longitudeE7: 160_000_000,
      altitudeMillimetres: 260_000, relativeAltitudeMillimetres: 60_000,
      northCentimetresPerSecond: 0, eastCentimetresPerSecond: 0, downCentimetresPerSecond: 0)
  }

  private func frame(system: UInt8 = 7, _ time: UInt64?, key: SigningKey? = nil) throws -> [UInt8] {
    let signer = time.map { FrameSigner(key: key ?? self.key, linkID: 1, timestamp: $0) }
    var encoder = FrameEncoder(
      version: .v2, systemID: system, componentID: 1, signer: signer)
    var bytes: [UInt8] = []
    try encoder.append(position(1), to: &bytes)
    return bytes
  }

  private func tell(
    _ perception: inout TelemetryPerception, _ bytes: [UInt8], at seconds: Double
  ) -> [Observation] {
    var told: [Observation] = []
    perception.take(at(Int64(seconds * 1e9)), bytes.span.bytes) { told.append($0) }
    return told
  }

  @Test("unsigned, forged and replayed frames are refused, counted and reported once")
  func refused() throws {
    var perception = TelemetryPerception(
      site: TestSite.site(), link: 0, source: SourceID(3),
      signing: LinkSigning(policy: .require, key: key))
    let good = try frame(1000)
    #expect(tell(&perception, good, at: 1).compactMap(\.platform).count == 1)
    var tampered = try frame(2000)
    tampered[14] ^= 1
    var checksum = Checksum()
    checksum.update(tampered.span.bytes.extracting(1..<tampered.count - 15))
    checksum.update(MessageID.globalPositionInt.definition?.crcExtra ?? 0)
    tampered[tampered.count - 15] = UInt8(checksum.value & 0xFF)
    tampered[tampered.count - 14] = UInt8(checksum.value >> 8)
    var told: [Observation] = []
    told += tell(&perception, try frame(nil), at: 2)
    told += tell(&perception, tampered, at: 3)
    told += tell(&perception, good, at: 4)
    told += tell(&perception, try frame(3000, key: SigningKey(passphrase: "south ford")), at: 5)
    #expect(told.compactMap(\.platform).isEmpty)
    #expect(
      told.compactMap(\.health) == [
        HealthReport(
          sensor: TestSite.drone, state: .degraded, reason: .signatureRefused,
          time: at(2_000_000_000))
      ])
    let counters = perception.counters
    #expect(counters.parser.unsignedFrames == 1 && counters.parser.forgedFrames == 2)
    #expect(counters.parser.replayedFrames == 1 && counters.parser.frames == 1)
    #expect(counters.places == 1)
    // Its own frames go on, and a minute later its name is clean.
    #expect(tell(&perception, try frame(4000), at: 6).compactMap(\.platform).count == 1)
    let later = tell(&perception, try frame(5000), at: 66)
    #expect(later.compactMap(\.health).map(\.state) == [.ok])
  }

  @Test("a link that accepts takes unsigned frames and refuses forged ones")
  func accepts() throws {
    var perception = TelemetryPerception(
      site: TestSite.site(), link: 0, source: SourceID(3),
      signing: LinkSigning(policy: .accept, key: key))
    #expect(tell(&perception, try frame(nil), at: 1).compactMap(\.platform).count == 1)
    let forged = try frame(10, key: SigningKey(passphrase: "south ford"))
    #expect(tell(&perception, forged, at: 2).compactMap(\.platform).isEmpty)
  }

  @Test("who falls silent among others is lost, and back with the third frame")
  func silence() throws {
    var perception = TelemetryPerception(
      site: TestSite.site(), link: 0, source: SourceID(3))
    _ = tell(&perception, try frame(nil), at: 1)
    var reports: [HealthReport] = []
    for second in 2...20 {
      var bytes = try frame(system: 9, nil)
      if second >= 15 { bytes += try frame(nil) }
      reports += tell(&perception, bytes, at: Double(second)).compactMap(\.health)
    }
    #expect(reports.map(\.sensor) == [TestSite.drone, TestSite.drone])
    #expect(reports.map(\.state) == [.lost, .ok])
    #expect(reports.map(\.time) == [at(7_000_000_000), at(17_000_000_000)])
  }
}
