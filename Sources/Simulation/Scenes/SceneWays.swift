import Geodesy
import Glibc
import Model
import SiteConfiguration

/// A way over the ground, and its pauses.
struct SceneWay {
  /// Points from the first to the last, metres east and north.
  var points: [SIMD2<Double>]
  /// Stops: metres from the beginning, and how long, seconds.
  var pauses: [(metres: Double, seconds: Double)] = []

  /// Its length, metres.
  var length: Double {
    zip(points, points.dropFirst()).reduce(0) { $0 + Self.norm($1.1 - $1.0) }
  }

  /// The same way with its corners cut twice (Chaikin, 1974): nobody turns on the spot.
  var rounded: SceneWay {
    var result = self
    for _ in 0..<2 where result.points.count > 2 {
      var cut = [result.points[0]]
      for (a, b) in zip(result.points, result.points.dropFirst()) {
        cut += [a * 0.75 + b * 0.25, a * 0.25 + b * 0.75]
      }
      cut.append(result.points[result.points.count - 1])
      result.points = cut
    }
    return result
  }

  static func norm(_ way: SIMD2<Double>) -> Double { (way * way).sum().squareRoot() }

  /// The places every tenth of a second of somebody on this way: at about `speed`, about `lateral`
  /// metres to its left and `lag` metres behind its beginning, until its end or for `seconds`.
  func walked(
    speed: Double, lateral: Double, lag: Double, wander: (sigma: Double, seconds: Double),
    seconds: Double, _ random: inout SceneRandom
  ) -> [SIMD2<Double>] {
    let step = Mover.stepSeconds
    var pace = Wander(sigma: 0.09, seconds: 4, &random)
    var aside = Wander(sigma: wander.sigma, seconds: wander.seconds, &random)
    var places: [SIMD2<Double>] = []
    var stops = pauses
    var (arc, segment, base, wait) = (-lag, 0, 0.0, 0.0)
    while Double(places.count) * step <= seconds {
      while segment < points.count - 2,
        arc > base + Self.norm(points[segment + 1] - points[segment])
      {
        base += Self.norm(points[segment + 1] - points[segment])
        segment += 1
      }
      let (a, b) = (points[segment], points[segment + 1])
      let length = max(Self.norm(b - a), 1e-6)
      if segment == points.count - 2, arc - base > length { break }
      places.append(
        a + (b - a) * ((arc - base) / length) + leftNormal(a, b) * (lateral + aside.value))
      if let stop = stops.first, arc >= stop.metres {
        stops.removeFirst()
        wait = stop.seconds * random.uniform(0.9...1.1)
      }
      if wait > 0 {
        wait -= step
      } else {
        arc += step * speed * max(0.2, 1 + pace.value)
        aside.advance(step, &random)
      }
      pace.advance(step, &random)
    }
    // A side step at a corner, which the wander multiplies, is no jump of a body.
    return Self.smoothed(places)
  }

  private static func smoothed(_ places: [SIMD2<Double>]) -> [SIMD2<Double>] {
    places.indices.map { index in
      let part = places[max(0, index - 3)...min(places.count - 1, index + 3)]
      return part.reduce(SIMD2.zero, +) / Double(part.count)
    }
  }
}

/// Makes the ways that a scenario's file only names.
struct WayMaker {
  let line: SiteLine
  let target: ScenarioFile.Target

  /// A way of this target, with its pauses.
  func way(_ random: inout SceneRandom) -> SceneWay {
    var way = SceneWay(points: points(&random))
    for _ in 0..<random.whole(target.pauses) {
      way.pauses.append(
        (random.uniform(0.15...0.85) * way.length, random.uniform(target.pauseSeconds)))
    }
    if target.way == .return {
      way.pauses.append((0.5 * way.length, random.uniform(target.pauseSeconds)))
    }
    way.pauses.sort { $0.metres < $1.metres }
    return way.rounded
  }

  private func points(_ random: inout SceneRandom) -> [SIMD2<Double>] {
    if target.way == .points { return target.points }
    let foot = self.foot(random.uniform(target.between))
    let isLeftToRight = goesLeftToRight(&random)
    let across = isLeftToRight ? -foot.left : foot.left
    let isSlow = target.gait == .crawl
    let before = random.uniform(isSlow ? 10...18 : 25...55)
    let after = random.uniform(isSlow ? 8...14 : 20...50)
    let angle = min(0.9, max(-0.9, 0.45 * random.normal()))
    let course = SIMD2(
      across.x * cos(angle) - across.y * sin(angle), across.x * sin(angle) + across.y * cos(angle))
    let side = SIMD2(-course.y, course.x)
    let bend = (isSlow ? 0.5 : 3.5) * random.normal()
    let start = foot.place - course * before + side * bend
    let end = foot.place + course * after + side * (isSlow ? 0.5 : 4) * random.normal()
    switch target.way {
    case .cross:
      return [start, foot.place - course * 6, foot.place + course * 5, end]
    case .return:
      let back = foot.place + side * random.uniform(4...25) * random.sign()
      return [
        start, foot.place - course * 6, foot.place + course * 8, end,
        back + course * 6, back - course * before,
      ]
    case .graze:
      let near = foot.place - across * random.uniform(3...9)
      return [
        start, near, near + SIMD2(-across.y, across.x) * random.uniform(4...12), start + side * 15,
      ]
    case .along:
      return along(distance: random.uniform(4...15) * random.sign(), &random)
    case .loiter:
      let centre = foot.place - across * random.uniform(6...20)
      return (0..<40).map { _ in
        centre + SIMD2(random.normal(), random.normal()) * 3
      }
    case .points:
      return target.points
    }
  }

  /// Beside the line from one end of `between` to the other, or back.
  private func along(distance: Double, _ random: inout SceneRandom) -> [SIMD2<Double>] {
    let steps = 8
    let points = (0...steps).map { step in
      let share = Double(step) / Double(steps)
      let fraction =
        target.between.lowerBound
        + (target.between.upperBound - target.between.lowerBound) * share
      let foot = self.foot(fraction)
      return foot.place + foot.left * (distance + random.normal())
    }
    return random.chance(0.5) ? points : points.reversed()
  }

  private func goesLeftToRight(_ random: inout SceneRandom) -> Bool {
    switch target.direction {
    case .any: random.chance(0.5)
    case .in: line.leftToRight == "in"
    case .out: line.leftToRight == "out"
    }
  }

  /// The place at a fraction of the line's length, and the direction to its left.
  private func foot(_ fraction: Double) -> (place: SIMD2<Double>, left: SIMD2<Double>) {
    let points = line.isClosed ? line.points + [line.points[0]] : line.points
    var rest = fraction * SceneWay(points: points).length
    for (a, b) in zip(points, points.dropFirst()) {
      let length = SceneWay.norm(b - a)
      if rest <= length { return (a + (b - a) * (rest / length), leftNormal(a, b)) }
      rest -= length
    }
    let (a, b) = (points[points.count - 2], points[points.count - 1])
    return (b, leftNormal(a, b))
  }
}
