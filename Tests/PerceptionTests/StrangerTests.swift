import Geodesy
import MAVLink
import Model
import Perception
import TestSupport
import Testing

/// What aircraft that are not ours broadcast.
@Suite("Strangers in the air")
struct StrangerTests {
  private static let receiver = SensorID(6)
  private let frame = LocalFrame(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200)

  /// The test site with a receiver of system id 11, and names for its drone.
  private static var site: Site {
    var site = TestSite.site()
    var drone = site.sensors[TestSite.drone.index].platform!
    drone.remoteID = "OWN1581F4"
    drone.icaoAddress = 0x3C65AB
    site.sensors[TestSite.drone.index].detail = .drone(drone)
    site.sensors.append(
      TestSite.sensor(
        .receiver(
          PlatformDetail(link: "radio", systemID: 11, footprintRadius: 0, positionSigma: 1))))
    return site
  }

  private final class Ear {
    var perception = TelemetryPerception(site: StrangerTests.site, link: 0, source: SourceID(3))
    var time: Int64 = 0

    func hear<Message: MAVLinkMessage>(
      _ message: Message, system: UInt8 = 11
    ) throws -> [Observation] {
      var encoder = FrameEncoder(version: .v2, systemID: system, componentID: 1)
      var bytes: [UInt8] = []
      try encoder.append(message, to: &bytes)
      time += 1_000_000_000
      var told: [Observation] = []
      perception.take(at(time), bytes.span.bytes) { told.append($0) }
      return told
    }
  }

  private func address(_ last: UInt8) -> WireArray<20, UInt8> {
    WireArray { $0 == 5 ? last : 0 }
  }

  private func degrees(_ east: Double, _ north: Double) -> (Int32, Int32) {
    let place = frame.geographic(SIMD2(east, north))
    return (
      Int32((place.latitudeDegrees * 1e7).rounded()),
      Int32((place.longitudeDegrees * 1e7).rounded())
    )
  }

  private func name(
    _ text: WireText<20>, from sender: UInt8, type: UInt8 = 2
  ) -> OpenDroneIDBasicID {
    OpenDroneIDBasicID(
      targetSystem: 0, targetComponent: 0, sender: address(sender), idType: 1, aircraftType: type,
      aircraftID: text)
  }

  private func location(
    _ east: Double, _ north: Double, from sender: UInt8, accuracy: UInt8 = 11,
    height: Float? = 260
  ) -> OpenDroneIDLocation {
    let (latitude, longitude) = degrees(east, north)
    return OpenDroneIDLocation(
      targetSystem: 0, targetComponent: 0, sender: address(sender), status: 2,
      courseCentidegrees: 9_000, horizontalCentimetresPerSecond: 1_000, latitudeE7: latitude,
      longitudeE7: longitude, geodeticAltitudeMetres: height, heightReference: 0,
      horizontalAccuracy: accuracy, verticalAccuracy: 0, pressureAccuracy: 0, speedAccuracy: 0,
      timeAccuracy: 0)
  }

  private func vehicle(
    _ east: Double, _ north: Double, icao: UInt32 = 0x4B1234, type: UInt8 = 0,
    metres: Int32 = 900, emitter: UInt8 = 1, age: UInt8 = 0, flags: UInt16 = 0b1111
  ) -> ADSBVehicle {
    let (latitude, longitude) = degrees(east, north)
    return ADSBVehicle(
      icaoAddress: icao, latitudeE7: latitude, longitudeE7: longitude, altitudeType: type,
      altitudeMillimetres: metres * 1000, courseCentidegrees: 18_000,
      horizontalCentimetresPerSecond: 6_000, upCentimetresPerSecond: 0, emitterType: emitter,
      ageSeconds: age, flags: flags, squawk: 7000)
  }

