import MAVLink
import Testing

/// Frames written by pymavlink 2.4.50 (ardupilotmega dialect), system 42, component 1, sequence 7.
@Suite("Frozen frames") struct FrozenFrameTests {
  static let heartbeat = Heartbeat(
    type: 2, autopilot: 3, baseMode: 0x51, customMode: 4, systemStatus: 4)
  static let systemTime = SystemTime(unixMicros: 1_436_056_003_484_195, bootMillis: 123_456)
  static let gps = GPSRawInt(
    timeMicros: 1_436_056_003_484_195, fixType: 3, latitudeE7: 488_123_456,
    longitudeE7: -21_234_567, altitudeMillimetres: 123_456, horizontalDilutionE2: 121,
    groundSpeedCentimetresPerSecond: 512, courseCentidegrees: 27_050, satellitesVisible: 11,
    altitudeEllipsoidMillimetres: 98_765, horizontalAccuracyMillimetres: 1500,
    verticalAccuracyMillimetres: 2500, speedAccuracyMillimetresPerSecond: 300,
    courseAccuracyE5: 4_500_000, yawCentidegrees: 36_000)
  static let attitude = Attitude(
    bootMillis: 60_500, rollRadians: 0.125, pitchRadians: -0.25, yawRadians: 3,
    rollRadiansPerSecond: 0.01, pitchRadiansPerSecond: -0.02, yawRadiansPerSecond: 0.5)
  static let position = GlobalPositionInt(
    bootMillis: 60_000, latitudeE7: 488_123_456, longitudeE7: -21_234_567,
    altitudeMillimetres: 123_456, relativeAltitudeMillimetres: 23_456,
    northCentimetresPerSecond: -150, eastCentimetresPerSecond: 275, downCentimetresPerSecond: -10,
    headingCentidegrees: 35_999)
  static let tracking = CameraTrackingGeoStatus(
    trackingStatus: 1, latitudeE7: 488_123_456, longitudeE7: -21_234_567, altitudeMetres: 101.5,
    horizontalAccuracyMetres: 2.5, northMetresPerSecond: 1.25, eastMetresPerSecond: -0.5,
    downMetresPerSecond: 0, distanceMetres: 350, headingRadians: 1.5)

  /// The one frame in `hex`, and that our encoder writes the same bytes for `message`.
  private func check<Message: MAVLinkMessage>(
    _ message: Message, _ version: ProtocolVersion, hex: String, encodes: Bool = true
  ) throws -> Message {
    let stream = bytes(hex: hex)
    var parser = FrameParser()
    let taken = parser.append(stream.span.bytes)
    #expect(taken == stream.count)
    let next = parser.nextFrame()
    let frame = try #require(next)
    let further = parser.nextFrame()
    #expect(further?.header == nil)
    #expect(parser.pendingCount == 0)
    #expect(frame.header.version == version)
    #expect(frame.header.sequence == 7)
    #expect(frame.header.systemID == 42)
    #expect(frame.header.componentID == 1)
    #expect(frame.header.messageID == Message.messageID)
    #expect(!frame.header.isSigned)
    if encodes {
      var encoder = FrameEncoder(version: version, systemID: 42, componentID: 1, sequence: 7)
      var written: [UInt8] = []
      try encoder.append(message, to: &written)
      #expect(written == stream)
      #expect(encoder.sequence == 8)
    }
    return try #require(frame.decode(Message.self))
  }

  @Test("Heartbeats read and write as frozen")
  func heartbeats() throws {
    let v1 = "fe09072a0100040000000203510403598b"
    let v2 = "fd090000072a01000000040000000203510403edd8"
    #expect(try check(Self.heartbeat, .v1, hex: v1) == Self.heartbeat)
    #expect(try check(Self.heartbeat, .v2, hex: v2) == Self.heartbeat)
    #expect(!Self.heartbeat.isArmed)
  }

  @Test("System times read and write as frozen, trimmed in version 2")
  func systemTimes() throws {
    let v1 = "fe0c072a0102231af7d7151a050040e20100ef3b"
    let v2 = "fd0b0000072a01020000231af7d7151a050040e2012fbd"
    #expect(try check(Self.systemTime, .v1, hex: v1) == Self.systemTime)
    #expect(try check(Self.systemTime, .v2, hex: v2) == Self.systemTime)
  }

  @Test("An all-zero message keeps its first byte in version 2")
  func allZero() throws {
    let zero = SystemTime(unixMicros: 0, bootMillis: 0)
    #expect(try check(zero, .v2, hex: "fd010000072a01020000000ab8") == zero)
    let v1 = "fe0c072a0102000000000000000000000000ac02"
    #expect(try check(zero, .v1, hex: v1) == zero)
  }

