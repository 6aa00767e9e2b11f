import Fusion
import Geodesy
import Glibc
import Model

/// A small post for the tests: a border along the x axis (north of it is left), a camera that sees
/// all of it, motion sensors on both sides, a beam on the line, a zone, a drone and a patrol; the
/// whole turned by an angle and shifted when asked.
struct Scene {
  static let camera = SensorID(0)
  static let pirNorth = SensorID(1)
  static let pirSouth = SensorID(2)
  static let beam = SensorID(3)
  static let drone = SensorID(4)
  static let patrol = SensorID(5)
  static let bearingCamera = SensorID(6)
  static let receiver = SensorID(7)
  static let pirFar = SensorID(8)
  static let border = LineID(0)
  static let zone = LineID(1)

  var cosine = 1.0
  var sine = 0.0
  var shift = SIMD2<Double>.zero
  /// What the first camera covers: its south-west and north-east corner.
  var cameraCover = (southWest: SIMD2(-100.0, -60.0), northEast: SIMD2(120.0, 60.0))
  /// Where the first camera stands.
  var cameraPlace = SIMD2(0.0, -60.0)
  private var sequences = [UInt64](repeating: 0, count: 10)
  private(set) var arrivals: [Arrival] = []

  init() {}

  init(cosine: Double, sine: Double, shift: SIMD2<Double>) {
    self.cosine = cosine
    self.sine = sine
    self.shift = shift
  }

  /// Where a point of the unturned scene lies.
  func placed(_ point: SIMD2<Double>) -> SIMD2<Double> { turned(point) + shift }

  func turned(_ v: SIMD2<Double>) -> SIMD2<Double> {
    SIMD2(cosine * v.x - sine * v.y, sine * v.x + cosine * v.y)
  }

  private func box(_ west: Double, _ south: Double, _ east: Double, _ north: Double)
    -> [SIMD2<Double>]
  {
    [SIMD2(west, south), SIMD2(east, south), SIMD2(east, north), SIMD2(west, north)].map(placed)
  }

  var site: Site {
    Site(
      post: "test",
      origin: GeographicOrigin(latitudeDegrees: 50, longitudeDegrees: 20, heightMetres: 100),
      lines: [
        SiteLine(
          name: "border", isClosed: false, points: [SIMD2(-200, 0), SIMD2(200, 0)].map(placed),
          leftName: "north", rightName: "south", leftToRight: "in", rightToLeft: "out"),
        SiteLine(
          name: "zone", isClosed: true, points: box(60, -40, 90, -10), leftName: "inside",
          rightName: "outside", leftToRight: "out", rightToLeft: "in"),
      ],
      sensors: [
        sensor(
          "cam-1",
          box(
            cameraCover.southWest.x, cameraCover.southWest.y, cameraCover.northEast.x,
            cameraCover.northEast.y), rate: 0.05, at: cameraPlace,
          .camera(cameraDetail(ground: true))),
        sensor("pir-n", box(-8, 3, 8, 13), rate: 2, .motion(motionDetail(.pir))),
        sensor("pir-s", box(-8, -13, 8, -3), rate: 2, .motion(motionDetail(.pir))),
        sensor("beam-1", box(-15, -0.5, 15, 0.5), rate: 1, .motion(motionDetail(.beam))),
        sensor("uav-1", [], rate: 0, .drone(platformDetail(1))),
        sensor("patrol-1", [], rate: 0, .beacon(platformDetail(2))),
        sensor("cam-2", box(-100, -60, 120, 60), rate: 0.05, .camera(cameraDetail(ground: false))),
        sensor("ear-1", [], rate: 0, .receiver(platformDetail(3))),
        sensor("pir-far", box(150, 3, 166, 13), rate: 2, .motion(motionDetail(.pir))),
      ],
      links: [], configurationHash: "0")
  }

  private func sensor(
    _ name: String, _ coverage: [SIMD2<Double>], rate: Double,
    at unturned: SIMD2<Double> = SIMD2(0, -60), _ detail: Sensor.Detail
  ) -> Sensor {
    let place = placed(unturned)
    return Sensor(
      name: name, profile: "test/test", place: SIMD3(place.x, place.y, 6), coverage: coverage,
      detectionProbability: 0.9, falseAlarmRate: rate, latencyNanos: 0, detail: detail)
  }

  private func cameraDetail(ground: Bool) -> CameraDetail {
    CameraDetail(
      device: "", format: .grey, width: 640, height: 480, framesPerSecond: 5,
      isGroundCalibrated: ground, azimuth: 1.5 + atan2(sine, cosine), elevation: -0.1, roll: 0,
      horizontalFieldOfView: 1.5, rangeMetres: 200, azimuthSigma: 0.003, elevationSigma: 0.003)
  }

  private func motionDetail(_ technology: MotionDetail.Technology) -> MotionDetail {
    MotionDetail(
      technology: technology, chip: "", line: "0", isActiveLow: false, debounceNanos: 0,
      holdNanos: 2_000_000_000)
  }

  private func platformDetail(_ id: UInt8) -> PlatformDetail {
    PlatformDetail(link: "", systemID: id, footprintRadius: 0, positionSigma: 1.5)
  }

  // MARK: - What the sensors say

  static func instant(_ seconds: Double) -> Instant {
    Instant(monotonicNanos: 1_000_000_000_000 + Int64((seconds * 1e9).rounded()))
  }

