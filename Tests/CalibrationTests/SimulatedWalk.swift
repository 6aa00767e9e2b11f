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
  /// The share of true walks through the true cover that were told.
  let detectionProbability: Double
  /// The mean delay of the output that it uses, seconds.
  let latency: Double

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

  /// Walks `walks` times through what `sensor` covers, slowly and running in turn, with a receiver
  /// whose error of `receiverSigma` metres stays for ten minutes, in a light wind.
  init(_ sensor: Sensor, seed: UInt64, walks: Int, receiverSigma: Double) throws {
    var random = SceneRandom(seed: seed, .ways, 77)
    var file = try ScenarioFile.parse(
      "version: 1\nscenario: walk\nsummary: test\nsite: sites/pass.yaml\nduration: 60 s\n"
        + "weather: {wind: 0.2}\n", file: "walk.yaml")
    let corners = sensor.coverage
    let middle = corners.reduce(SIMD2.zero, +) / Double(corners.count)
    let reach = corners.map { ($0 - middle).norm }.max()! + 3
    var time = 5.0
    for leg in 0..<8 {
      var target = ScenarioFile.Target(name: "leg-\(leg)", kind: .person)
      target.way = .points
      for _ in 0..<(walks / 8) {
        let chord = Self.chord(corners, middle, reach, &random)
        target.points += [chord.0, chord.1]
      }
      let length = zip(target.points, target.points.dropFirst()).reduce(0) {
        $0 + ($1.1 - $1.0).norm
      }
      let speed = leg % 2 == 0 ? 0.8 : 2.4
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
    let place = SIMD2(sensor.place.x, sensor.place.y)
    let factor = motion.rangeFactor
    cover = corners.map { place + ($0 - place) * factor }
    // 0.6 to 1.2 of the latency, and half of the time between two looks.
    latency = 0.9 * Double(sensor.latencyNanos) * 1e-9 + MotionScene.step / 2
    var seen = Observability(count: scene.movers.count)
    let edges = motion.messages(&seen).compactMap { message -> (seconds: Double, isRising: Bool)? in
      guard case .edge(let isActive, _) = message.content else { return nil }
      return (message.seconds, isActive)
    }
    pulses = MotionPulses.pulses(of: edges, isActiveLow: false, debounceSeconds: 0.02)
    detectionProbability = Self.told(scene, cover, pulses)
    track = WalkTrack(Self.fixes(scene, sigma: receiverSigma, &random))
  }

  /// Of the stays within `cover`, one metre deep or as deep as half of a narrow one, that began with a
  /// quiet output: the share in which it became active.
  private static func told(
    _ scene: Scene, _ cover: [SIMD2<Double>], _ pulses: [MotionPulses.Pulse]
  ) -> Double {
    let edges = Array(zip(cover, cover.dropFirst() + cover.prefix(1)))
    var stays: [(span: ClosedRange<Double>, depth: Double)] = []
    for mover in scene.movers {
      for (index, place) in mover.places.enumerated() where polygonContains(cover, place) {
        let seconds = mover.start + Double(index) * Mover.stepSeconds
        let depth = edges.map { distance(from: place, toSegment: $0, $1) }.min()!
        if let last = stays.last, seconds - last.span.upperBound < 0.15 {
          stays[stays.count - 1] = (last.span.lowerBound...seconds, max(last.depth, depth))
        } else {
          stays.append((seconds...seconds, depth))
        }
      }
    }
    let deep = min(1, 0.5 * (stays.map(\.depth).max() ?? 0))
    let walks = stays.filter { stay in
      stay.depth >= deep
        && !pulses.contains {
          $0.lowerBound < stay.span.lowerBound && $0.upperBound > stay.span.lowerBound
        }
    }
    let told = walks.filter { walk in
      pulses.contains {
        $0.lowerBound >= walk.span.lowerBound && $0.lowerBound <= walk.span.upperBound + 1
      }
    }
    return Double(told.count) / Double(walks.count)
  }

  private static func site() throws -> Site {
    let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
      .joined(separator: "/")
    let bundle = try SiteBundle.read(
      sitePath: folder + "/Docs/examples/scenarios/sites/pass.yaml")
    return try StationConfiguration.load(bundle: bundle, hash: { _ in "" }).site
  }

  /// A straight way through a random place of the cover in a random direction.
  private static func chord(
    _ corners: [SIMD2<Double>], _ middle: SIMD2<Double>, _ reach: Double,
    _ random: inout SceneRandom
  ) -> (SIMD2<Double>, SIMD2<Double>) {
    while true {
      let place =
        middle + SIMD2(random.uniform(-reach...reach), random.uniform(-reach...reach))
      guard polygonContains(corners, place) else { continue }
      let angle = random.uniform(0...(2 * .pi))
      let way = SIMD2(cos(angle), sin(angle))
      // To where the circle about the cover ends.
      let along = ((middle - place) * way).sum()
      let off = (place + way * along - middle).norm
      let half = max(0, reach * reach - off * off).squareRoot()
      return (place + way * (along - half), place + way * (along + half))
    }
  }

  /// A fix a second: truth, an error that stays for ten minutes, and 0.2 m of noise.
  private static func fixes(
    _ scene: Scene, sigma: Double, _ random: inout SceneRandom
  ) -> [WalkTrack.Fix] {
    var slow = [
      Wander(sigma: sigma, seconds: 600, &random), Wander(sigma: sigma, seconds: 600, &random),
    ]
    var fixes: [WalkTrack.Fix] = []
    for second in 0..<Int(scene.file.durationSeconds) {
      for axis in 0..<2 { slow[axis].advance(1, &random) }
      for mover in scene.movers {
        guard let state = mover.state(at: Double(second)) else { continue }
        let noise = SIMD2(random.normal(), random.normal()) * min(0.2, sigma)
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
