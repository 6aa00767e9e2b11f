import Geodesy
import Glibc
import MAVLink
import Model

/// Where a platform's camera was and how it was turned, remembered for a look back at the moment of a
/// picture.
struct PlatformPayload: BitwiseCopyable {
  /// What the profile says of it.
  private(set) var errors = PayloadDetail()
  /// Mean time from a picture to the message about it, nanoseconds.
  private(set) var latencyNanos: Int64 = 0

  private var clock = BootClock()
  /// The vehicle's clock by TIMESYNC; used where `usesOwnTime`.
  var vehicleClock = VehicleClock()
  private(set) var usesOwnTime = false
  private var places = History(repeating: Place())
  private var headings = History(repeating: Rotation.none)
  private var turns = History(repeating: Rotation.none)
  private var halfField = SIMD2(0.0, 0.0)
  /// Height of the picture over its width, where a camera told it.
  private var aspect = 0.75

  /// How long a place, a heading and a turn are believed after the last word, nanoseconds.
  static let reachNanos: Int64 = 1_000_000_000
  /// Half the time over which the ground point's own velocity is taken, nanoseconds.
  private static let driftNanos: Int64 = 50_000_000

  private struct Place: BitwiseCopyable {
    var position = SIMD3(0.0, 0.0, 0.0)
    var velocity = SIMD3(0.0, 0.0, 0.0)
  }

  init() {}

  init(detail: PayloadDetail, latencyNanos: Int64, usesOwnTime: Bool) {
    self.usesOwnTime = usesOwnTime
    errors = detail
    self.latencyNanos = latencyNanos
    setField(horizontal: detail.fieldOfView)
  }

  /// Our time of what the vehicle dated `bootMillis`, by its own clock; nil where that is not known or
  /// not to be used.
  func ownTime(bootMillis: UInt32, arrival: Instant) -> Instant? {
    usesOwnTime ? vehicleClock.time(bootMillis: bootMillis, arrival: arrival) : nil
  }

  /// The same, by listening where nothing better is known.
  private mutating func dated(_ bootMillis: UInt32, _ arrival: Instant) -> Instant {
    let heard = clock.time(bootMillis: bootMillis, arrival: arrival)
    return ownTime(bootMillis: bootMillis, arrival: arrival) ?? heard
  }

  // MARK: - What is heard

  mutating func take(_ state: PlatformState, bootMillis: UInt32, _ arrival: Instant) {
    places.add(
      Place(position: state.position, velocity: SIMD3<Double>(state.velocity)),
      at: dated(bootMillis, arrival))
  }

  mutating func take(_ message: Attitude, _ arrival: Instant) {
    let yaw = Double(message.yawRadians)
    guard yaw.isFinite else { return }
    headings.add(Rotation(yaw: yaw), at: dated(message.bootMillis, arrival))
  }

  /// Roll and pitch count from the horizon; the yaw from north or from the vehicle's front.
  mutating func take(_ message: GimbalDeviceAttitudeStatus, _ arrival: Instant) {
    let q = message.quaternion
    guard
      let turn = Rotation(w: Double(q[0]), x: Double(q[1]), y: Double(q[2]), z: Double(q[3]))
    else { return }
    let isFromNorth =
      message.flags & 96 == 0 ? message.flags & 16 != 0 : message.flags & 64 != 0
    add(turn, isFromNorth: isFromNorth, message.bootMillis, arrival)
  }

  mutating func take(_ message: MountOrientation, _ arrival: Instant) {
    guard let pitch = message.pitchDegrees, pitch.isFinite else { return }
    let absolute = message.yawAbsoluteDegrees.flatMap { $0.isFinite && $0 != 0 ? $0 : nil }
    guard let yaw = absolute ?? message.yawDegrees, yaw.isFinite else { return }
    let roll = message.rollDegrees.flatMap { $0.isFinite ? $0 : nil } ?? 0
    let turn = Rotation(
      yaw: Double(yaw) * .pi / 180, pitch: Double(pitch) * .pi / 180,
      roll: Double(roll) * .pi / 180)
    add(turn, isFromNorth: absolute != nil, message.bootMillis, arrival)
  }

