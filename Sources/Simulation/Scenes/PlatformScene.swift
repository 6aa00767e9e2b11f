import Geodesy
import Glibc
import Model
import SiteConfiguration

/// A drone or a beacon of a scene.
///
/// A satellite receiver's error wanders over a minute. A drone's camera places what it sees by the
/// attitude it believes in, whose error wanders too and is the same for all that it sees.
struct PlatformScene {
  /// Time between two places of a drone and of a beacon, seconds.
  static let poseSeconds = (drone: 0.4, beacon: 1.0)
  /// Time between two looks of a drone's camera, seconds.
  static let viewSeconds = 0.4
  /// Height for which the site states the radius of the camera's cover, metres.
  static let footprintHeight = 50.0

  let scene: Scene
  let index: Int
  let sensor: Sensor
  let detail: PlatformDetail
  private var random: SceneRandom
  private var receiver: (x: Wander, y: Wander)
  private var geometry: (x: Wander, y: Wander)
  private var offsets: [SIMD4<Double>]

  init(scene: Scene, index: Int, detail: PlatformDetail) {
    self.scene = scene
    self.index = index
    self.detail = detail
    sensor = scene.site.sensors[index]
    var random = SceneRandom(seed: scene.seed, .platform, index)
    receiver = (
      Wander(sigma: 0.9, seconds: 40, &random), Wander(sigma: 0.9, seconds: 40, &random)
    )
    geometry = (
      Wander(sigma: 1.8, seconds: 25, &random), Wander(sigma: 1.8, seconds: 25, &random)
    )
    offsets = scene.movers.map { _ in
      SIMD4(random.normal(), random.normal(), random.normal(), random.normal())
    }
    self.random = random
  }

  /// What it sends in the scene; marks who could be seen when.
  mutating func messages(_ seen: inout Observability) -> [SceneMessage] {
    if case .drone = sensor.detail {
      guard let flight = scene.file.flights.first(where: { $0.drone == sensor.name }) else {
        return []
      }
      return droneMessages(flight, &seen)
    }
    guard let carrier = scene.movers.firstIndex(where: { $0.beacon == index }) else { return [] }
    return beaconMessages(of: carrier, &seen)
  }

  private mutating func beaconMessages(
    of carrier: Int, _ seen: inout Observability
  ) -> [SceneMessage] {
    var messages: [SceneMessage] = []
    var seconds = random.uniform(0...Self.poseSeconds.beacon)
    while seconds < scene.file.durationSeconds {
      if let state = scene.movers[carrier].state(at: seconds) {
        let pose = pose(state.place, state.velocity, height: 1.5, at: seconds)
        // A packet in thirty is lost on the air.
        if random.chance(0.97) {
          messages.append(pose)
          if scene.faults.sees(index, at: seconds) { seen.mark(carrier, seconds...(seconds + 2)) }
        }
      }
      advance(Self.poseSeconds.beacon)
      seconds += Self.poseSeconds.beacon
    }
    return messages
  }

  private mutating func droneMessages(
    _ flight: ScenarioFile.Flight, _ seen: inout Observability
  ) -> [SceneMessage] {
    var messages: [SceneMessage] = []
    let phase = random.uniform(0...(2 * Double.pi))
    let turn = random.sign() * flight.speed / flight.radius
    var number: UInt32 = 0
    var seconds = random.uniform(0...Self.viewSeconds)
    var centre = flight.centre ?? .zero
    while seconds < scene.file.durationSeconds {
      if let place = followed(flight, at: seconds) { centre = place }
      let angle = phase + turn * seconds
      let away = SIMD2(cos(angle), sin(angle))
      let place = centre + away * flight.radius
      let velocity = SIMD2(-away.y, away.x) * (turn * flight.radius)
      messages.append(pose(place, velocity, height: flight.height, at: seconds))
      // The camera is steered at the middle of the circle, half way.
      let view = place - away * (flight.radius * 0.5)
      number += 1
      messages.append(look(at: view, flight.height, number, seconds + 0.2, &seen))
      advance(Self.viewSeconds)
      seconds += Self.viewSeconds
    }
    return messages
  }

