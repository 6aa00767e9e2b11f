import Geodesy
import Glibc
import MAVLink
import Model

/// A drone or a beacon that talks on a simulated link.
///
/// A drone sends HEARTBEAT and GPS_RAW_INT once a second, ATTITUDE and GLOBAL_POSITION_INT five
/// times, and twice a second, while somebody is in view, CAMERA_TRACKING_GEO_STATUS as its camera
/// (component 100); a beacon GLOBAL_POSITION_INT once a second. Heights above sea level are taken as
/// heights above the ellipsoid: the geoid is left out.
struct Speaker {
  /// Time between two moments at which something may be sent, nanoseconds.
  static let slotNanos: Int64 = 20_000_000
  /// Accuracy of the tracked place that the drone's camera states, metres: the root mean square of
  /// its distance from the truth.
  static let trackingAccuracyMetres = 2.5
  /// Height for which the site states the radius of the camera's cover, metres.
  static let footprintHeightMetres = 50.0
  /// Error of the satellite receiver in each direction, metres.
  static let receiverSigmaMetres = 0.8

  private let actor: Int
  private let isDrone: Bool
  private let footprintRadius: Double
  private let frame: LocalFrame
  /// Slots by which it talks later than others, so that not all talk at once.
  private let phase: Int
  private let trackingNoise: Noise
  private let positionNoise: Noise
  private var autopilot: FrameEncoder
  private var camera: FrameEncoder

  /// The platform `sensor`, played by the actor with its system id; `nil` if there is none.
  init?(id: SensorID, site: Site, scenario: Scenario, phase: Int) {
    let sensor = site.sensors[id.index]
    guard let platform = sensor.platform,
      let actor = scenario.actors.firstIndex(where: { $0.systemID == platform.systemID })
    else { return nil }
    switch sensor.detail {
    case .drone: isDrone = true
    case .receiver: return nil
    case .beacon, .motion, .camera: isDrone = false
    }
    self.actor = actor
    self.phase = phase
    footprintRadius = platform.footprintRadius
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    trackingNoise = Noise(seed: scenario.seed, purpose: .tracking, sensor: id.index)
    positionNoise = Noise(seed: scenario.seed, purpose: .position, sensor: id.index)
    autopilot = FrameEncoder(version: .v2, systemID: platform.systemID, componentID: 1)
    camera = FrameEncoder(version: .v2, systemID: platform.systemID, componentID: 100)
  }

  /// Appends what it says in `slot`, `seconds` after the start; nothing while it is not there.
  mutating func speak(
    slot: Int, seconds: Double, scenario: Scenario, into bytes: inout [UInt8]
  ) {
    guard let state = scenario.state(of: actor, at: seconds) else { return }
    let turn = slot + phase
    guard isDrone else {
      if turn % 50 == 0 { send(position(state, seconds), by: &autopilot, to: &bytes) }
      return
    }
    if turn % 50 == 0 { send(heartbeat, by: &autopilot, to: &bytes) }
    if turn % 10 == 2 { send(attitude(state, seconds), by: &autopilot, to: &bytes) }
    if turn % 10 == 4 { send(position(state, seconds), by: &autopilot, to: &bytes) }
    if turn % 50 == 6 { send(receiver(state, seconds, slot), by: &autopilot, to: &bytes) }
    if turn % 25 == 8, let target = target(of: state, at: seconds, scenario) {
      send(tracking(target, from: state, slot), by: &camera, to: &bytes)
    }
  }

  // MARK: - Messages

  /// A flying quadrotor of ArduPilot (MAV_TYPE 2, MAV_AUTOPILOT 3, armed and guided, active).
  private var heartbeat: Heartbeat {
    Heartbeat(type: 2, autopilot: 3, baseMode: 0x89, customMode: 4, systemStatus: 4)
  }

  private func position(_ state: Actor.State, _ seconds: Double) -> GlobalPositionInt {
    let place = wirePlace(state.ground)
    return GlobalPositionInt(
      bootMillis: millis(seconds), latitudeE7: place.latitude, longitudeE7: place.longitude,
      altitudeMillimetres: altitudeMillimetres(state),
      relativeAltitudeMillimetres: Int32((state.place.z * 1000).rounded()),
      northCentimetresPerSecond: Int16((state.velocity.y * 100).rounded()),
      eastCentimetresPerSecond: Int16((state.velocity.x * 100).rounded()),
      downCentimetresPerSecond: Int16((-state.velocity.z * 100).rounded()),
      headingCentidegrees: state.speed > 0 ? centidegrees(state) : nil)
  }

