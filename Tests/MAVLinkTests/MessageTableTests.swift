import MAVLink
import Testing

@Suite("Message table") struct MessageTableTests {
  @Test("Is in order of rising id, each once")
  func isSorted() {
    let ids = MessageDefinition.all.map(\.id)
    #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ids.count == 301)
  }

  /// The published facts of messages.
  struct Fact: Sendable {
    var id: UInt32
    var name: String
    var crcExtra: UInt8
    var base: UInt8
    var full: UInt8
  }

  @Test(
    "Holds the published facts",
    arguments: [
      Fact(id: 0, name: "HEARTBEAT", crcExtra: 50, base: 9, full: 9),
      Fact(id: 24, name: "GPS_RAW_INT", crcExtra: 24, base: 30, full: 52),
      Fact(id: 30, name: "ATTITUDE", crcExtra: 39, base: 28, full: 28),
      Fact(id: 33, name: "GLOBAL_POSITION_INT", crcExtra: 104, base: 28, full: 28),
      Fact(id: 163, name: "AHRS", crcExtra: 127, base: 28, full: 28),
      Fact(id: 253, name: "STATUSTEXT", crcExtra: 83, base: 51, full: 54),
      Fact(id: 276, name: "CAMERA_TRACKING_GEO_STATUS", crcExtra: 18, base: 49, full: 50),
    ])
  func facts(fact: Fact) throws {
    let definition = try #require(MessageID(fact.id).definition)
    #expect("\(definition.name)" == fact.name)
    #expect(definition.crcExtra == fact.crcExtra)
    #expect(definition.baseLength == fact.base)
    #expect(definition.fullLength == fact.full)
  }

  @Test("Finds every message by its id and nothing else")
  func lookUp() {
    for definition in MessageDefinition.all {
      #expect(MessageID(definition.id).definition?.id == definition.id)
    }
    for id in [3, 255, 13_000, 65_535, 65_536, 0xFF_FFFF] as [UInt32] {
      #expect(MessageID(id).definition == nil, "\(id)")
    }
  }

  @Test("Makes the parser accept an empty frame of every message in it")
  func everyMessageIsJudged() {
    var stream: [UInt8] = []
    for definition in MessageDefinition.all {
      let id = definition.id
      let body: [UInt8] = [
        1, 0, 0, 0, 1, 1, UInt8(id & 0xFF), UInt8(id >> 8 & 0xFF), UInt8(id >> 16), 0x55,
      ]
      let crc = bitwiseChecksum(body + [definition.crcExtra])
      stream += [0xFD] + body + [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    }
    let (seen, _) = parse(stream)
    #expect(seen.map(\.header.messageID.rawValue) == MessageDefinition.all.map(\.id))
  }
}