  /// The middle of those whom the flight follows.
  private func followed(_ flight: ScenarioFile.Flight, at seconds: Double) -> SIMD2<Double>? {
    guard let name = flight.over,
      let target = scene.file.targets.firstIndex(where: { $0.name == name })
    else { return nil }
    let places = scene.movers.filter { $0.target == target }.compactMap {
      $0.state(at: seconds)?.place
    }
    return places.isEmpty ? nil : places.reduce(SIMD2.zero, +) / Double(places.count)
  }

  private mutating func look(
    at view: SIMD2<Double>, _ height: Double, _ number: UInt32, _ seconds: Double,
    _ seen: inout Observability
  ) -> SceneMessage {
    let radius = detail.footprintRadius * height / Self.footprintHeight
    let bias = SIMD2(geometry.x.value, geometry.y.value)
    var detections: [SceneMessage.Detection] = []
    for (mover, body) in scene.movers.enumerated() {
      guard let state = body.state(at: seconds), SceneWay.norm(state.place - view) < radius else {
        continue
      }
      let weather = scene.file.weather
      var chance = sensor.detectionProbability * (1 - 0.6 * weather.fog - 0.3 * weather.rain)
      chance *= scene.file.light == .night ? 0.75 : 1
      chance *= body.gait == .crawl ? 0.7 : 1
      // From above, a tree hides who is beneath it.
      let isBeneath = scene.bushes.contains { SceneWay.norm($0.place - state.place) < $0.radius }
      if isBeneath { chance *= 0.2 }
      if scene.faults.sees(index, at: seconds) { seen.mark(mover, seconds...(seconds + 1.5)) }
      guard random.chance(chance) else { continue }
      let error = SIMD2(random.normal(), random.normal()) * 1.0
      detections.append(
        detection(
          at: state.place + bias + error,
          kind: body.kind == .vehicle ? .vehicle : body.kind == .animal ? .animal : .person,
          offset: offsets[mover], movers: [mover]))
    }
    if random.chance(0.02 + 0.06 * scene.gust(at: seconds)) {
      let angle = random.uniform(0...(2 * Double.pi))
      let away = radius * random.uniform().squareRoot()
      detections.append(
        detection(
          at: view + SIMD2(cos(angle), sin(angle)) * away, kind: nil, offset: .zero, movers: []))
    }
    return SceneMessage(
      seconds: seconds, arrival: arrival(seconds), sensor: index,
      content: .view(
        number: number, centre: view + bias, radius: radius, detections))
  }

  private mutating func detection(
    at place: SIMD2<Double>, kind: SceneSense.ScenarioKind?, offset: SIMD4<Double>, movers: [Int]
  ) -> SceneMessage.Detection {
    let wander = SIMD4(random.normal(), random.normal(), random.normal(), random.normal())
    let sigma = max(1, detail.positionSigma)
    return SceneMessage.Detection(
      place: place, covariance: SIMD3(sigma * sigma, 0, sigma * sigma),
      scores: SceneSense.scores(of: kind, pixels: 14, offset: offset, wander: wander),
      movers: movers)
  }

  private mutating func pose(
    _ place: SIMD2<Double>, _ velocity: SIMD2<Double>, height: Double, at seconds: Double
  ) -> SceneMessage {
    let error = SIMD2(
      receiver.x.value + 0.3 * random.normal(), receiver.y.value + 0.3 * random.normal())
    let drift = SIMD2(random.normal(), random.normal()) * 0.15
    return SceneMessage(
      seconds: seconds, arrival: arrival(seconds), sensor: index,
      content: .pose(place: place + error, height: height, velocity: velocity + drift))
  }

  /// A radio link adds a tenth of a second and more.
  private mutating func arrival(_ seconds: Double) -> Double {
    seconds + Double(sensor.latencyNanos) * 1e-9 + 0.05 + random.wait(rate: 8).clamped(to: 1.5)
  }

  private mutating func advance(_ step: Double) {
    receiver.x.advance(step, &random)
    receiver.y.advance(step, &random)
    geometry.x.advance(step, &random)
    geometry.y.advance(step, &random)
  }
}

extension Double {
  /// The value, or `limit` if that is less.
  fileprivate func clamped(to limit: Double) -> Double { Swift.min(self, limit) }
}
