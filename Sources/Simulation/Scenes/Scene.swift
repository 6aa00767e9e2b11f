import Geodesy
import Glibc
public import Model
public import SiteConfiguration

/// One scene of a scenario: everything that chance decides is decided, by the seed alone.
public struct Scene: Sendable {
  /// A clump of bushes.
  struct Bush {
    var place: SIMD2<Double>
    var radius: Double
    var height: Double
    /// How strong a gust must be to make it sway, 0 ... 1.
    var threshold: Double
  }

  /// The scenario.
  public let file: ScenarioFile
  /// The site.
  public let site: Site
  /// The seed that made the scene.
  public let seed: UInt64
  /// Who moves.
  public let movers: [Mover]
  let bushes: [Bush]
  /// Strength of the wind by the second, 0 ... 1.
  let gusts: [Double]
  let faults: FaultPlan
  private let hills: [(wave: SIMD2<Double>, phase: Double)]

  /// The scene of `file` at `site` that `seed` makes.
  ///
  /// - Precondition: the site has a line, and the file was checked against it.
  public init(file: ScenarioFile, site: Site, seed: UInt64) {
    precondition(!site.lines.isEmpty, "a scene needs a line to cross")
    self.file = file
    self.site = site
    self.seed = seed
    movers = Self.movers(file, site, seed)
    var random = SceneRandom(seed: seed, .bushes)
    bushes = Self.bushes(random.whole(file.bushes), site, &random)
    random = SceneRandom(seed: seed, .weather)
    var gust = Wander(sigma: 0.6, seconds: 8, &random)
    gusts = (0...Int(file.durationSeconds) + 1).map { _ in
      gust.advance(1, &random)
      return min(1, max(0, file.weather.wind * (1 + gust.value)))
    }
    random = SceneRandom(seed: seed, .terrain)
    hills = (0..<3).map { _ in
      let angle = random.uniform(0...(2 * Double.pi))
      let wave = 2 * Double.pi / random.uniform(25...120)
      return (SIMD2(cos(angle), sin(angle)) * wave, random.uniform(0...(2 * Double.pi)))
    }
    faults = FaultPlan(file: file, site: site, seed: seed)
  }

  /// The wind at a moment, 0 ... 1.
  func gust(at seconds: Double) -> Double {
    gusts[min(gusts.count - 1, max(0, Int(seconds)))]
  }

  /// Height of the ground above the level that the site believes it has, metres: it is never flat.
  func terrain(_ place: SIMD2<Double>) -> Double {
    hills.reduce(0) { $0 + 0.05 * sin(($1.wave * place).sum() + $1.phase) }
  }

  /// How much of a body of `height` at `place` bushes leave to be seen from `eye`, 0.1 ... 1.
  func clearness(from eye: SIMD3<Double>, to place: SIMD2<Double>, height: Double) -> Double {
    let mast = SIMD2(eye.x, eye.y)
    var clear = 1.0
    for bush in bushes {
      guard distance(from: bush.place, toSegment: mast, place) < bush.radius else { continue }
      let share = nearestFraction(from: bush.place, onSegment: mast, place)
      guard share > 0.02, share < 0.995 else { continue }
      // Height at which the sight line to the feet, and to the head, passes the bush.
      let foot = eye.z * (1 - share)
      let head = eye.z * (1 - share) + height * share
      let hidden = min(1, max(0, (bush.height - foot) / max(0.1, head - foot)))
      clear *= 1 - 0.9 * hidden
    }
    return max(0.1, clear)
  }

  // MARK: - Making it

  private static func bushes(
    _ count: Int, _ site: Site, _ random: inout SceneRandom
  ) -> [Bush] {
    let corners = site.sensors.flatMap(\.coverage) + site.lines.flatMap(\.points)
    let east = corners.map(\.x).min()!...corners.map(\.x).max()!
    let north = corners.map(\.y).min()!...corners.map(\.y).max()!
    return (0..<count).map { _ in
      Bush(
        place: SIMD2(random.uniform(east), random.uniform(north)),
        radius: random.uniform(0.6...2.5), height: random.uniform(0.8...3.5),
        threshold: random.uniform(0.15...0.6))
    }
  }

  private static func movers(_ file: ScenarioFile, _ site: Site, _ seed: UInt64) -> [Mover] {
    var movers: [Mover] = []
    /// The first way of each target, for those beside it.
    var taken: [(way: SceneWay, start: Double, speed: Double)?] = []
    for (number, target) in file.targets.enumerated() {
      var random = SceneRandom(seed: seed, .ways, number)
      let line = site.lines.first { $0.name == target.line } ?? site.lines[0]
      taken.append(nil)
      for _ in 0..<random.whole(target.count) {
        var way = WayMaker(line: line, target: target).way(&random)
        var start = random.uniform(target.start)
        var speed = random.uniform(target.speed ?? usualSpeed(target))
        var lateral = 0.0
        if let name = target.beside,
          let other = file.targets.firstIndex(where: { $0.name == name }),
          other < number, let beside = taken[other]
        {
          way = beside.way
          start = beside.start + random.uniform(target.behind)
          speed = beside.speed * random.uniform(0.96...1.04)
          lateral = random.uniform(target.apart)
        }
        if taken[number] == nil { taken[number] = (way, start, speed) }
        for member in 0..<random.whole(target.members) {
          var gait = SceneRandom(seed: seed, .gait, movers.count)
          let spread = target.kind == .vehicle ? 0.5 : 1.6
          let gap = target.kind == .vehicle ? gait.uniform(14...30) : gait.uniform(0.3...2)
          let places = way.walked(
            speed: speed, lateral: lateral + (member == 0 ? 0 : spread * gait.normal()),
            lag: Double(member) * gap, wander: wander(target),
            seconds: file.durationSeconds - start, &gait)
          guard places.count > 1 else { continue }
          movers.append(
            Mover(
              id: "g\(movers.count + 1)", target: number, of: target,
              beacon: member == 0 ? site.sensors.firstIndex { $0.name == target.beacon } : nil,
              start: (start * 10).rounded() / 10, places: places, &gait))
        }
      }
    }
    return movers
  }

  private static func usualSpeed(_ target: ScenarioFile.Target) -> ClosedRange<Double> {
    switch (target.kind, target.gait) {
    case (.vehicle, _): 3...12
    case (.animal, _): 0.8...4
    case (_, .walk): 0.9...1.6
    case (_, .run): 2.5...4
    case (_, .crawl): 0.25...0.5
    }
  }

  private static func wander(_ target: ScenarioFile.Target) -> (sigma: Double, seconds: Double) {
    switch (target.kind, target.gait) {
    case (.vehicle, _): (0.25, 6)
    case (.animal, _): (1.6, 5)
    case (_, .crawl): (0.25, 15)
    default: (0.5, 6)
    }
  }
}