  @Test("a Remote ID tells a drone with its place, speed, height and accuracy")
  func remoteID() throws {
    let ear = Ear()
    let told = try ear.hear(location(300, -120, from: 1))
    let report = try #require(told.first?.air)
    #expect(told.count == 1 && told[0].sensor == Self.receiver && told[0].time == at(1_000_000_000))
    #expect(report.broadcast == .remoteID && report.target == .drone && report.claim == .none)
    #expect(abs(report.position.x - 300) < 0.02 && abs(report.position.y + 120) < 0.02)
    #expect(abs(report.velocity.x - 10) < 1e-4 && abs(report.velocity.y) < 1e-4)
    #expect(report.height == 60 && report.count == 1 && report.identity == 0)
    // 3 m with 95 % and 0.3 s at 10 m/s.
    #expect(abs(report.positionSigma - 3.24) < 0.02)
    let vague = try #require(try ear.hear(location(0, 0, from: 2, accuracy: 0)).first?.air)
    #expect(vague.positionSigma > 12 && vague.sender != report.sender)
    #expect(ear.perception.counters.airReports == 2)
  }

  @Test("its name and its group come in messages of their own, each to its transmitter")
  func naming() throws {
    let ear = Ear()
    #expect(try ear.hear(name("STRANGER7", from: 1)).isEmpty)
    #expect(try ear.hear(name("OWN1581F4", from: 2)).isEmpty)
    let group = OpenDroneIDSystem(
      targetSystem: 0, targetComponent: 0, sender: address(1), operatorLocationType: 1,
      classificationType: 0, operatorLatitudeE7: 480_000_000, operatorLongitudeE7: 160_000_000,
      areaCount: 4, areaRadiusMetres: 50, categoryEU: 0, classEU: 0, timeSeconds: 1)
    #expect(try ear.hear(group).isEmpty)
    let first = try #require(try ear.hear(location(0, 9, from: 1)).first?.air)
    let second = try #require(try ear.hear(location(0, 9, from: 2)).first?.air)
    #expect(first.identity != 0 && first.claim == .none && first.count == 4)
    #expect(second.identity != first.identity && second.count == 1)
    // Who says that it is our drone only says so.
    #expect(second.claim == TestSite.drone)
    #expect(ear.perception.counters.airClaims == 1)
    // The same name from another transmitter is the same aircraft.
    _ = try ear.hear(name("STRANGER7", from: 3))
    let third = try #require(try ear.hear(location(0, 9, from: 3)).first?.air)
    #expect(third.identity == first.identity && third.sender != first.sender)
    // An obstacle flies nowhere.
    _ = try ear.hear(name("MAST", from: 4, type: 14))
    #expect(try ear.hear(location(0, 9, from: 4)).isEmpty)
    #expect(ear.perception.counters.airLeftOut == 1)
  }

  @Test("nothing of an operator is in what is told")
  func operatorIsLeftOut() throws {
    func told(_ east: Double) throws -> [String] {
      let ear = Ear()
      let (latitude, longitude) = degrees(east, east)
      var all = try ear.hear(
        OpenDroneIDSystem(
          targetSystem: 0, targetComponent: 0, sender: address(1), operatorLocationType: 1,
          classificationType: 0, operatorLatitudeE7: latitude, operatorLongitudeE7: longitude,
          areaCount: 1, areaRadiusMetres: 0, categoryEU: 0, classEU: 0,
          operatorAltitudeMetres: Float(east), timeSeconds: 1))
      all += try ear.hear(location(7, 9, from: 1))
      return all.map(\.text)
    }
    #expect(try told(100) == told(-2_000))
  }

  @Test("what our own drone has broadcast of itself is no stranger, what it hears of others is")
  func aboard() throws {
    let ear = Ear()
    let own = OpenDroneIDLocation(
      targetSystem: 0, targetComponent: 0, status: 2, latitudeE7: 480_000_000,
      longitudeE7: 160_000_000, heightReference: 0, horizontalAccuracy: 11, verticalAccuracy: 0,
      pressureAccuracy: 0, speedAccuracy: 0, timeAccuracy: 0)
    #expect(try ear.hear(own, system: 7).isEmpty)
    #expect(ear.perception.counters.ownBroadcasts == 1)
    let other = try ear.hear(location(50, 50, from: 1), system: 7)
    #expect(other.first?.sensor == TestSite.drone && other.first?.air != nil)
    // A receiver that names no transmitter speaks for one aircraft.
    #expect(try ear.hear(own).first?.air != nil)
    // A receiver has no place of its own, and a system that the site does not name says nothing.
    let place = GlobalPositionInt(
      bootMillis: 1, latitudeE7: 480_000_000, longitudeE7: 160_000_000, altitudeMillimetres: 1,
      relativeAltitudeMillimetres: 1, northCentimetresPerSecond: 0, eastCentimetresPerSecond: 0,
      downCentimetresPerSecond: 0)
    #expect(try ear.hear(place).isEmpty)
    #expect(try ear.hear(location(50, 50, from: 1), system: 77).isEmpty)
    #expect(ear.perception.counters.unknownSystems == 1)
  }

