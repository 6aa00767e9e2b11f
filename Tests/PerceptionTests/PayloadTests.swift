import Geodesy
import Glibc
import MAVLink
import Model
import TestSupport
import Testing

@testable import Perception

/// A drone on a known way that looks at a known point; its telemetry has the profile's errors.
private struct Flight {
  static let frame = LocalFrame(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200)
  static let errors = PayloadDetail(
    fieldOfView: 1, heightSigma: 2, headingSigma: 0.03, pointingSigma: 0.015, timeSigma: 0.1)
  static let positionSigma = 1.5
  static let latency = 0.25
  /// When the picture is taken, seconds.
  static let exposure = 3.03

  var random: SeededGenerator
  let start: SIMD3<Double>
  let velocity: SIMD3<Double>
  let heading: Double
  let turnRate: Double
  let gimbal: Rotation

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    start = SIMD3(
      .random(in: -100...100, using: &random), .random(in: -100...100, using: &random),
      .random(in: 40...80, using: &random))
    velocity = SIMD3(
      .random(in: -10...10, using: &random), .random(in: -10...10, using: &random),
      .random(in: -1...1, using: &random))
    heading = .random(in: -3...3, using: &random)
    turnRate = .random(in: -0.2...0.2, using: &random)
    gimbal = Rotation(
      yaw: .random(in: -1...1, using: &random), pitch: .random(in: -1.1 ... -0.6, using: &random))
  }

  mutating func normal() -> Double {
    let u = Double.random(in: 1e-12...1, using: &random)
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
  }

  func place(_ time: Double) -> SIMD3<Double> { start + velocity * time }
  func yaw(_ time: Double) -> Double { heading + turnRate * time }

  /// Flies and returns what perception makes of the tracked point, and where that really is.
  mutating func fly() throws -> (detection: Detection?, truth: SIMD2<Double>, time: Instant?) {
    let picture = SIMD2(
      Double.random(in: -0.6...0.6, using: &random), Double.random(in: -0.5...0.5, using: &random))
    let half = tan(Self.errors.fieldOfView / 2)
    let sight = GroundSight(
      place: place(Self.exposure),
      turn: Rotation(yaw: yaw(Self.exposure)).following(gimbal),
      halfField: SIMD2(half, half * 0.75))
    let truth = try #require(sight.ground(sight.direction(picture)))
    let ground = SIMD2(normal(), normal()) * Self.positionSigma
    let height = normal() * Self.errors.heightSigma
    let yawError = normal() * Self.errors.headingSigma
    let sigma = Self.errors.pointingSigma
    let told = gimbal.following(
      Rotation(yaw: normal() * sigma, pitch: normal() * sigma, roll: normal() * sigma))
    // A pixel's error is the same angle in both directions.
    let seen = picture + SIMD2(normal() * 0.02, normal() * 0.02 / 0.75)
    let arrival = Self.exposure + Self.latency + normal() * Self.errors.timeSigma

    let drone = PlatformDetail(
      link: "radio", systemID: 7, footprintRadius: 40, positionSigma: Self.positionSigma,
      payload: Self.errors)
    var sensor = TestSite.sensor(.drone(drone))
    sensor.latencyNanos = Int64(Self.latency * 1e9)
    var site = TestSite.site()
    site.sensors = [sensor]
    var perception = TelemetryPerception(site: site, link: 0, source: SourceID(1))
    var encoder = FrameEncoder(version: .v2, systemID: 7, componentID: 1)
    var result: (Detection?, SIMD2<Double>, Instant?) = (nil, truth, nil)
    func take(_ observation: Observation) {
      if let detection = observation.detection { result = (detection, truth, observation.time) }
    }
    var step = 0
    while Double(step) * 0.1 < arrival {
      let time = Double(step) * 0.1
      var bytes: [UInt8] = []
      try append(
        time, error: SIMD3(ground.x, ground.y, height), yawError, told, by: &encoder, to: &bytes)
      perception.take(at(Int64(time * 1e9) + 5_000_000_000), bytes.span.bytes, emit: take)
      step += 1
    }
    var bytes: [UInt8] = []
    try encoder.append(
      CameraTrackingImageStatus(
        trackingStatus: 1, trackingMode: 1, targetData: 2, pointX: Float((seen.x + 1) / 2),
        pointY: Float((seen.y + 1) / 2)), to: &bytes)
    perception.take(at(Int64(arrival * 1e9) + 5_000_000_000), bytes.span.bytes, emit: take)
    return result
  }

  private func append(
    _ time: Double, error: SIMD3<Double>, _ yawError: Double, _ told: Rotation,
    by encoder: inout FrameEncoder, to bytes: inout [UInt8]
  ) throws {
    let boot = UInt32(1000 + (time * 1000).rounded())
    let here = place(time) + error
    let geographic = Self.frame.geographic(SIMD2(here.x, here.y))
    try encoder.append(
      GlobalPositionInt(
        bootMillis: boot, latitudeE7: Int32((geographic.latitudeDegrees * 1e7).rounded()),
        longitudeE7: Int32((geographic.longitudeDegrees * 1e7).rounded()),
        altitudeMillimetres: 250_000, relativeAltitudeMillimetres: Int32(here.z * 1000),
        northCentimetresPerSecond: Int16(velocity.y * 100),
        eastCentimetresPerSecond: Int16(velocity.x * 100),
        downCentimetresPerSecond: Int16(-velocity.z * 100)), to: &bytes)
    try encoder.append(
      Attitude(
        bootMillis: boot, rollRadians: 0.1, pitchRadians: -0.1,
        yawRadians: Float((yaw(time) + yawError).remainder(dividingBy: 2 * .pi))), to: &bytes)
    try encoder.append(
      GimbalDeviceAttitudeStatus(
        targetSystem: 0, targetComponent: 0, bootMillis: boot, flags: 32,
        quaternion: quaternion(told), failures: 0), to: &bytes)
  }

  private func quaternion(_ turn: Rotation) -> WireArray<4, Float> {
    var array = WireArray<4, Float>(repeating: 0)
    array[0] = Float(turn.w)
    array[1] = Float(turn.v.x)
    array[2] = Float(turn.v.y)
    array[3] = Float(turn.v.z)
    return array
  }
}