  @Test("Receiver reports read as frozen; our version 1 leaves the extensions out")
  func gpsReports() throws {
    let payload =
      "231af7d7151a0500402c181d79fcbbfe40e201007900ffff0002aa69030bcd810100dc050000c4090000"
      + "2c01000020aa4400a08c"
    let v1 = "fe34072a0118" + payload + "12cf"
    let v2 = "fd340000072a01180000" + payload + "042f"
    #expect(try check(Self.gps, .v1, hex: v1, encodes: false) == Self.gps)
    #expect(try check(Self.gps, .v2, hex: v2) == Self.gps)
  }

  @Test("Attitudes read and write as frozen")
  func attitudes() throws {
    let payload = "54ec00000000003e000080be000040400ad7233c0ad7a3bc0000003f"
    #expect(
      try check(Self.attitude, .v1, hex: "fe1c072a011e" + payload + "7a29") == Self.attitude)
    #expect(
      try check(Self.attitude, .v2, hex: "fd1c0000072a011e0000" + payload + "e1ff")
        == Self.attitude)
  }

  @Test("Positions read and write as frozen, and tell degrees and metres")
  func positions() throws {
    let payload = "60ea0000402c181d79fcbbfe40e20100a05b00006aff1301f6ff9f8c"
    let v1 = try check(Self.position, .v1, hex: "fe1c072a0121" + payload + "4b88")
    #expect(v1 == Self.position)
    let v2 = try check(Self.position, .v2, hex: "fd1c0000072a01210000" + payload + "53af")
    #expect(v2 == Self.position)
    #expect(v2.latitudeDegrees == 48.8123456)
    #expect(v2.longitudeDegrees == -2.1234567)
    #expect(v2.altitudeMetres == 123.456)
    #expect(v2.headingDegrees == 359.99)
  }

  @Test("A tracked object's place reads and writes as frozen, NaN being unknown")
  func tracking() throws {
    let hex =
      "fd310000072a01140100402c181d79fcbbfe0000cb42000020400000c07f0000a03f000000bf"
      + "000000000000c07f0000af430000c03f0000c07f012946"
    let read = try check(Self.tracking, .v2, hex: hex)
    #expect(read.isActive)
    #expect(read.latitudeE7 == 488_123_456)
    #expect(read.longitudeDegrees == -2.1234567)
    #expect(read.altitudeMetres == 101.5)
    #expect(read.horizontalAccuracyMetres == 2.5)
    #expect(read.verticalAccuracyMetres == nil)
    #expect(read.northMetresPerSecond == 1.25)
    #expect(read.eastMetresPerSecond == -0.5)
    #expect(read.downMetresPerSecond == 0)
    #expect(read.velocityAccuracyMetresPerSecond == nil)
    #expect(read.distanceMetres == 350)
    #expect(read.headingRadians == 1.5)
    #expect(read.headingAccuracyRadians == nil)
    #expect(read.cameraDeviceID == 0)
  }

  @Test("A signed frame is read and known as signed")
  func signed() throws {
    let hex =
      "fd1c0100092a0121000060ea0000402c181d79fcbbfe40e20100a05b00006aff1301f6ff9f8c52520315cd5b"
      + "0700006d96f73cf982"
    let (seen, counters) = parse(bytes(hex: hex))
    #expect(seen.count == 1)
    #expect(seen.first?.header.isSigned == true)
    #expect(seen.first?.payload.count == 28)
    #expect(counters.signedFrames == 1)
    #expect(counters.bytesSkipped == 0)
    let payload = try #require(seen.first?.payload)
    #expect(GlobalPositionInt(bytes: payload) == Self.position)
  }

  @Test("A message above 255 is refused by a version 1 encoder, with nothing written")
  func needsVersion2() {
    var encoder = FrameEncoder(version: .v1, systemID: 1, componentID: 1)
    var written: [UInt8] = []
    let error = #expect(throws: MAVLinkError.self) {
      try encoder.append(Self.tracking, to: &written)
    }
    #expect(error?.code == .needsVersion2)
    #expect(error?.description.contains("CAMERA_TRACKING_GEO_STATUS") == true)
    #expect(written.isEmpty)
    #expect(encoder.sequence == 0)
  }

  @Test("A version 1 receiver report carries no extension fields")
  func extensionsInVersion1() throws {
    var encoder = FrameEncoder(version: .v1, systemID: 42, componentID: 1)
    var written: [UInt8] = []
    try encoder.append(Self.gps, to: &written)
    let (seen, _) = parse(written)
    let payload = try #require(seen.first?.payload)
    #expect(payload.count == 30)
    var expected = Self.gps
    expected.altitudeEllipsoidMillimetres = nil
    expected.horizontalAccuracyMillimetres = nil
    expected.verticalAccuracyMillimetres = nil
    expected.speedAccuracyMillimetresPerSecond = nil
    expected.courseAccuracyE5 = nil
    expected.yawCentidegrees = nil
    #expect(GPSRawInt(bytes: payload) == expected)
  }
}
