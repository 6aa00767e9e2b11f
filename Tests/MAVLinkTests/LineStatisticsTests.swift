import MAVLink
import Testing

@Suite("Statistics of a line") struct LineStatisticsTests {
  private func header(
    _ system: UInt8, _ sequence: UInt8, _ id: MessageID = .heartbeat
  ) -> MAVLinkHeader {
    MAVLinkHeader(
      version: .v2, sequence: sequence, systemID: system, componentID: 1, messageID: id,
      payloadLength: 9, isSigned: system == 9)
  }

  @Test("Counts frames, gaps and losses per sender, over the wrap of the running number")
  func counts() {
    var statistics = LineStatistics()
    for (index, sequence) in [254, 255, 0, 3, 3, 4].enumerated() {
      statistics.take(header(7, UInt8(sequence)), timeMicros: UInt64(index) * 500_000)
    }
    statistics.take(header(2, 9, .attitude), timeMicros: 2_500_000)
    statistics.take(header(9, 9), timeMicros: 100)
    #expect(statistics.senders.map(\.systemID) == [2, 7, 9])
    #expect(statistics.senders.map(\.frames) == [1, 6, 1])
    #expect(statistics.senders.map(\.framesLost) == [0, 2, 0])
    #expect(statistics.senders.map(\.sequenceGaps) == [0, 1, 0])
    #expect(statistics.senders.map(\.signedFrames) == [0, 0, 1])
    #expect(statistics.seconds == 2.5)
    let json = statistics.json(counts: [("crc_errors", 3)])
    #expect(
      json.hasPrefix(
        "{\"frames\":8,\"seconds\":2.5,\"crc_errors\":3,\"systems\":[{\"system\":2,\"component\":1,"
          + "\"frames\":1,\"signed\":0,\"gaps\":0,\"lost\":0,"
          + "\"messages\":{\"ATTITUDE\":{\"count\":1,\"rate\":0.4}}}"))
    #expect(statistics.text(counts: []).contains("2 lost in 1 gaps (25.0 %)"))
  }

  @Test("Without times there are no rates")
  func noTimes() {
    var statistics = LineStatistics()
    statistics.take(header(7, 1))
    #expect(statistics.seconds == nil)
    #expect(statistics.json(counts: []).contains("\"seconds\":null"))
    #expect(statistics.json(counts: []).contains("\"rate\":null"))
  }
}
