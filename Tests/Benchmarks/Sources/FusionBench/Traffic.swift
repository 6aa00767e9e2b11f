import BenchSupport
import Glibc
import Model

/// Fifty targets that walk and drive about, as eight cameras with places tell them: 5 scans a second
/// each, nine of ten targets in view found, a little clutter.
struct Traffic {
  static let targets = 50
  static let start = Instant(monotonicNanos: 1_000_000_000_000)
  /// Each camera covers a part of the ground this wide and deep, metres; four in a row, two rows, with
  /// a quarter in common.
  private static let cover = SIMD2(100.0, 100.0)
  private static let step = SIMD2(75.0, 75.0)
  private static let sigma = 0.4

  private(set) var arrivals: [Arrival] = []
  private(set) var detections = 0
  private var random = Generator(state: 50)
  private var sequences = [UInt64](repeating: 0, count: 10)

  init(seconds: Double) {
    let area = Self.cover + Self.step * SIMD2(3, 1)
    var places: [SIMD2<Double>] = []
    var velocities: [SIMD2<Double>] = []
    for index in 0..<Self.targets {
      places.append(SIMD2(area.x * random.uniform(), area.y * random.uniform()))
      let speed = index % 10 == 0 ? 6 + 6 * random.uniform() : 0.8 + random.uniform()
      let bearing = 2 * .pi * random.uniform()
      velocities.append(SIMD2(cos(bearing), sin(bearing)) * speed)
    }
    let frames = Int(seconds * 5)
    for frame in 0..<frames {
      for camera in 0..<8 {
        let at = (Double(frame) + Double(camera) / 8) / 5
        advance(&places, &velocities, by: 1.0 / 40, within: area)
        scan(camera, places, at)
      }
      tick((Double(frame) + 0.99) / 5)
    }
  }

  /// All go on; at the border of the ground they turn back.
  private mutating func advance(
    _ places: inout [SIMD2<Double>], _ velocities: inout [SIMD2<Double>], by seconds: Double,
    within area: SIMD2<Double>
  ) {
    for index in places.indices {
      places[index] += velocities[index] * seconds
      for axis in 0..<2 where places[index][axis] < 0 || places[index][axis] > area[axis] {
        velocities[index][axis] =
          places[index][axis] < 0
          ? abs(velocities[index][axis])
          : -abs(velocities[index][axis])
      }
      let turn = 0.15 * random.gauss() * seconds.squareRoot()
      let v = velocities[index]
      velocities[index] = SIMD2(
        v.x * cos(turn) - v.y * sin(turn), v.x * sin(turn) + v.y * cos(turn))
    }
  }

  private mutating func scan(_ camera: Int, _ places: [SIMD2<Double>], _ at: Double) {
    let corner = Self.corner(of: camera)
    var count: UInt16 = 0
    for place in places {
      let inside = place - corner
      guard inside.x > 0, inside.y > 0, inside.x < Self.cover.x, inside.y < Self.cover.y,
        random.uniform() < 0.9
      else { continue }
      detect(place + SIMD2(random.gauss(), random.gauss()) * Self.sigma, camera, at)
      count += 1
    }
    if random.uniform() < 0.1 {
      detect(corner + Self.cover * SIMD2(random.uniform(), random.uniform()), camera, at)
      count += 1
    }
    say(.scanEnd(count: count, frame: UInt32(at * 5)), camera, at)
  }

  private mutating func detect(_ place: SIMD2<Double>, _ camera: Int, _ at: Double) {
    let variance = Self.sigma * Self.sigma
    say(
      .detection(
        Detection(position: place, covariance: SIMD3(variance, 0, variance), quality: 0.8)), camera,
      at)
    detections += 1
  }

  private mutating func tick(_ at: Double) {
    let time = Self.instant(at)
    say(
      .clock(
        ClockMap(
          instant: time, wall: WallTime(unixNanos: time.monotonicNanos), uncertaintyNanos: 0,
          state: .synchronised)), 8, at)
  }

  private mutating func say(_ content: Observation.Content, _ source: Int, _ at: Double) {
    sequences[source] += 1
    let time = Self.instant(at)
    arrivals.append(
      Arrival(
        time: time,
        observation: Observation(
          source: source == 8 ? .clock : SourceID(UInt16(source)),
          sensor: source == 8 ? .none : SensorID(UInt16(source)), sequence: sequences[source],
          time: time, content: content)))
  }

  /// The same with each scan arriving 60 to 140 ms late.
  var delayed: [Arrival] {
    var random = Generator(state: 51)
    var delays = [Double](repeating: 0.1, count: 9)
    let late = arrivals.map { arrival in
      let observation = arrival.observation
      guard observation.sensor != .none else { return arrival }
      let delay = delays[observation.sensor.index]
      if case .scanEnd = observation.content {
        delays[observation.sensor.index] = 0.06 + 0.08 * random.uniform()
      }
      return Arrival(
        time: arrival.time.advanced(byNanos: Int64(delay * 1e9)), observation: observation)
    }
    return late.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  static func instant(_ seconds: Double) -> Instant {
    start.advanced(byNanos: Int64((seconds * 1e9).rounded()))
  }

  private static func corner(of camera: Int) -> SIMD2<Double> {
    SIMD2(Double(camera % 4), Double(camera / 4)) * step
  }

  /// The cameras, and a border through the middle of what they see.
  static var site: Site {
    let sensors = (0..<8).map { index in
      let corner = corner(of: index)
      let detail = CameraDetail(
        device: "", format: .grey, width: 640, height: 480, framesPerSecond: 5,
        isGroundCalibrated: true, azimuth: 1.5, elevation: -0.3, roll: 0,
        horizontalFieldOfView: 1.5, rangeMetres: 300, azimuthSigma: 0.003, elevationSigma: 0.003)
      return Sensor(
        name: "camera-\(index)", profile: "bench/bench",
        place: SIMD3(corner.x + cover.x / 2, corner.y - 10, 8),
        coverage: [
          corner, corner + SIMD2(cover.x, 0), corner + cover, corner + SIMD2(0, cover.y),
        ], detectionProbability: 0.9, falseAlarmRate: 0.1, latencyNanos: 0, detail: .camera(detail))
    }
    let border = SiteLine(
      name: "border", isClosed: false, points: [SIMD2(-50, 90), SIMD2(400, 90)],
      leftName: "north", rightName: "south", leftToRight: "in", rightToLeft: "out")
    return Site(
      post: "bench",
      origin: GeographicOrigin(latitudeDegrees: 48, longitudeDegrees: 16, heightMetres: 200),
      lines: [border], sensors: sensors, links: [], configurationHash: "0")
  }
}
