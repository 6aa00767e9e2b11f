import Geodesy
import Glibc
import Model
import SiteConfiguration

/// The motion sensors of a scene: each kind reacts to what it physically feels.
///
/// An infrared sensor sees a warm body pass from one zone of its lens to the next; a seismic one
/// feels steps and engines, the fainter the farther; a beam is broken by a body. Each passage may be
/// missed as a whole, which is what the profile's detection probability says.
struct MotionScene {
  /// Time between two looks, seconds.
  static let step = 0.05
  /// How much of its latency the output takes.
  static let latencyShares = 0.6...1.2
  /// The slowest an infrared sensor notices, metres per second.
  static let speedMin = 0.15

  let scene: Scene
  let index: Int
  let sensor: Sensor
  let detail: MotionDetail
  private let reach: MotionReach
  private let place: SIMD2<Double>
  private let radius: Double
  let rangeFactor: Double
  let detectionProbability: Double
  private var random: SceneRandom
  private var passages: [Passage]

  /// One mover's stay in the cover.
  private struct Passage {
    var lastInside = -1e9
    var isHidden = false
    var zone = SIMD2<Int>(Int.min, 0)
    var stepPhase = 0.0
    var lastFelt = -1e9
  }

  /// A moment at which the sensor noticed, and who it was.
  private typealias Trigger = (seconds: Double, mover: Int?)

  init(scene: Scene, index: Int, detail: MotionDetail) {
    self.scene = scene
    self.index = index
    self.detail = detail
    sensor = scene.site.sensors[index]
    reach = MotionReach(sensor: sensor, motion: detail)
    let place = SIMD2(sensor.place.x, sensor.place.y)
    self.place = place
    let reaches = sensor.coverage.map { SceneWay.norm($0 - place) } + detail.classRadii.values
    radius = reaches.max() ?? 0
    random = SceneRandom(seed: scene.seed, .motion, index)
    let weather = scene.file.weather
    var factor = random.factor(0.08)
    switch detail.technology {
    case .pir: factor *= 1 - 0.35 * weather.heat
    case .seismic: factor *= random.factor(0.12) * (1 - 0.25 * weather.rain)
    default: break
    }
    rangeFactor = factor
    detectionProbability = min(0.99, sensor.detectionProbability * random.factor(0.04))
    passages = Array(repeating: Passage(), count: scene.movers.count)
  }

  /// The ground that it covers in this scene, as its range is longer or shorter than the site says.
  var cover: [SIMD2<Double>] {
    if case .beam = reach { return sensor.coverage }
    return sensor.coverage.map { place + ($0 - place) * rangeFactor }
  }

  /// From coming in until the output rises, in the mean, seconds: with half of the time between two
  /// looks.
  var meanLatency: Double {
    let shares = Self.latencyShares
    return (shares.lowerBound + shares.upperBound) / 2 * Double(sensor.latencyNanos) * 1e-9
      + Self.step / 2
  }

  /// All edges of the scene; marks who was felt when.
  mutating func messages(_ seen: inout Observability) -> [SceneMessage] {
    var triggers: [Trigger] = []
    let steps = Int(scene.file.durationSeconds / Self.step)
    for step in 0..<steps {
      let seconds = Double(step) * Self.step
      let gust = scene.gust(at: seconds)
      for mover in scene.movers.indices {
        guard let state = scene.movers[mover].state(at: seconds) else { continue }
        let away = state.place - place
        guard (away * away).sum() < radius * radius * 2.25 else { continue }
        if feels(mover, state.place, state.velocity, seconds, gust) {
          triggers.append((seconds, mover))
        }
      }
    }
    let felt = triggers.count
    addFalseAlarms(&triggers)
    let working = triggers[..<felt].filter { scene.faults.sees(index, at: $0.seconds) }
    let hold = Double(detail.holdNanos) * 1e-9
    for trigger in working {
      seen.mark(trigger.mover!, trigger.seconds...(trigger.seconds + min(hold, 3) + 1))
    }
    return edges(of: triggers.sorted { $0.seconds < $1.seconds }, hold: hold)
  }

  // MARK: - What it feels

  private mutating func feels(
    _ mover: Int, _ place: SIMD2<Double>, _ velocity: SIMD2<Double>, _ seconds: Double,
    _ gust: Double
  ) -> Bool {
    let body = scene.movers[mover]
    switch reach {
    case .area(let cover):
      // A longer or shorter range is the cover seen through a magnifying glass.
      let scaled = self.place + (place - self.place) / rangeFactor
      guard polygonContains(cover, scaled) else { return false }
      enter(mover, seconds, share: body.gait == .crawl ? 0.75 : body.kind == .animal ? 0.85 : 1)
      let away = place - self.place
      let range = SceneWay.norm(away)
      // Twelve zones to a right angle, and rings of 2.5 m, as lenses of these sensors have.
      let zone = SIMD2(Int((atan2(away.y, away.x) * 7.6).rounded(.down)), Int(range / 2.5))
      let isNew = zone != passages[mover].zone
      passages[mover].zone = zone
      guard isNew, SceneWay.norm(velocity) >= Self.speedMin, !passages[mover].isHidden else {
        return false
      }
      return random.chance(0.75)
    case .beam(let a, let b):
      let half = 0.05 + (body.kind == .vehicle ? 1.8 : body.kind == .animal ? 0.45 : 0.22)
      guard distance(from: place, toSegment: a, b) <= half else { return false }
      // Who is lower than the beam passes below it, mostly.
      enter(mover, seconds, share: body.height < max(0.4, sensor.place.z) ? 0.35 : 1)
      return !passages[mover].isHidden
    case .radius(let centre, let radii):
      let kind: TargetClass =
        body.kind == .vehicle ? .vehicle : body.kind == .animal ? .animal : .person
      let nominal = radii[kind] ?? radii[.person] ?? radii[.unknown] ?? radius
      let range = nominal * rangeFactor * (1 - 0.2 * gust) * (body.gait == .crawl ? 0.5 : 1)
      let away = SceneWay.norm(place - centre)
      guard away < 1.5 * range else { return false }
      enter(mover, seconds, share: 1)
      return feelsStep(of: mover, body, velocity, seconds, away: away, range: range)
    }
  }

