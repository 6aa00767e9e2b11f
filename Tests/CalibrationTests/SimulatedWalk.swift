import Calibration
import Geodesy
import Glibc
import Model
import SiteConfiguration
import TestSupport

@testable import Simulation

/// A technician's walk through the cover of one simulated motion sensor.
struct SimulatedWalk {
  /// What the receiver says.
  let track: WalkTrack
  /// What the sensor's output says.
  let pulses: [MotionPulses.Pulse]
  /// The cover that the simulation uses.
  let cover: [SIMD2<Double>]
  /// The probability with which a passage is not missed.
  let detectionProbability: Double
  /// The mean delay of the output that it uses, seconds.
  let latency: Double
  /// How long the technician walks.
  let minutes: Double

  /// A sensor of the simulation.
  static func sensor(
    _ technology: MotionDetail.Technology, _ coverage: [SIMD2<Double>], at place: SIMD2<Double>,
    latency: Double, hold: Double, detectionProbability: Double = 0.9
  ) -> Sensor {
    let detail = MotionDetail(
      technology: technology, chip: "chip", line: "1", isActiveLow: false,
      debounceNanos: 20_000_000, holdNanos: Int64(hold * 1e9), classRadii: [:],
      edgesPerSecondMax: 10)
    return Sensor(
      name: "walked", profile: "motion/test", place: SIMD3(place.x, place.y, 0.8),
      coverage: coverage, detectionProbability: detectionProbability, falseAlarmRate: 4,
      latencyNanos: Int64(latency * 1e9), detail: .motion(detail))
  }

  /// What a receiver has wrong: metres that stay for some seconds, and metres of noise of each fix.
  struct Receiver {
    var drift = 1.0
    var seconds = 600.0
    var noise = 0.2

    /// One that measures the carrier's phase, with corrections from a base at the post.
    static let carrierPhase = Receiver(drift: 0.1, noise: 0.03)
  }

  /// The way of a technician: passes at each speed, metres per second.
  struct Passes {
    var slow = 120
    var running = 400
    var speeds = (slow: 0.8, running: 3.0)
  }

  /// Walks straight through what `sensor` covers from all sides, slowly and running, in a light wind.
  init(
    _ sensor: Sensor, seed: UInt64, passes: Passes = Passes(), receiver: Receiver = Receiver()
  ) throws {
    var random = SceneRandom(seed: seed, .ways, 77)
    var file = try ScenarioFile.parse(
      "version: 1\nscenario: walk\nsummary: test\nsite: sites/pass.yaml\nduration: 60 s\n"
        + "weather: {wind: 0.2}\n", file: "walk.yaml")
    let corners = sensor.coverage
    var time = 5.0
    for leg in 0..<8 {
      var target = ScenarioFile.Target(name: "leg-\(leg)", kind: .person)
      target.way = .points
      let isSlow = leg % 2 == 0
      for _ in 0..<((isSlow ? passes.slow : passes.running) / 4) {
        let pass = Self.pass(
          corners, from: target.points.last, beyond: isSlow ? 3 : 8,
          isBeam: sensor.motion?.technology == .beam, &random)
        // He turns where he stops: a point that is given twice is not cut.
        target.points += [pass.0, pass.0, pass.1, pass.1]
      }
      let length = zip(target.points, target.points.dropFirst()).reduce(0) {
        $0 + ($1.1 - $1.0).norm
      }
      let speed = isSlow ? passes.speeds.slow : passes.speeds.running
      target.speed = speed...speed
      target.start = time...time
      time += length / speed * 1.1 + 20
      file.targets.append(target)
    }
    file.durationSeconds = time
    var site = try Self.site()
    site.sensors = [sensor]
    let scene = Scene(file: file, site: site, seed: seed)
    var motion = MotionScene(scene: scene, index: 0, detail: sensor.motion!)
    (cover, latency) = (motion.cover, motion.meanLatency)
    detectionProbability = motion.detectionProbability
    var seen = Observability(count: scene.movers.count)
    let edges = motion.messages(&seen).compactMap { message -> (seconds: Double, isRising: Bool)? in
      guard case .edge(let isActive, _) = message.content else { return nil }
      return (message.seconds, isActive)
    }
    pulses = MotionPulses.pulses(of: edges, isActiveLow: false, debounceSeconds: 0.02)
    track = WalkTrack(Self.fixes(scene, receiver, &random))
    minutes = time / 60
  }

