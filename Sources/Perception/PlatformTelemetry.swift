import Geodesy
import MAVLink
import Model

/// What is remembered of one platform between its messages.
struct PlatformTelemetry: BitwiseCopyable {
  var sensor = SensorID.none
  /// Whether it is a receiver of broadcasts, which has no place of its own.
  var isReceiver = false
  /// Its MAVLink system id.
  private(set) var systemID: UInt8 = 0
  /// Scans of its payload so far.
  var scans: UInt32 = 0
  /// Whether it is heard, and whether frames in its name were refused.
  var liveness = PlatformLiveness()
  /// Where it looks.
  var payload = PlatformPayload()
  /// When its camera last told the place of what it tracks itself.
  private(set) var geoTime = Instant.distantPast
  private var footprintRadius = 0.0
  private var configuredSigma = 0.0
  private var originHeight = 0.0
  private var positionSigma = 0.0
  private var accuracyTime = Instant.distantPast
  /// Ellipsoid height minus height above sea level, metres; NaN when not known.
  private var undulation = Double.nan
  private var yaw: Float = .nan
  private var yawTime = Instant.distantPast

  /// How long an accuracy and a heading are believed, nanoseconds.
  private static let accuracyNanos: Int64 = 5_000_000_000
  private static let yawNanos: Int64 = 1_000_000_000
  /// How long a camera that tells places is not asked for directions, nanoseconds.
  private static let geoNanos: Int64 = 2_000_000_000
  /// Height for which the profile gives the footprint's radius, metres.
  private static let footprintHeight = 50.0

  init() {}

  init(sensor: SensorID, detail: PlatformDetail, latencyNanos: Int64, originHeight: Double) {
    self.sensor = sensor
    payload = PlatformPayload(
      detail: detail.payload, latencyNanos: latencyNanos, usesOwnTime: detail.usesOwnTime)
    systemID = detail.systemID
    footprintRadius = detail.footprintRadius
    configuredSigma = detail.positionSigma
    self.originHeight = originHeight
  }

  mutating func take(_ message: GPSRawInt, _ time: Instant) {
    accuracyTime = time
    if let accuracy = message.horizontalAccuracyMillimetres {
      positionSigma = max(Double(accuracy) / 1000, 0.01)
    } else if let dilution = message.horizontalDilutionE2 {
      // The profile's accuracy holds for a good constellation, with a dilution of 1.
      positionSigma = configuredSigma * max(1, Double(dilution) / 100)
    } else {
      positionSigma = configuredSigma
    }
    if let ellipsoid = message.altitudeEllipsoidMillimetres {
      undulation = Double(ellipsoid) / 1000 - Double(message.altitudeMillimetres) / 1000
    }
  }

  mutating func take(_ message: Attitude, _ time: Instant) {
    yaw = message.yawRadians
    yawTime = time
    payload.take(message, time)
  }

  private func sigma(_ time: Instant) -> Double {
    time.nanos(since: accuracyTime) <= Self.accuracyNanos ? positionSigma : configuredSigma
  }

  /// The platform's state. Its height is above the origin if the sender has told its height above
  /// the ellipsoid, else above its home. The footprint is what the camera surely
  /// sees, where gimbal and field of view are told; else it lies straight below and grows with the
  /// height above home.
  mutating func state(_ message: GlobalPositionInt, ground: SIMD2<Double>, _ time: Instant)
    -> PlatformState
  {
    let aboveHome = Double(message.relativeAltitudeMillimetres) / 1000
    let height =
      undulation.isNaN ? aboveHome : message.altitudeMetres + undulation - originHeight
    let radius = footprintRadius * max(aboveHome, 0) / Self.footprintHeight
    var state = PlatformState(
      position: SIMD3(ground.x, ground.y, height),
      velocity: SIMD3(
        Float(message.eastCentimetresPerSecond), Float(message.northCentimetresPerSecond),
        -Float(message.downCentimetresPerSecond)) / 100,
      heading: heading(message, time), positionSigma: Float(sigma(time)),
      footprintCentre: radius > 0 ? ground : SIMD2(.nan, .nan), footprintRadius: Float(radius))
    payload.take(state, bootMillis: message.bootMillis, time)
    if let seen = payload.footprint(at: time, positionSigma: sigma(time)) {
      state.footprintCentre = seen.centre
      state.footprintRadius = Float(seen.radius)
    }
    return state
  }

  /// Radians counter-clockwise from east, -pi ... pi, from degrees or radians clockwise from north.
  private func heading(_ message: GlobalPositionInt, _ time: Instant) -> Float {
    let fromNorth: Float
    if let degrees = message.headingDegrees {
      fromNorth = Float(degrees) * .pi / 180
    } else if yaw.isFinite && time.nanos(since: yawTime) <= Self.yawNanos {
      fromNorth = yaw
    } else {
      return .nan
    }
    return (.pi / 2 - fromNorth).remainder(dividingBy: 2 * .pi)
  }

  /// What the payload tracks. Without an accuracy of its own it is as good as the platform's place
  /// and 10 m, the error of a payload's direction at some hundred metres.
  mutating func detection(
    _ message: CameraTrackingGeoStatus, ground: SIMD2<Double>, _ time: Instant
  ) -> Detection {
    geoTime = time
    let given = Double(message.horizontalAccuracyMetres ?? .nan)
    let sigma =
      given.isFinite && given > 0
      ? max(given, 0.1) : (configuredSigma * configuredSigma + 100).squareRoot()
    return Detection(
      position: ground, covariance: SIMD3(sigma * sigma, 0, sigma * sigma),
      quality: message.isCoasting ? 0.5 : 0.9)
  }

  /// What the payload tracks in its picture, put on the ground, and when the picture was taken. Nil
  /// where that cannot be, or while the camera tells places itself.
  func detection(
    _ message: CameraTrackingImageStatus, _ time: Instant
  ) -> (Detection, Instant)? {
    guard time.nanos(since: geoTime) > Self.geoNanos, let foot = message.foot else { return nil }
    let moment = time.advanced(byNanos: -payload.latencyNanos)
    guard let (point, covariance) = payload.ground(foot, at: moment, positionSigma: sigma(time))
    else { return nil }
    return (
      Detection(
        position: point, covariance: covariance.packed, quality: message.isCoasting ? 0.5 : 0.9),
      moment
    )
  }
}