  mutating func take(_ message: CameraFOVStatus, _ arrival: Instant) {
    if let width = message.horizontalFieldDegrees, width > 0, width < 170 {
      setField(horizontal: Double(width) * .pi / 180)
      if let height = message.verticalFieldDegrees, height > 0, height < 170 {
        halfField.y = tan(Double(height) * .pi / 360)
      }
    }
    let q = message.quaternion
    guard
      let turn = Rotation(w: Double(q[0]), x: Double(q[1]), y: Double(q[2]), z: Double(q[3]))
    else { return }
    add(turn, isFromNorth: true, message.bootMillis, arrival)
  }

  mutating func take(_ message: CameraInformation) {
    if let width = message.widthPixels, let height = message.heightPixels {
      aspect = Double(height) / Double(width)
    }
    guard let focal = message.focalLengthMillimetres, let width = message.sensorWidthMillimetres,
      focal > 0, width > 0, width < 20 * focal
    else { return }
    setField(horizontal: 2 * atan(Double(width) / (2 * Double(focal))))
  }

  private mutating func setField(horizontal: Double) {
    let half = tan(horizontal / 2)
    halfField = SIMD2(half, half * aspect)
  }

  private mutating func add(
    _ turn: Rotation, isFromNorth: Bool, _ bootMillis: UInt32, _ arrival: Instant
  ) {
    let time = dated(bootMillis, arrival)
    guard !isFromNorth else {
      turns.add(turn, at: time)
      return
    }
    guard let (a, b, fraction, _) = headings.around(time, reachNanos: Self.reachNanos) else {
      return
    }
    turns.add(a.toward(b, fraction).following(turn), at: time)
  }

  // MARK: - Looking back

  /// Camera and view at `time`; nil while one of place, turn and field of view is not known.
  func sight(at time: Instant) -> GroundSight? {
    guard halfField.x > 0,
      let (a, b, between, since) = places.around(time, reachNanos: Self.reachNanos),
      let (first, second, fraction, _) = turns.around(time, reachNanos: Self.reachNanos)
    else { return nil }
    let place =
      a.position + (b.position - a.position) * between + a.velocity * (Double(since) * 1e-9)
    return GroundSight(place: place, turn: first.toward(second, fraction), halfField: halfField)
  }

  /// What stands on the ground at `picture` (across and down, -1 ... 1) in the picture of `time`; nil
  /// when that is not known or not on the ground.
  func ground(
    _ picture: SIMD2<Double>, at time: Instant, positionSigma: Double
  ) -> (SIMD2<Double>, Covariance2)? {
    guard let sight = sight(at: time) else { return nil }
    let direction = sight.direction(picture)
    guard let point = sight.ground(direction) else { return nil }
    var drift = SIMD2(0.0, 0.0)
    let before = self.sight(at: time.advanced(byNanos: -Self.driftNanos))
    let after = self.sight(at: time.advanced(byNanos: Self.driftNanos))
    if let before, let after, let from = before.ground(before.direction(picture)),
      let to = after.ground(after.direction(picture))
    {
      drift = (to - from) / (2e-9 * Double(Self.driftNanos))
    }
    let covariance = sight.covariance(
      direction, positionSigma: positionSigma, errors: errors, drift: drift)
    return (point, covariance)
  }

  /// What it surely sees of the ground at `time`.
  func footprint(
    at time: Instant, positionSigma: Double
  ) -> (centre: SIMD2<Double>, radius: Double)? {
    sight(at: time)?.footprint(positionSigma: positionSigma, errors: errors)
  }
}

extension CameraTrackingImageStatus {
  /// The foot of what is tracked, across and down the picture, -1 ... 1; nil if it is not told.
  var foot: SIMD2<Double>? {
    // A rectangle's lower side is where the object stands.
    if let left, let right, let bottom, trackingMode == 2 {
      return Self.centred((left + right) / 2, bottom)
    }
    if let pointX, let pointY { return Self.centred(pointX, pointY) }
    return nil
  }

  private static func centred(_ x: Float, _ y: Float) -> SIMD2<Double>? {
    guard x >= 0, x <= 1, y >= 0, y <= 1 else { return nil }
    return SIMD2(2 * Double(x) - 1, 2 * Double(y) - 1)
  }
}
