import Geodesy
import Glibc
public import Model
import SiteConfiguration

/// The shape of the ground that a motion sensor covers, in the numbers that a site file gives.
public enum CoverageShape: Sendable, Equatable {
  /// A pie slice: mean direction counter-clockwise from east and half its angle, radians; metres.
  case sector(azimuth: Double, halfAngle: Double, range: Double)
  /// A disc: metres.
  case disc(range: Double)
  /// The strip along a beam, whose ends are surveyed: it is not fitted.
  case corridor([SIMD2<Double>])

  /// The shape whose polygon the site gives `sensor`; for a seismic sensor the disc within which it
  /// feels a person.
  public init(_ sensor: Sensor) {
    let place = SIMD2(sensor.place.x, sensor.place.y)
    let away = sensor.coverage.map { $0 - place }
    let ranges = away.map(\.length)
    let range = ranges.max() ?? 0
    if let person = sensor.motion?.classRadii[.person] {
      self = .disc(range: person)
    } else if sensor.motion?.technology == .beam || away.count < 3 {
      self = .corridor(sensor.coverage)
    } else if ranges[0] < 1e-6 * range {
      // The apex, then the arc from its right end to its left one, in steps of less than a half turn.
      let first = atan2(away[1].y, away[1].x)
      var turned = 0.0
      for (a, b) in zip(away.dropFirst(), away.dropFirst(2)) {
        turned += atan2(a.x * b.y - a.y * b.x, a.x * b.x + a.y * b.y)
      }
      self = .sector(azimuth: first + turned / 2, halfAngle: turned / 2, range: range)
    } else if ranges.allSatisfy({ abs($0 - range) < 1e-3 * range }) {
      self = .disc(range: range)
    } else {
      self = .corridor(sensor.coverage)
    }
  }

  /// The numbers that are fitted: azimuth, half angle, range; range; none.
  var parameters: [Double] {
    get {
      switch self {
      case .sector(let azimuth, let halfAngle, let range): [azimuth, halfAngle, range]
      case .disc(let range): [range]
      case .corridor: []
      }
    }
    set {
      switch self {
      case .sector:
        self = .sector(
          azimuth: newValue[0], halfAngle: min(.pi - 0.01, max(0.5 * .pi / 180, newValue[1])),
          range: max(0.5, newValue[2]))
      case .disc: self = .disc(range: max(0.5, newValue[0]))
      case .corridor: break
      }
    }
  }

  /// How deep inside the shape of a sensor at `apex` a place lies, metres; negative outside.
  ///
  /// The distance to the nearest side, exact inside and before the middle of a side, too small beyond a
  /// corner.
  func depth(of place: SIMD2<Double>, apex: SIMD2<Double>) -> Double {
    let away = place - apex
    let range = away.length
    switch self {
    case .disc(let reach): return reach - range
    case .sector(let azimuth, let halfAngle, let reach):
      let bearing = atan2(away.y, away.x) - azimuth
      let off = abs(atan2(sin(bearing), cos(bearing)))
      let side = max(-Double.pi / 2, min(Double.pi / 2, halfAngle - off))
      return min(reach - range, range * sin(side))
    case .corridor(let corners):
      let edges = zip(corners, corners.dropFirst() + corners.prefix(1))
      let nearest = edges.map { distance(from: place, toSegment: $0, $1) }.min() ?? 0
      return polygonContains(corners, place) ? nearest : -nearest
    }
  }

  /// The polygon for a sensor at `apex`, as the site's reader makes it.
  public func polygon(apex: SIMD2<Double>) -> [SIMD2<Double>] {
    switch self {
    case .sector(let azimuth, let halfAngle, let range):
      Coverage.sector(at: apex, azimuth: azimuth, halfAngle: halfAngle, range: range)
    case .disc(let range): Coverage.disc(at: apex, radius: range)
    case .corridor(let corners): corners
    }
  }

  /// How far from the rim the middle of the shape is, metres.
  var inradius: Double {
    switch self {
    case .disc(let range): range
    // The circle that touches both sides and the arc: r = R sin h / (1 + sin h).
    case .sector(_, let halfAngle, let range):
      range * sin(min(.pi / 2, halfAngle)) / (1 + sin(min(.pi / 2, halfAngle)))
    case .corridor(let corners):
      corners.count < 3 ? 0 : ((corners[0] - corners[corners.count - 1]).length / 2)
    }
  }
}