  /// `sensor` said `content` of the time `seconds`; it arrives `delay` later.
  mutating func say(
    _ content: Observation.Content, _ sensor: SensorID, at seconds: Double, delay: Double = 0.01,
    source other: Int? = nil
  ) {
    let source =
      other ?? (sensor == .none ? 7 : sensor == Self.receiver ? 8 : Int(sensor.rawValue))
    sequences[source] += 1
    arrivals.append(
      Arrival(
        time: Self.instant(seconds + delay),
        observation: Observation(
          source: SourceID(UInt16(source + 1)), sensor: sensor, sequence: sequences[source],
          time: Self.instant(seconds), content: content)))
  }

  /// A scan of the camera that shows targets at `places`.
  mutating func scan(
    _ places: [SIMD2<Double>], at seconds: Double, sigma: Double = 0.4,
    scores: ClassScores = Self.person, by sensor: SensorID = Self.camera, delay: Double = 0.01
  ) {
    for place in places {
      let covariance = Covariance2(xx: sigma * sigma, xy: 0, yy: 4 * sigma * sigma)
        .rotated(cosine: cosine, sine: sine)
      say(
        .detection(
          Detection(
            position: placed(place), covariance: covariance.packed, classScores: scores,
            quality: 0.8)), sensor, at: seconds, delay: delay)
    }
    say(.scanEnd(count: UInt16(places.count), frame: 0), sensor, at: seconds, delay: delay)
  }

  mutating func platform(
    _ place: SIMD2<Double>, velocity: SIMD2<Double>, _ sensor: SensorID, at seconds: Double,
    source: Int? = nil
  ) {
    let position = placed(place)
    let moving = turned(velocity)
    say(
      .platform(
        PlatformState(
          position: SIMD3(position.x, position.y, 40),
          velocity: SIMD3(Float(moving.x), Float(moving.y), 0), heading: .nan,
          positionSigma: 1.5)), sensor, at: seconds, delay: 0.2, source: source)
  }

  /// The receiver, or a drone that has one aboard, hears an aircraft.
  mutating func air(
    _ place: SIMD2<Double>, velocity: SIMD2<Double>, at seconds: Double,
    sender: UInt64 = 1, identity: UInt64 = 0, claim: SensorID = .none,
    target: TargetClass = .drone, sigma: Float = 3, by sensor: SensorID = Self.receiver
  ) {
    let moving = turned(velocity)
    say(
      .air(
        AirReport(
          broadcast: target == .drone ? .remoteID : .adsb, target: target, sender: sender,
          identity: identity, claim: claim, position: placed(place), height: 80,
          velocity: SIMD2(Float(moving.x), Float(moving.y)), positionSigma: sigma)),
      sensor, at: seconds, delay: 0.3)
  }

  mutating func tick(at seconds: Double) {
    let time = Self.instant(seconds)
    say(
      .clock(
        ClockMap(
          instant: time, wall: WallTime(unixNanos: 1_700_000_000_000_000_000 + time.monotonicNanos),
          uncertaintyNanos: 1_000_000, state: .synchronised)), .none, at: seconds, delay: 0)
  }

  /// Ticks five times a second over a stretch of time.
  mutating func ticks(from first: Double, to last: Double) {
    var moment = first
    while moment < last {
      tick(at: moment)
      moment += 0.2
    }
  }

  /// The likelihoods a detector gives a person.
  static let person = ClassScores(lanes: SIMD8(0.6, 0.2, 0.1, 0.1, 0.02, 0.2, 0, 0))

  // MARK: - Running it

  /// The arrivals in the order of their arrival.
  var byArrival: [Arrival] {
    arrivals.enumerated().sorted {
      ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
    }.map(\.element)
  }

  /// All events of the arrivals in order of arrival, with the counters at the end.
  func run(
    _ parameters: FusionParameters = FusionParameters()
  ) -> (events: [PostEvent], counters: FusionCounters) {
    var engine = FusionEngine(site: site, parameters: parameters)
    var events: [PostEvent] = []
    for arrival in byArrival { engine.take(arrival) { events.append($0) } }
    engine.finish { events.append($0) }
    return (events, engine.counters)
  }

  /// The steps of the run, in order, with its events.
  func traced(stepsMax: Int = 4_096) -> (steps: [FusionStep], events: [PostEvent]) {
    var engine = FusionEngine(site: site, stepsMax: stepsMax)
    var (steps, events): ([FusionStep], [PostEvent]) = ([], [])
    for arrival in byArrival {
      engine.take(arrival) { events.append($0) }
      engine.drainSteps { $0.take(its: &steps) }
    }
    engine.finish { events.append($0) }
    engine.drainSteps { $0.take(its: &steps) }
    return (steps, events)
  }

  /// The first versions of the crossings.
  func crossings() -> [CrossingEvent] {
    run().events.compactMap(\.crossing).filter { $0.version == 1 }
  }
}

extension PostEvent {
  /// The crossing, if it is one.
  var crossing: CrossingEvent? {
    if case .crossing(let event) = self { event } else { nil }
  }
}

extension CrossingEvent {
  /// The sensors it names.
  var sensors: [SensorID] { (0..<Int(contributionCount)).map { contributions[$0].sensor } }
}
