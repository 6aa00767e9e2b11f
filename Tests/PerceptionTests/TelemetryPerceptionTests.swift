import Geodesy
import MAVLink
import Model
import Perception
import TestSupport
import Testing

@Suite("Telemetry perception")
struct TelemetryPerceptionTests {
  private let frame = LocalFrame(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200)

  private func perception() -> TelemetryPerception {
    TelemetryPerception(site: TestSite.site(), link: 0, source: TestSite.sources.serial)
  }

  private func position(
    east: Double, north: Double, aboveHome: Double = 60, heading: UInt16 = 9000
  ) -> GlobalPositionInt {
    let place = frame.geographic(SIMD2(east, north))
    return GlobalPositionInt(
      bootMillis: 1000, latitudeE7: Int32((place.latitudeDegrees * 1e7).rounded()),
      longitudeE7: Int32((place.longitudeDegrees * 1e7).rounded()),
      altitudeMillimetres: 260_000, relativeAltitudeMillimetres: Int32(aboveHome * 1000),
      northCentimetresPerSecond: 300, eastCentimetresPerSecond: -150, downCentimetresPerSecond: 50,
      headingCentidegrees: heading)
  }

  private func bytes(
    version: ProtocolVersion = .v2, system: UInt8 = 7,
    _ write: (inout FrameEncoder, inout [UInt8]) throws -> Void
  ) rethrows -> [UInt8] {
    var encoder = FrameEncoder(version: version, systemID: system, componentID: 1)
    var all: [UInt8] = []
    try write(&encoder, &all)
    return all
  }

  private func tell(
    _ perception: inout TelemetryPerception, _ bytes: [UInt8], at nanos: Int64
  ) -> [Observation] {
    var told: [Observation] = []
    perception.take(at(nanos), bytes.span.bytes) { told.append($0) }
    return told
  }

  @Test("places a drone, in both versions", arguments: [ProtocolVersion.v1, .v2])
  func places(version: ProtocolVersion) throws {
    var perception = perception()
    let chunk = try bytes(version: version) { encoder, all in
      try encoder.append(position(east: 120, north: -80), to: &all)
    }
    let told = tell(&perception, chunk, at: 77)
    #expect(told.count == 1 && told[0].sensor == TestSite.drone && told[0].time == at(77))
    let state = try #require(told.first?.platform)
    #expect(abs(state.position.x - 120) < 0.02 && abs(state.position.y + 80) < 0.02)
    #expect(state.position.z == 60)
    #expect(state.velocity == SIMD3(-1.5, 3, -0.5))
    // 90 degrees from north is east.
    #expect(abs(state.heading) < 1e-6)
    #expect(state.positionSigma == 2)
    #expect(abs(state.footprintRadius - 48) < 1e-6)
    #expect(abs(state.footprintCentre.x - 120) < 0.02)
  }

  @Test("takes accuracy and height from the receiver and the heading from the attitude")
  func accuracy() throws {
    var perception = perception()
    let chunk = try bytes { encoder, all in
      try encoder.append(
        GPSRawInt(
          timeMicros: 1, fixType: 3, latitudeE7: 480_000_000, longitudeE7: 160_000_000,
          altitudeMillimetres: 260_000, altitudeEllipsoidMillimetres: 304_000,
          horizontalAccuracyMillimetres: 750), to: &all)
      try encoder.append(
        Attitude(bootMillis: 1, rollRadians: 0, pitchRadians: 0, yawRadians: .pi), to: &all)
      try encoder.append(position(east: 0, north: 0, heading: .max), to: &all)
    }
    let state = try #require(tell(&perception, chunk, at: 1_000_000_000).first?.platform)
    #expect(state.positionSigma == 0.75)
    #expect(abs(state.position.z - 104) < 1e-6)
    #expect(abs(state.heading + .pi / 2) < 1e-6)
    // Ten seconds later both are old.
    let later = try bytes { encoder, all in
      try encoder.append(position(east: 0, north: 0, heading: .max), to: &all)
    }
    let old = try #require(tell(&perception, later, at: 11_000_000_000).first?.platform)
    #expect(old.heading.isNaN && old.positionSigma == 2)
  }

  @Test("scales the profile's accuracy with the dilution where the receiver tells no more")
  func dilution() throws {
    var perception = perception()
    let chunk = try bytes { encoder, all in
      try encoder.append(
        GPSRawInt(
          timeMicros: 1, fixType: 3, latitudeE7: 1, longitudeE7: 1, altitudeMillimetres: 0,
          horizontalDilutionE2: 250), to: &all)
      try encoder.append(position(east: 0, north: 0), to: &all)
    }
    #expect(tell(&perception, chunk, at: 5).first?.platform?.positionSigma == 5)
  }

  @Test("a beacon has no footprint")
  func beacon() throws {
    var perception = perception()
    let chunk = try bytes(system: 9) { encoder, all in
      try encoder.append(position(east: 3, north: 4), to: &all)
    }
    let told = tell(&perception, chunk, at: 5)
    let state = try #require(told.first?.platform)
    #expect(told[0].sensor == TestSite.beacon)
    #expect(state.footprintRadius == 0 && state.footprintCentre.x.isNaN)
  }

