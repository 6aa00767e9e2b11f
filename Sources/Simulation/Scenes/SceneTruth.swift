import Geodesy
import Glibc
import Model
import SiteConfiguration

/// A crossing that happened in a scene.
public struct SceneCrossing: Sendable, Equatable {
  /// Seconds from the beginning.
  public var seconds: Double
  /// The mover: a place in `Scene.movers`.
  public var mover: Int
  /// The line: a place in `Site.lines`.
  public var line: Int
  /// Whether it went from the line's left to its right.
  public var isLeftToRight: Bool
  /// Metres east and north.
  public var place: SIMD2<Double>
}

extension Scene {
  /// How far beyond a line somebody must be to have crossed it, metres: who walks on the line does
  /// not cross it at each step.
  public static let hysteresisMetres = 0.5

  /// Every crossing of a line in the scene, in order of time.
  ///
  /// The side changes once the body is beyond the hysteresis; time and place are those of the last
  /// cut of its way with the line before that.
  public func crossings() -> [SceneCrossing] {
    var crossings: [SceneCrossing] = []
    for (number, mover) in movers.enumerated() {
      for (index, line) in site.lines.enumerated() {
        crossings += Self.crossings(of: mover, number, line, index)
      }
    }
    return crossings.filter { $0.seconds < file.durationSeconds }
      .sorted { ($0.seconds, $0.mover) < ($1.seconds, $1.mover) }
  }

  private static func crossings(
    of mover: Mover, _ number: Int, _ line: SiteLine, _ index: Int
  ) -> [SceneCrossing] {
    var found: [SceneCrossing] = []
    var isLeft: Bool?
    var cut: (seconds: Double, place: SIMD2<Double>)?
    for step in mover.places.indices {
      let place = mover.places[step]
      if step > 0, let at = lastCut(from: mover.places[step - 1], to: place, line) {
        let seconds = mover.start + (Double(step - 1) + at.share) * Mover.stepSeconds
        cut = (seconds, at.place)
      }
      let side = signedSide(of: place, ofPolyline: line.points, isClosed: line.isClosed)
      guard let before = isLeft else {
        isLeft = side > 0
        continue
      }
      guard abs(side) > hysteresisMetres, (side > 0) != before else { continue }
      if let cut {
        found.append(
          SceneCrossing(
            seconds: cut.seconds, mover: number, line: index, isLeftToRight: before,
            place: cut.place))
      }
      isLeft = side > 0
      cut = nil
    }
    return found
  }

  private static func lastCut(
    from a: SIMD2<Double>, to b: SIMD2<Double>, _ line: SiteLine
  ) -> (share: Double, place: SIMD2<Double>)? {
    var last: Double?
    let count = line.isClosed ? line.points.count : line.points.count - 1
    for side in 0..<count {
      let (c, d) = (line.points[side], line.points[(side + 1) % line.points.count])
      if let (share, _) = segmentIntersection(a, b, c, d), share > last ?? -1 { last = share }
    }
    return last.map { ($0, a + (b - a) * $0) }
  }
}