@Suite("What a drone sees, put on the ground")
struct PayloadTests {
  @Test("the truth lies in the 95 % ellipse 95 +/- 2 % of the time, over 500 flights")
  func ellipse() throws {
    var inside = 0
    var told = 0
    for seed in 1...500 {
      var flight = Flight(seed: UInt64(seed))
      let (detection, truth, time) = try flight.fly()
      guard let detection else { continue }
      told += 1
      let covariance = Covariance2(packed: detection.covariance)
      #expect(covariance.isPositiveDefinite)
      // The 95 % point of chi squared with two degrees of freedom.
      if covariance.mahalanobisSquared(detection.position - truth) <= 5.991 { inside += 1 }
      let moment = try #require(time)
      #expect(abs(moment.seconds(since: at(5_000_000_000)) - Flight.exposure) < 0.5)
    }
    #expect(told >= 495)
    let share = Double(inside) / Double(told)
    #expect(share >= 0.93 && share <= 0.97, "\(inside) of \(told)")
  }

  @Test("a rotation turns as the book says")
  func rotation() {
    // Nose to the east, then 30 degrees down: forward is east and down.
    let turn = Rotation(yaw: .pi / 2, pitch: -.pi / 6)
    let forward = turn.turn(SIMD3(1, 0, 0))
    #expect(abs(forward.x) < 1e-12 && abs(forward.y - 0.75.squareRoot()) < 1e-12)
    #expect(abs(forward.z - 0.5) < 1e-12)
    #expect(abs(turn.yaw - .pi / 2) < 1e-12)
    let half = Rotation.none.toward(Rotation(yaw: 1), 0.25)
    #expect(abs(half.yaw - 0.25) < 1e-12)
    #expect(Rotation(w: 0, x: 0, y: 0, z: 0) == nil)
  }

  @Test("straight down the footprint is the picture's width, less the doubt")
  func footprint() throws {
    let down = Rotation(yaw: 0, pitch: -.pi / 2)
    let sight = GroundSight(place: SIMD3(10, 20, 50), turn: down, halfField: SIMD2(0.6, 0.45))
    let sharp = PayloadDetail(heightSigma: 0, headingSigma: 0, pointingSigma: 0, timeSigma: 0)
    let seen = try #require(sight.footprint(positionSigma: 0.001, errors: sharp))
    #expect(abs(seen.centre.x - 10) < 1e-6 && abs(seen.centre.y - 20) < 1e-6)
    // 0.45 of 50 m, less two standard deviations of a hundredth of the picture.
    #expect(abs(seen.radius - (22.5 - 2 * 0.012 * 50)) < 0.01)
    let doubtful = try #require(
      sight.footprint(positionSigma: 5, errors: PayloadDetail(pointingSigma: 0.05)))
    #expect(doubtful.radius < seen.radius - 8)
    let level = GroundSight(
      place: SIMD3(10, 20, 50), turn: Rotation(yaw: 0), halfField: SIMD2(0.6, 0.45))
    #expect(level.footprint(positionSigma: 1, errors: sharp) == nil)
    #expect(level.ground(level.direction(.zero)) == nil)
  }

  @Test("a boot clock follows the fastest message and a new boot")
  func bootClock() {
    var clock = BootClock()
    #expect(clock.time(bootMillis: 1000, arrival: at(5_080_000_000)) == at(5_080_000_000))
    #expect(clock.time(bootMillis: 1100, arrival: at(5_110_000_000)) == at(5_110_000_000))
    let late = clock.time(bootMillis: 1200, arrival: at(5_900_000_000))
    #expect(abs(late.seconds(since: at(5_210_000_000))) < 0.001)
    #expect(clock.time(bootMillis: 10, arrival: at(60_000_000_000)) == at(60_000_000_000))
  }
}