  private static func site() throws -> Site {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
    let bundle = try SiteBundle.read(
      sitePath: folder + "/Docs/examples/scenarios/sites/pass.yaml")
    return try StationConfiguration.load(bundle: bundle, hash: { _ in "" }).site
  }

  /// A straight way across the rim and through the cover, from `beyond` metres before it to as many
  /// beyond; of some the one that begins nearest.
  private static func pass(
    _ corners: [SIMD2<Double>], from last: SIMD2<Double>?, beyond: Double, isBeam: Bool,
    _ random: inout SceneRandom
  ) -> (SIMD2<Double>, SIMD2<Double>) {
    let sides = Array(zip(corners, corners.dropFirst() + corners.prefix(1)))
    let around = sides.reduce(0) { $0 + ($1.1 - $1.0).norm }
    let middle = corners.reduce(SIMD2.zero, +) / Double(corners.count)
    let passes = (0..<6).map { _ -> (SIMD2<Double>, SIMD2<Double>) in
      var along = random.uniform(0...around)
      var side = sides[0]
      for next in sides {
        side = next
        let length = (next.1 - next.0).norm
        if along <= length { break }
        along -= length
      }
      let entry = side.0 + (side.1 - side.0) * (along / (side.1 - side.0).norm)
      // A beam is crossed, whatever else is walked through.
      let edge = side.1 - side.0
      let inwards = isBeam ? SIMD2(-edge.y, edge.x) : middle - entry
      let angle = atan2(inwards.y, inwards.x) + random.uniform(-0.6...0.6)
      let way = SIMD2(cos(angle), sin(angle))
      var inside = 0.0
      while polygonContains(corners, entry + way * (inside + 0.1)) { inside += 0.1 }
      return (entry - way * beyond, entry + way * (inside + beyond))
    }
    guard let last else { return passes[0] }
    return passes.min { ($0.0 - last).norm < ($1.0 - last).norm }!
  }

  /// A fix a second: truth, what stays for some time, and noise.
  private static func fixes(
    _ scene: Scene, _ receiver: Receiver, _ random: inout SceneRandom
  ) -> [WalkTrack.Fix] {
    var slow = (0..<2).map { _ in
      Wander(sigma: receiver.drift, seconds: receiver.seconds, &random)
    }
    var fixes: [WalkTrack.Fix] = []
    for second in 0..<Int(scene.file.durationSeconds) {
      for axis in 0..<2 { slow[axis].advance(1, &random) }
      for mover in scene.movers {
        guard let state = mover.state(at: Double(second)) else { continue }
        let noise = SIMD2(random.normal(), random.normal()) * receiver.noise
        fixes.append(
          WalkTrack.Fix(
            seconds: Double(second),
            place: state.place + SIMD2(slow[0].value, slow[1].value) + noise))
      }
    }
    return fixes
  }

  /// How well two covers agree: the area of both over the area of either.
  static func agreement(_ a: [SIMD2<Double>], _ b: [SIMD2<Double>]) -> Double {
    let all = a + b
    let (west, east) = (all.map(\.x).min()!, all.map(\.x).max()!)
    let (south, north) = (all.map(\.y).min()!, all.map(\.y).max()!)
    var (both, either) = (0, 0)
    for row in 0..<120 {
      for column in 0..<120 {
        let place = SIMD2(
          west + (east - west) * (Double(column) + 0.5) / 120,
          south + (north - south) * (Double(row) + 0.5) / 120)
        let (inA, inB) = (polygonContains(a, place), polygonContains(b, place))
        if inA && inB { both += 1 }
        if inA || inB { either += 1 }
      }
    }
    return Double(both) / Double(either)
  }
}

extension SIMD2<Double> {
  fileprivate var norm: Double { (self * self).sum().squareRoot() }
}
