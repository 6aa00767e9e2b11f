import Glibc
import MAVLink
import Model

/// What aircraft that are not ours broadcast, heard by a receiver of the post or on board a drone.
///
/// - OPEN_DRONE_ID_LOCATION gives the place of a drone, OPEN_DRONE_ID_BASIC_ID by which name it is told
///   from others, OPEN_DRONE_ID_SYSTEM of how many the group is. Where an operator is or who, is not
///   looked at.
/// - ADSB_VEHICLE gives the place of an aircraft.
/// - What a vehicle of ours tells its own transmitter to broadcast is no stranger.
extension TelemetryPerception {
  /// Farthest from the origin that a stranger is told, metres: lines lie within 20 km.
  private static let strangerRangeMax = 30_000.0
  /// The highest that a stranger is told, metres above the origin: above it airliners cross.
  private static let strangerHeightMax = 3_000.0
  /// A place that is worse than this, one standard deviation in metres, says nothing of a line.
  private static let strangerSigmaMax = 500.0
  /// 95 % radius of a place over its standard deviation, for errors alike in both directions.
  private static let radiusPerSigma = 2.448
  /// 95 % radius of a Remote ID that tells none, metres: the worst that a standard receiver has.
  private static let remoteRadius = 30.0
  /// 95 % radius of an ADS-B place, metres: NACp 8, the least that is required of transponders
  /// (14 CFR 91.227(c)(1)(i): below 0.05 nautical miles).
  private static let adsbRadius = 92.6
  /// Standard deviation of the time between a place and its message, seconds: both are sent about once
  /// a second.
  private static let strangerTimeSigma = 0.3
  /// A place older than this is not told again, seconds.
  private static let strangerAgeMax: UInt8 = 2

  /// Takes a frame about a stranger; does nothing with others.
  mutating func takeStranger(
    _ frame: Frame, _ place: Int, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    switch frame.header.messageID {
    case .openDroneIDBasicID:
      guard let message = frame.decode(OpenDroneIDBasicID.self),
        let sender = transmitter(message.sender, frame.header, place)
      else { return }
      take(message, of: sender, time)
    case .openDroneIDSystem:
      guard let message = frame.decode(OpenDroneIDSystem.self),
        let sender = transmitter(message.sender, frame.header, place)
      else { return }
      let count = max(1, message.areaCount)
      strangers.update(sender, at: time) { $0.count = count }
    case .openDroneIDLocation:
      guard let message = frame.decode(OpenDroneIDLocation.self),
        let sender = transmitter(message.sender, frame.header, place)
      else { return }
      take(message, of: sender, place, time, emit)
    case .adsbVehicle:
      guard let message = frame.decode(ADSBVehicle.self) else { return }
      take(message, place, time, emit)
    default: break
    }
  }

  /// Who transmits: the address it was heard from, else who speaks on the link. Nil, and counted, for
  /// what a vehicle of ours broadcasts of itself.
  private mutating func transmitter(
    _ address: WireArray<20, UInt8>, _ header: MAVLinkHeader, _ place: Int
  ) -> UInt64? {
    var number = NameNumber(.transmitter)
    var isHeard = false
    for index in address.indices {
      number.add(address[index])
      isHeard = isHeard || address[index] != 0
    }
    if isHeard { return number.value }
    guard platforms[place].isReceiver else {
      counters.ownBroadcasts &+= 1
      return nil
    }
    var speaker = NameNumber(.speaker)
    speaker.add(header.systemID)
    speaker.add(header.componentID)
    return speaker.value
  }

  private mutating func take(
    _ message: OpenDroneIDBasicID, of sender: UInt64, _ time: Instant
  ) {
    let identity = NameNumber.remoteID(message.aircraftID)
    guard identity != 0 else { return }
    let claim = own(identity)
    strangers.update(sender, at: time) { entry in
      entry.identity = identity
      entry.claim = claim
      // MAV_ODID_UA_TYPE_GROUND_OBSTACLE.
      entry.isObstacle = message.aircraftType == 14
    }
  }

  /// The platform of ours that flies under a name.
  private func own(_ number: UInt64) -> SensorID {
    for index in 0..<ownNames.count where ownNames[index].number == number {
      return ownNames[index].sensor
    }
    return .none
  }

