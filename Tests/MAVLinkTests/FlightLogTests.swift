import Glibc
import MAVLink
import Testing

/// A recorded flight of 1,377 s, read as pymavlink 2.4.50 reads it (`recv_match` in a loop).
///
/// The log is not part of the repository: the suite is skipped where the shared data is absent.
@Suite("Flight log", .enabled(if: FlightLog.isPresent))
struct FlightLogTests {
  /// Messages per type; BAD_DATA (1,314) is all of message 142 with another dialect's layout.
  static let counts: [String: Int] = [
    "POWER_STATUS": 2869, "SYS_STATUS": 2868, "MEMINFO": 2861, "MISSION_CURRENT": 2860,
    "FENCE_STATUS": 2859, "GPS_RAW_INT": 2858, "NAV_CONTROLLER_OUTPUT": 2858, "RAW_IMU": 2856,
    "SCALED_PRESSURE": 2855, "SCALED_IMU2": 2852, "GLOBAL_POSITION_INT": 2833,
    "RC_CHANNELS": 2832, "SERVO_OUTPUT_RAW": 2831, "RC_CHANNELS_RAW": 2831, "ATTITUDE": 2829,
    "AHRS2": 2828, "VIBRATION": 2827, "MOUNT_STATUS": 2825, "EKF_STATUS_REPORT": 2824,
    "VFR_HUD": 2815, "AHRS": 2814, "HWSTATUS": 2813, "SYSTEM_TIME": 2812,
    "TERRAIN_REPORT": 2675, "HEARTBEAT": 2421, "RADIO": 1370, "RADIO_STATUS": 1370,
    "LOCAL_POSITION_NED": 1161, "PARAM_VALUE": 497, "PARAM_REQUEST_READ": 290,
    "SENSOR_OFFSETS": 260, "REQUEST_DATA_STREAM": 92, "STATUSTEXT": 25, "COMMAND_LONG": 4,
    "COMMAND_ACK": 2,
  ]

  private static func named(_ counts: [MessageID: Int]) -> [String: Int] {
    var named: [String: Int] = [:]
    for (id, count) in counts { named["\(id.definition?.name ?? "?")"] = count }
    return named
  }

  @Test("Gives pymavlink's count of every message, sender and damaged record")
  func countsAgree() throws {
    let log = try FlightLog.load()
    #expect(TelemetryLogReader.recognises(bytes: log))
    var reader = TelemetryLogReader()
    var counts: [MessageID: Int] = [:]
    var senders: [[UInt8]: Int] = [:]
    var first: UInt64?
    var last: UInt64 = 0
    reader.read(log.span.bytes) { time, header, _ in
      counts[header.messageID, default: 0] += 1
      senders[[header.systemID, header.componentID], default: 0] += 1
      if first == nil { first = time }
      last = time
    }
    #expect(reader.counters.frames == 75_477)
    #expect(reader.counters.crcErrors == 1314)
    #expect(reader.counters.unknownMessages == 0)
    // The log ends in the middle of a heartbeat's record: 8 bytes of time, 11 of 17 of the frame.
    #expect(reader.counters.bytesSkipped == 19)
    #expect(Self.named(counts) == Self.counts)
    #expect(senders == [[1, 1]: 70_977, [51, 68]: 2740, [255, 0]: 1760])
    #expect(first == 1_436_056_003_484_195)
    #expect(last == 1_436_057_380_512_972)
  }

  @Test("Gives pymavlink's values of GLOBAL_POSITION_INT")
  func positionsAgree() throws {
    let log = try FlightLog.load()
    var reader = TelemetryLogReader()
    var positions: [(UInt64, GlobalPositionInt)] = []
    reader.read(log.span.bytes) { time, header, payload in
      guard header.messageID == .globalPositionInt else { return }
      positions.append((time, GlobalPositionInt(payload: payload)))
    }
    func sum(_ field: (GlobalPositionInt) -> Int) -> Int {
      positions.reduce(0) { $0 + field($1.1) }
    }
    #expect(positions.count == 2833)
    #expect(sum { Int($0.bootMillis) } == 1_019_709_165)
    #expect(sum { Int($0.latitudeE7) } == -949_123_164_699)
    #expect(sum { Int($0.longitudeE7) } == 4_003_607_957_609)
    #expect(sum { Int($0.altitudeMillimetres) } == 1_433_107_140)
    #expect(sum { Int($0.relativeAltitudeMillimetres) } == 6_078_660)
    #expect(sum { Int($0.northCentimetresPerSecond) } == -68_607)
    #expect(sum { Int($0.eastCentimetresPerSecond) } == -18_999)
    #expect(sum { Int($0.downCentimetresPerSecond) } == 2091)
    #expect(sum { Int($0.headingCentidegrees ?? .max) } == 74_531_894)
    let first = try #require(positions.first)
    #expect(first.0 == 1_436_056_005_951_540)
    #expect(
      first.1
        == GlobalPositionInt(
          bootMillis: 44_917, latitudeE7: 0, longitudeE7: 0, altitudeMillimetres: 990,
          relativeAltitudeMillimetres: 990, northCentimetresPerSecond: -16,
          eastCentimetresPerSecond: -1, downCentimetresPerSecond: 3, headingCentidegrees: 27_512))
    let last = try #require(positions.last)
    #expect(last.0 == 1_436_057_055_147_776)
    #expect(
      last.1
        == GlobalPositionInt(
          bootMillis: 816_146, latitudeE7: -353_623_295, longitudeE7: 1_491_657_436,
          altitudeMillimetres: 590_350, relativeAltitudeMillimetres: -390,
          northCentimetresPerSecond: -13, eastCentimetresPerSecond: 5,
          downCentimetresPerSecond: 3, headingCentidegrees: 27_158))
  }

  @Test("The line parser finds every message of the log, its times being noise to it")
  func lineParser() throws {
    let log = try FlightLog.load()
    var parser = FrameParser()
    var counts: [MessageID: Int] = [:]
    var start = 0
    while start < log.count {
      let end = min(start + 4096, log.count)
      parser.parse(log.span.bytes.extracting(start..<end)) { header, _ in
        counts[header.messageID, default: 0] += 1
      }
      start = end
    }
    parser.finish { header, _ in counts[header.messageID, default: 0] += 1 }
    #expect(Self.named(counts) == Self.counts)
    #expect(parser.counters.bytes == UInt64(log.count))
    var senders = 0
    parser.forEachSender { _ in senders += 1 }
    #expect(senders == 3)
  }
}

/// Where the recorded flight lies: beside the repository, if at all.
enum FlightLog {
  static let path: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/") + "/shared/data/dronekit_flight.tlog"
  }()

  static var isPresent: Bool { access(path, R_OK) == 0 }

  /// The bytes of the log, or of another file.
  static func load(_ file: String = path) throws -> [UInt8] {
    let file = try #require(fopen(file, "rb"))
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress, 1, size, file)
    }
  }
}