  @Test("tells what the payload tracks as a scan of one")
  func tracking() throws {
    var perception = perception()
    let place = frame.geographic(SIMD2(-40, 90))
    let latitude = Int32((place.latitudeDegrees * 1e7).rounded())
    let longitude = Int32((place.longitudeDegrees * 1e7).rounded())
    let chunk = try bytes { encoder, all in
      for (status, accuracy) in [(UInt8(1), Float(3)), (0, 3), (9, .nan)] {
        try encoder.append(
          CameraTrackingGeoStatus(
            trackingStatus: status, latitudeE7: latitude, longitudeE7: longitude,
            altitudeMetres: 200, horizontalAccuracyMetres: accuracy), to: &all)
      }
    }
    let told = tell(&perception, chunk, at: 5)
    #expect(told.map(\.sequence) == [1, 2, 3, 4])
    #expect(told.map(\.scanCount) == [nil, 1, nil, 1])
    let first = try #require(told[0].detection)
    #expect(abs(first.position.x + 40) < 0.02 && abs(first.position.y - 90) < 0.02)
    #expect(first.covariance == SIMD3(9, 0, 9) && first.azimuth.isNaN)
    let coasting = try #require(told[2].detection)
    #expect(coasting.quality < first.quality && abs(coasting.covariance.x - 104) < 1e-9)
  }

  @Test("counts other systems and impossible places, and tells neither")
  func ignored() throws {
    var perception = perception()
    let stranger = try bytes(system: 8) { encoder, all in
      try encoder.append(position(east: 0, north: 0), to: &all)
    }
    #expect(tell(&perception, stranger, at: 1).isEmpty)
    let nowhere = try bytes { encoder, all in
      for (latitude, longitude): (Int32, Int32) in [
        (0, 0), (.max, 0), (.min, .min), (-480_000_000, 160_000_000), (480_000_000, -160_000_000),
      ] {
        var message = position(east: 0, north: 0)
        message.latitudeE7 = latitude
        message.longitudeE7 = longitude
        try encoder.append(message, to: &all)
      }
    }
    #expect(tell(&perception, nowhere, at: 2).isEmpty)
    #expect(perception.counters.unknownSystems == 1 && perception.counters.implausible == 5)
    #expect(perception.counters.parser.frames == 6)
  }

  @Test("says the same however the bytes are cut into chunks", arguments: 0..<20)
  func chunks(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let stream = try bytes { encoder, all in
      for index in 0..<40 {
        try encoder.append(position(east: Double(index), north: 5), to: &all)
        if index % 7 == 0 {
          for _ in 0..<30 { all.append(UInt8.random(in: 0...255, using: &random)) }
        }
      }
    }
    // A false first byte in the noise may hold back up to 280 bytes: let them come.
    let padded = stream + [UInt8](repeating: 0, count: 300)
    var whole = perception()
    let expected = tell(&whole, padded, at: 9).filter { $0.platform != nil }.map(\.text)
    #expect(expected.count == 40)
    var cut = perception()
    var told: [String] = []
    var from = 0
    while from < padded.count {
      let to = min(from + Int.random(in: 1...90, using: &random), padded.count)
      told += tell(&cut, Array(padded[from..<to]), at: 9).filter { $0.platform != nil }.map(\.text)
      from = to
    }
    #expect(told == expected, "seed \(seed)")
  }

  @Test("reports garbage once for each platform, and its end")
  func garbage() throws {
    var random = SeededGenerator(seed: 4)
    var perception = perception()
    var reports: [HealthReport] = []
    for round in 0..<40 {
      let noise = (0..<900).map { _ in UInt8.random(in: 0...255, using: &random) }
      reports += tell(&perception, noise, at: Int64(round)).compactMap(\.health)
    }
    #expect(reports.map(\.sensor) == [TestSite.drone, TestSite.beacon])
    #expect(reports.allSatisfy { $0.state == .degraded && $0.reason == .implausible })
    reports = []
    for round in 0..<40 {
      let good = try bytes { encoder, all in
        for _ in 0..<20 { try encoder.append(position(east: 1, north: 1), to: &all) }
      }
      reports += tell(&perception, good, at: Int64(100 + round)).compactMap(\.health)
    }
    #expect(reports.map(\.state) == [.ok, .ok])
  }

  @Test("passes the reader's health on and numbers without gap")
  func health() {
    var perception = perception()
    let report = HealthReport(sensor: TestSite.drone, state: .lost, reason: .silent, time: at(3))
    var told: [Observation] = []
    perception.take(report) { told.append($0) }
    perception.take(report) { told.append($0) }
    #expect(told.map(\.health) == [report, report] && told.map(\.sequence) == [1, 2])
  }

  @Test("counters have a name each")
  func names() {
    var places: [Int] = []
    perception().counters.forEach { place, _ in places.append(place) }
    #expect(places == Array(TelemetryCounters.names.indices))
    places = []
    MotionCounters().forEach { place, _ in places.append(place) }
    #expect(places == Array(MotionCounters.names.indices))
    places = []
    CameraCounters().forEach { place, _ in places.append(place) }
    #expect(places == Array(CameraCounters.names.indices))
  }
}
