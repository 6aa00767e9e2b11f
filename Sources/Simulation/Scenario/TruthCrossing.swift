import Geodesy
public import Model

/// A crossing that happened in a scenario: what the post should have found.
public struct TruthCrossing: Sendable, Equatable {
  /// Seconds since the start.
  public var seconds: Double
  /// Metres east and north.
  public var place: SIMD2<Double>
  /// The line that was crossed.
  public var line: LineID
  /// Whether it went from the line's left to its right.
  public var isLeftToRight: Bool
  /// The actor's name.
  public var actor: String
  /// What the actor is.
  public var kind: TargetClass
  /// Whether it is a drone or a patrol of our own.
  public var isOwn: Bool
}

extension Scenario {
  /// Every crossing of a line of `site` in the first `seconds`, in order of time.
  ///
  /// Exact: the actors' straight ways are cut with the lines' segments. Cost: linear in periods,
  /// ways and segments.
  public func groundTruth(through seconds: Double, site: Site) -> [TruthCrossing] {
    var crossings: [TruthCrossing] = []
    var period = 0
    while Double(period) * periodSeconds <= seconds {
      for actor in actors {
        for (from, to) in actor.ways(inPeriod: period) {
          for (index, line) in site.lines.enumerated() {
            for crossing in line.crossings(from: from.place, to: to.place) {
              let place = from.place + (to.place - from.place) * crossing.fraction
              crossings.append(
                TruthCrossing(
                  seconds: Double(period) * periodSeconds + from.seconds
                    + (to.seconds - from.seconds) * crossing.fraction,
                  place: SIMD2(place.x, place.y), line: LineID(UInt16(index)),
                  isLeftToRight: crossing.isLeftToRight, actor: actor.name, kind: actor.kind,
                  isOwn: actor.isOwn))
            }
          }
        }
      }
      period += 1
    }
    return crossings.filter { $0.seconds <= seconds }.sorted {
      ($0.seconds, $0.actor) < ($1.seconds, $1.actor)
    }
  }
}

extension Actor {
  /// The straight pieces of its way in the order in which it goes them.
  fileprivate func ways(inPeriod period: Int) -> [(Waypoint, Waypoint)] {
    var points = waypoints
    if alternates, period % 2 == 1, let first = points.first, let last = points.last {
      points = points.reversed().map { point in
        var point = point
        point.seconds = first.seconds + last.seconds - point.seconds
        return point
      }
    }
    return Array(zip(points, points.dropFirst()))
  }
}

extension SiteLine {
  /// Where the straight way from `from` to `to` changes the side of a segment of this line.
  ///
  /// A point exactly on the line counts as right of it, so that a way with a waypoint on the line is
  /// one crossing. Segments reach a nanometre beyond their ends, lest a way through a corner slips
  /// between two by rounding; what then meets both is one crossing too.
  fileprivate func crossings(
    from: SIMD3<Double>, to: SIMD3<Double>
  ) -> [(fraction: Double, isLeftToRight: Bool)] {
    let a = SIMD2(from.x, from.y)
    let b = SIMD2(to.x, to.y)
    var found: [(fraction: Double, isLeftToRight: Bool)] = []
    for index in 0..<(isClosed ? points.count : points.count - 1) {
      let c = points[index]
      let d = points[(index + 1) % points.count]
      let normal = leftNormal(c, d)
      let before = ((a - c) * normal).sum()
      let after = ((b - c) * normal).sum()
      guard (before > 0) != (after > 0) else { continue }
      let fraction = before / (before - after)
      guard distance(from: a + (b - a) * fraction, toSegment: c, d) <= 1e-9 else { continue }
      let isKnown = found.contains {
        abs($0.fraction - fraction) < 1e-9 && $0.isLeftToRight == (before > 0)
      }
      if !isKnown { found.append((fraction, before > 0)) }
    }
    return found
  }
}
