import Geodesy
import Model

/// One line of `sensors.jsonl`, as it stands in the file, keys in snake case there.
struct CaseMessage: Decodable {
  struct Target: Decodable {
    var az: Double?
    var saz: Double?
    var w: Double?
    var q: [String: Double]?
    var p: [Double]?
    var c: [Double]?
    var lat: Double?
    var lon: Double?
    var hAcc: Double?
  }

  struct Footprint: Decodable {
    var lat: Double
    var lon: Double
    var r: Double
  }

  var rx: Int64
  var t: Int64
  var s: String
  var k: String
  var v: Int?
  var n: UInt32?
  var d: [Target]?
  var fov: Footprint?
  var lat: Double?
  var lon: Double?
  var alt: Double?
  var vx: Double?
  var vy: Double?
  var hdg: Double?
  var hAcc: Double?
}

/// Turns the messages of a case into arrivals, one source a sensor.
struct CaseTranslator {
  private let frame: LocalFrame
  private let originHeight: Double
  private let sensors: [String: SensorID]
  private var sequences: [UInt64]
  /// The newest cover of each drone's camera, told with its detections and passed on with its place.
  private var footprints: [(centre: SIMD2<Double>, radius: Float)?]
  /// Detections, onsets and places translated so far.
  private(set) var detections = 0

  init(_ site: Site) {
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees,
      longitudeDegrees: site.origin.longitudeDegrees, heightMetres: site.origin.heightMetres)
    originHeight = site.origin.heightMetres
    var ids: [String: SensorID] = [:]
    for (index, sensor) in site.sensors.enumerated() {
      ids[sensor.name] = SensorID(UInt16(index))
    }
    sensors = ids
    sequences = Array(repeating: 0, count: site.sensors.count)
    footprints = Array(repeating: nil, count: site.sensors.count)
  }

  /// Hands the arrivals of one message to `body`; a message of an unknown sensor or kind gives none.
  mutating func translate(_ message: CaseMessage, _ body: (Arrival) -> Void) {
    guard let sensor = sensors[message.s] else { return }
    switch message.k {
    case "gpio":
      detections += 1
      emit(message, sensor, .area(isActive: message.v == 1), body)
    case "cam":
      let targets = message.d ?? []
      for target in targets { emit(message, sensor, .detection(detection(target)), body) }
      endScan(message, sensor, count: targets.count, body)
    case "pose":
      detections += 1
      emit(message, sensor, .platform(platform(message, sensor)), body)
    case "uavdet":
      let targets = message.d ?? []
      if let fov = message.fov {
        let centre = place(fov.lat, fov.lon)
        footprints[sensor.index] = (centre, Float(fov.r))
      }
      for target in targets { emit(message, sensor, .detection(detection(target)), body) }
      endScan(message, sensor, count: targets.count, body)
    default:
      break
    }
  }

  private mutating func endScan(
    _ message: CaseMessage, _ sensor: SensorID, count: Int, _ body: (Arrival) -> Void
  ) {
    detections += count
    emit(
      message, sensor,
      .scanEnd(count: UInt16(clamping: count), frame: message.n ?? 0), body)
  }

  private mutating func emit(
    _ message: CaseMessage, _ sensor: SensorID, _ content: Observation.Content,
    _ body: (Arrival) -> Void
  ) {
    sequences[sensor.index] += 1
    body(
      Arrival(
        time: Instant(monotonicNanos: message.rx),
        observation: Observation(
          source: SourceID(sensor.rawValue &+ 1), sensor: sensor,
          sequence: sequences[sensor.index], time: Instant(monotonicNanos: message.t),
          content: content)))
  }

  /// Metres east and north of a place in units of 1e-7 degrees.
  private func place(_ latitude: Double, _ longitude: Double) -> SIMD2<Double> {
    frame.local(latitudeDegrees: latitude * 1e-7, longitudeDegrees: longitude * 1e-7)
  }

  private func detection(_ target: CaseMessage.Target) -> Detection {
    let scores = target.q ?? [:]
    let none = scores["none"] ?? 0
    let azimuth = Float(target.az ?? .nan)
    let sigma = Float(target.saz ?? 0)
    if let p = target.p, p.count == 2, let c = target.c, c.count == 3 {
      return Detection(
        position: SIMD2(p[0], p[1]), covariance: SIMD3(c[0], c[1], c[2]), azimuth: azimuth,
        azimuthSigma: sigma, angularWidth: Float(target.w ?? 0), classScores: classes(scores),
        quality: Float(1 - none))
    }
    if let latitude = target.lat, let longitude = target.lon {
      let accuracy = target.hAcc ?? 3
      return Detection(
        position: place(latitude, longitude),
        covariance: SIMD3(accuracy * accuracy, 0, accuracy * accuracy),
        classScores: classes(scores), quality: Float(1 - none))
    }
    return Detection(
      azimuth: azimuth, azimuthSigma: sigma, angularWidth: Float(target.w ?? 0),
      classScores: classes(scores), quality: Float(1 - none))
  }

  /// Likelihoods by class. A detector that knows three classes takes a group for a person; what it
  /// cannot tell is as likely as the mean of them.
  private func classes(_ scores: [String: Double]) -> ClassScores {
    let person = Float(scores["person"] ?? 0)
    let vehicle = Float(scores["vehicle"] ?? 0)
    let animal = Float(scores["animal"] ?? 0)
    let total = person + vehicle + animal
    guard total > 0, total.isFinite else { return .uninformative }
    let mean = total / 3
    return ClassScores(lanes: SIMD8(person, person * 0.8, vehicle, animal, mean * 0.3, mean, 0, 0))
  }

  /// GLOBAL_POSITION_INT: vx is north, vy is east, cm/s; heading in hundredths of a degree clockwise
  /// from north.
  private func platform(_ message: CaseMessage, _ sensor: SensorID) -> PlatformState {
    let east = place(message.lat ?? .nan, message.lon ?? .nan)
    let footprint = footprints[sensor.index]
    let heading = message.hdg.map { Float((90 - $0 / 100) * .pi / 180) } ?? .nan
    return PlatformState(
      position: SIMD3(east.x, east.y, (message.alt ?? 0) / 1000 - originHeight),
      velocity: SIMD3(Float((message.vy ?? 0) / 100), Float((message.vx ?? 0) / 100), 0),
      heading: heading, positionSigma: Float(message.hAcc ?? 1.5),
      footprintCentre: footprint?.centre ?? SIMD2(.nan, .nan),
      footprintRadius: footprint?.radius ?? 0)
  }
}