  private mutating func take(
    _ message: OpenDroneIDLocation, of sender: UInt64, _ place: Int, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    guard let ground = local(message.latitudeE7 ?? 0, message.longitudeE7 ?? 0) else { return }
    strangers.update(sender, at: time) { _ in }
    let known = strangers.entry(sender)
    var velocity = SIMD2<Float>(.nan, .nan)
    if let course = message.courseCentidegrees, let speed = message.horizontalCentimetresPerSecond {
      velocity = Self.velocity(course, speed)
    }
    let radius = message.radius95 > 0 ? message.radius95 : Self.remoteRadius
    let height = message.geodeticAltitudeMetres.map { Double($0) - originHeight }
    guard !known.isObstacle else {
      counters.airLeftOut &+= 1
      return
    }
    tell(
      AirReport(
        broadcast: .remoteID, target: .drone, sender: sender, identity: known.identity,
        claim: known.claim, count: known.count, position: ground, height: Float(height ?? .nan),
        velocity: velocity, positionSigma: Self.sigma(radius95: radius, velocity)),
      aboveOrigin: height, place, time, emit)
  }

  private mutating func take(
    _ message: ADSBVehicle, _ place: Int, _ time: Instant, _ emit: (Observation) -> Void
  ) {
    // ADSB_FLAGS_VALID_COORDS and ADSB_FLAGS_SIMULATED; ADSB_EMITTER_TYPE from 15 on stands on the
    // ground or is in space.
    guard message.flags & 1 != 0, message.flags & 64 == 0, message.emitterType < 15,
      message.ageSeconds <= Self.strangerAgeMax
    else {
      counters.airLeftOut &+= 1
      return
    }
    guard let ground = local(message.latitudeE7, message.longitudeE7) else { return }
    let identity = NameNumber.icao(message.icaoAddress)
    // ADSB_FLAGS_VALID_HEADING and ADSB_FLAGS_VALID_VELOCITY.
    let velocity =
      message.flags & 12 == 12
      ? Self.velocity(message.courseCentidegrees, message.horizontalCentimetresPerSecond)
      : SIMD2<Float>(.nan, .nan)
    // ADSB_FLAGS_VALID_ALTITUDE. A height by air pressure is good enough to leave airliners out.
    let told: Double? =
      message.flags & 2 != 0 ? Double(message.altitudeMillimetres) / 1000 - originHeight : nil
    // ADSB_ALTITUDE_TYPE_GEOMETRIC.
    let height = message.altitudeType == 1 ? told : nil
    tell(
      AirReport(
        // ADSB_EMITTER_TYPE_UAV.
        broadcast: .adsb, target: message.emitterType == 14 ? .drone : .aircraft, sender: identity,
        identity: identity, claim: own(identity), position: ground, height: Float(height ?? .nan),
        velocity: velocity, positionSigma: Self.sigma(radius95: Self.adsbRadius, velocity)),
      aboveOrigin: told, place,
      time.advanced(byNanos: -Int64(message.ageSeconds) * 1_000_000_000), emit)
  }

  private mutating func tell(
    _ report: AirReport, aboveOrigin: Double?, _ place: Int, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    let away = (report.position * report.position).sum()
    guard away <= Self.strangerRangeMax * Self.strangerRangeMax,
      aboveOrigin ?? 0 <= Self.strangerHeightMax,
      Double(report.positionSigma) <= Self.strangerSigmaMax
    else {
      counters.airLeftOut &+= 1
      return
    }
    counters.airReports &+= 1
    if report.claim != .none { counters.airClaims &+= 1 }
    emit(numbering.make(platforms[place].sensor, time, .air(report)))
  }

  /// Metres per second east and north, from a course clockwise from north.
  private static func velocity(_ course: UInt16, _ speed: UInt16) -> SIMD2<Float> {
    let angle = Double(course) * .pi / 18_000
    let metres = Double(speed) / 100
    return SIMD2(Float(metres * sin(angle)), Float(metres * cos(angle)))
  }

  /// Standard deviation of a place with what the aircraft flew since, where it says how fast it is.
  private static func sigma(radius95: Double, _ velocity: SIMD2<Float>) -> Float {
    let sigma = radius95 / radiusPerSigma
    let squared = velocity.x.isFinite ? Double((velocity * velocity).sum()) : 0
    return Float(
      (sigma * sigma + squared * strangerTimeSigma * strangerTimeSigma).squareRoot())
  }
}