  /// Begins a passage when the mover has been out for a while, and draws whether it is missed.
  private mutating func enter(_ mover: Int, _ seconds: Double, share: Double) {
    if seconds - passages[mover].lastInside > 5 {
      passages[mover].isHidden = !random.chance(detectionProbability * share)
      passages[mover].zone = SIMD2(Int.min, 0)
    }
    passages[mover].lastInside = seconds
  }

  /// Two steps, or an engine for half a second, must stand out of the ground's noise.
  private mutating func feelsStep(
    of mover: Int, _ body: Mover, _ velocity: SIMD2<Double>, _ seconds: Double, away: Double,
    range: Double
  ) -> Bool {
    let speed = SceneWay.norm(velocity)
    let cadence: Double =
      switch body.kind {
      case .vehicle: 4
      case .animal: min(4, 1.5 * speed)
      default: speed < 0.1 ? 0 : min(3, 0.8 + 0.75 * speed)
      }
    passages[mover].stepPhase += cadence * Self.step
    guard passages[mover].stepPhase >= 1 else { return false }
    passages[mover].stepPhase -= 1
    guard !passages[mover].isHidden,
      random.chance(1 / (1 + exp((away - range) / (0.1 * range))))
    else { return false }
    let isSecond = seconds - passages[mover].lastFelt < 1.5
    passages[mover].lastFelt = seconds
    return isSecond
  }

  // MARK: - What nobody did

  private mutating func addFalseAlarms(_ triggers: inout [Trigger]) {
    let weather = scene.file.weather
    let own = sensor.falseAlarmRate / 3600 * random.factor(0.5)
    let most = own * 60 + 1e-9
    var time = random.wait(rate: most)
    while time < scene.file.durationSeconds {
      let gust = scene.gust(at: time)
      let factor: Double =
        switch detail.technology {
        case .pir: 1 + 25 * gust * gust + 12 * weather.heat
        case .seismic: 1 + 10 * gust * gust + 20 * weather.rain
        case .beam: 1 + 8 * weather.rain + 15 * weather.fog
        case .microwave: 1 + 30 * gust * gust + 8 * weather.rain
        }
      if random.chance(min(1, factor / 60)) {
        triggers.append((time, nil))
        // What moves a warm leaf moves it again.
        var again = time
        while gust > 0.3, random.chance(0.35) {
          again += random.uniform(0.3...2)
          triggers.append((again, nil))
        }
      }
      time += random.wait(rate: most)
    }
  }

  // MARK: - The output

  private mutating func edges(of triggers: [Trigger], hold: Double) -> [SceneMessage] {
    let latency = Double(sensor.latencyNanos) * 1e-9
    var pulses: [(start: Double, end: Double, mover: Int?)] = []
    for trigger in triggers where scene.faults.active(.stuck, index, at: trigger.seconds) == nil {
      let start = trigger.seconds + latency * random.uniform(Self.latencyShares)
      if let last = pulses.last, start <= last.end {
        pulses[pulses.count - 1].end = max(last.end, start + hold)
      } else {
        pulses.append((start, start + max(0.05, hold * random.uniform(0.98...1.02)), trigger.mover))
      }
    }
    for stuck in scene.faults.all(.stuck, index) {
      pulses.removeAll { stuck.seconds.contains($0.start) || stuck.seconds.contains($0.end) }
      pulses.append((stuck.seconds.lowerBound, stuck.seconds.upperBound, nil))
    }
    for chatter in scene.faults.all(.chatter, index) {
      var time = chatter.seconds.lowerBound
      while time < min(chatter.seconds.upperBound, scene.file.durationSeconds) {
        let length = random.uniform(0.03...0.4)
        pulses.append((time, time + length, nil))
        time += length + random.uniform(0.05...1.2)
      }
    }
    var messages: [SceneMessage] = []
    var end = -1.0
    for pulse in pulses.sorted(by: { $0.start < $1.start }) where pulse.start > end {
      end = pulse.end
      messages.append(message(pulse.start, .edge(isActive: true, mover: pulse.mover)))
      messages.append(message(pulse.end, .edge(isActive: false, mover: pulse.mover)))
    }
    return messages
  }

  private mutating func message(
    _ seconds: Double, _ content: SceneMessage.Content
  ) -> SceneMessage {
    SceneMessage(
      seconds: seconds, arrival: seconds + random.uniform(0.001...0.005), sensor: index,
      content: content)
  }
}