  private func attitude(_ state: Actor.State, _ seconds: Double) -> Attitude {
    Attitude(
      bootMillis: millis(seconds), rollRadians: 0.1, pitchRadians: -0.05,
      yawRadians: Float(atan2(state.velocity.x, state.velocity.y)))
  }

  private func receiver(_ state: Actor.State, _ seconds: Double, _ slot: Int) -> GPSRawInt {
    let error = SIMD2(positionNoise.normal(2 * slot), positionNoise.normal(2 * slot + 1))
    let place = wirePlace(state.ground + error * Self.receiverSigmaMetres)
    return GPSRawInt(
      timeMicros: UInt64(millis(seconds)) * 1000, fixType: 3, latitudeE7: place.latitude,
      longitudeE7: place.longitude, altitudeMillimetres: altitudeMillimetres(state),
      horizontalDilutionE2: 80, verticalDilutionE2: 120,
      groundSpeedCentimetresPerSecond: UInt16((state.speed * 100).rounded()),
      courseCentidegrees: centidegrees(state), satellitesVisible: 14,
      horizontalAccuracyMillimetres: UInt32(Self.receiverSigmaMetres * 1000))
  }

  private func tracking(
    _ target: Actor.State, from state: Actor.State, _ slot: Int
  ) -> CameraTrackingGeoStatus {
    let sigma = Self.trackingAccuracyMetres / 2.0.squareRoot()
    let error = SIMD2(trackingNoise.normal(2 * slot), trackingNoise.normal(2 * slot + 1))
    let place = wirePlace(target.ground + error * sigma)
    let apart = target.place - state.place
    return CameraTrackingGeoStatus(
      trackingStatus: 1, latitudeE7: place.latitude, longitudeE7: place.longitude,
      altitudeMetres: Float(frame.heightMetres + target.place.z),
      horizontalAccuracyMetres: Float(Self.trackingAccuracyMetres),
      distanceMetres: Float((apart * apart).sum().squareRoot()))
  }

  /// The stranger nearest to the point below the drone, if one is within its camera's cover.
  private func target(
    of state: Actor.State, at seconds: Double, _ scenario: Scenario
  ) -> Actor.State? {
    let radius = footprintRadius * state.place.z / Self.footprintHeightMetres
    var nearest = radius * radius
    var found: Actor.State?
    for index in scenario.actors.indices
    where !scenario.actors[index].isOwn && scenario.actors[index].kind != .drone {
      guard let other = scenario.state(of: index, at: seconds) else { continue }
      let apart = other.ground - state.ground
      let squared = (apart * apart).sum()
      if squared < nearest {
        nearest = squared
        found = other
      }
    }
    return found
  }

  // MARK: - Units of the wire

  private func wirePlace(_ ground: SIMD2<Double>) -> (latitude: Int32, longitude: Int32) {
    let place = frame.geographic(ground)
    return (
      Int32((place.latitudeDegrees * 1e7).rounded()),
      Int32((place.longitudeDegrees * 1e7).rounded())
    )
  }

  private func altitudeMillimetres(_ state: Actor.State) -> Int32 {
    Int32(((frame.heightMetres + state.place.z) * 1000).rounded())
  }

  /// Wraps after 49 days, as the wire's field does.
  private func millis(_ seconds: Double) -> UInt32 {
    UInt32(truncatingIfNeeded: Int64((seconds * 1000).rounded()))
  }

  private func centidegrees(_ state: Actor.State) -> UInt16 {
    let degrees = atan2(state.velocity.x, state.velocity.y) * 180 / .pi
    let turned = Int((degrees * 100).rounded())
    return UInt16(turned < 0 ? turned + 36_000 : turned)
  }

  private func send<Message: MAVLinkMessage>(
    _ message: Message, by encoder: inout FrameEncoder, to bytes: inout [UInt8]
  ) {
    do {
      try encoder.append(message, to: &bytes)
    } catch {
      preconditionFailure("a version 2 frame carries every message: \(error)")
    }
  }
}