  @Test("an aircraft's ADS-B is told as of its age, a drone's transponder as a drone's")
  func adsb() throws {
    let ear = Ear()
    let told = try #require(try ear.hear(vehicle(4_000, 1_000, age: 1)).first)
    let report = try #require(told.air)
    #expect(told.time == at(0))
    #expect(report.broadcast == .adsb && report.target == .aircraft && report.claim == .none)
    #expect(report.sender == report.identity && report.height.isNaN)
    #expect(abs(report.velocity.x) < 1e-3 && abs(report.velocity.y + 60) < 1e-3)
    #expect(abs(report.positionSigma - 41.9) < 0.2)
    let geometric = try #require(try ear.hear(vehicle(0, 0, type: 1, emitter: 14)).first?.air)
    #expect(geometric.height == 700 && geometric.target == .drone)
    let still = try #require(try ear.hear(vehicle(0, 0, flags: 0b0011)).first?.air)
    #expect(still.velocity.x.isNaN)
    let own = try #require(try ear.hear(vehicle(0, 0, icao: 0x3C65AB)).first?.air)
    #expect(own.claim == TestSite.drone && own.identity != report.identity)
  }

  @Test("what says nothing of the border is counted, not told")
  func leftOut() throws {
    let ear = Ear()
    for message in [
      vehicle(31_000, 0), vehicle(0, 0, metres: 11_000), vehicle(0, 0, emitter: 18),
      vehicle(0, 0, age: 3), vehicle(0, 0, flags: 0b1110), vehicle(0, 0, flags: 0b100_1111),
    ] {
      #expect(try ear.hear(message).isEmpty)
    }
    #expect(try ear.hear(location(0, 9, from: 1, accuracy: 3)).isEmpty)
    #expect(ear.perception.counters.airLeftOut == 7 && ear.perception.counters.airReports == 0)
    var lost = location(0, 0, from: 1)
    lost.latitudeE7 = nil
    lost.longitudeE7 = nil
    #expect(try ear.hear(lost).isEmpty && ear.perception.counters.implausible == 1)
  }

  @Test("a sky full of transmitters forgets the one heard longest ago, and nothing else")
  func crowd() throws {
    let ear = Ear()
    for sender in 1...64 { _ = try ear.hear(name("S\(sender)".wire, from: UInt8(sender))) }
    _ = try ear.hear(location(0, 9, from: 1))
    _ = try ear.hear(name("S65", from: 65))
    let kept = try #require(try ear.hear(location(0, 9, from: 1)).first?.air)
    let gone = try #require(try ear.hear(location(0, 9, from: 2)).first?.air)
    #expect(kept.identity != 0 && gone.identity == 0)
  }

  @Test("random payloads of these messages never stop it")
  func anything() throws {
    let ear = Ear()
    var random = SeededGenerator(seed: 60)
    for round in 0..<4_000 {
      let bytes = (0..<64).map { _ in UInt8.random(in: 0...255, using: &random) }
      let told =
        switch round % 4 {
        case 0: try ear.hear(OpenDroneIDBasicID(payload: bytes.span.bytes))
        case 1: try ear.hear(OpenDroneIDLocation(payload: bytes.span.bytes))
        case 2: try ear.hear(OpenDroneIDSystem(payload: bytes.span.bytes))
        default: try ear.hear(ADSBVehicle(payload: bytes.span.bytes))
        }
      for report in told.compactMap(\.air) {
        #expect(report.position.x.isFinite && report.positionSigma > 0)
        #expect(report.target == .drone || report.target == .aircraft)
      }
    }
  }
}

extension String {
  fileprivate var wire: WireText<20> { WireText(self) }
}
