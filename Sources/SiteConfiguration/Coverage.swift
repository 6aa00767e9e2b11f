import Geodesy
import Glibc
import Model

/// The ground that a sensor covers, as a polygon: metres east and north, counter-clockwise.
public enum Coverage {
  /// The widest angle between two neighbouring points of an arc: at 10 degrees the chord lies at
  /// most 0.4 % of the radius inside the arc (1 - cos 5 deg).
  static let arcStepMax = Double.pi / 18

  /// A pie slice of `halfAngle` to both sides of `azimuth`; a disc when that closes the circle.
  public static func sector(
    at place: SIMD2<Double>, azimuth: Double, halfAngle: Double, range: Double
  ) -> [SIMD2<Double>] {
    if halfAngle >= .pi { return disc(at: place, radius: range) }
    let steps = max(1, Int((2 * halfAngle / arcStepMax).rounded(.up)))
    return [place]
      + (0...steps).map { step in
        let angle = azimuth - halfAngle + 2 * halfAngle * Double(step) / Double(steps)
        return place + range * SIMD2(cos(angle), sin(angle))
      }
  }

  /// A disc.
  public static func disc(at place: SIMD2<Double>, radius: Double) -> [SIMD2<Double>] {
    let steps = Int((2 * Double.pi / arcStepMax).rounded(.up))
    return (0..<steps).map { step in
      let angle = 2 * Double.pi * Double(step) / Double(steps)
      return place + radius * SIMD2(cos(angle), sin(angle))
    }
  }

  /// A strip of `width` along the way from `start` to `end`, which differ.
  public static func corridor(
    from start: SIMD2<Double>, to end: SIMD2<Double>, width: Double
  ) -> [SIMD2<Double>] {
    let way = end - start
    let length = (way * way).sum().squareRoot()
    let left = SIMD2(-way.y, way.x) * (width / 2 / length)
    return [start - left, end - left, end + left, start + left]
  }

  /// What a camera sees of level ground at the origin's height, out to `range`.
  ///
  /// The frame's border is projected ray by ray: with -1 <= x, y <= 1, square pixels and the border at
  /// b = tan(h/2) · lens scale, the pixel lies (x b, y b height / width) focal lengths from the middle,
  /// and the lens straightens that to the tangents of the ray. A ray that meets the ground beyond
  /// `range`, or not at all, is cut at `range` in its direction.
  /// - Returns: `nil` when less than a square metre of ground is in view.
  static func camera(
    at place: SIMD3<Double>, azimuth: Double, elevation: Double, roll: Double,
    horizontalFieldOfView: Double, lens: Lens = .straight, aspect: Double, range: Double
  ) -> [SIMD2<Double>]? {
    let forward = SIMD3(
      cos(elevation) * cos(azimuth), cos(elevation) * sin(azimuth), sin(elevation))
    let levelRight = SIMD3(sin(azimuth), -cos(azimuth), 0)
    let levelUp = SIMD3(
      -sin(elevation) * cos(azimuth), -sin(elevation) * sin(azimuth), cos(elevation))
    let right = levelRight * cos(roll) - levelUp * sin(roll)
    let up = levelUp * cos(roll) + levelRight * sin(roll)
    let halfTangent = tan(horizontalFieldOfView / 2)
    let border = halfTangent * lens.scale(squared: halfTangent * halfTangent)

    func ground(_ x: Double, _ y: Double) -> SIMD2<Double> {
      let shown = SIMD2(x, y / aspect) * border
      let tangents = lens.straightened(shown) ?? shown
      let ray = forward + right * tangents.x + up * tangents.y
      let level = SIMD2(ray.x, ray.y)
      let length = max((level * level).sum().squareRoot(), 1e-12)
      let reach = ray.z < 0 ? min(range, place.z / -ray.z * length) : range
      return SIMD2(place.x, place.y) + level * (reach / length)
    }
    // Eight steps a side keep the arc at `range` of a wide lens within the error of `sector`.
    let samples = 8
    let walk = (0..<samples).map { -1 + 2 * Double($0) / Double(samples) }
    let rim =
      walk.map { ground($0, -1) } + walk.map { ground(1, $0) }
      + walk.map { ground(-$0, 1) } + walk.map { ground(-1, -$0) }
    var outline: [SIMD2<Double>] = []
    for point in rim {
      let gap = point - (outline.last ?? SIMD2(.infinity, .infinity))
      if !((gap * gap).sum() < 1e-6) { outline.append(point) }
    }
    let area = signedArea(of: outline)
    guard outline.count >= 3, abs(area) >= 1 else { return nil }
    return area > 0 ? outline : outline.reversed()
  }

  /// Compass heading (clockwise from north, radians) to the frame's angle (counter-clockwise from
  /// east), within -pi ... pi.
  static func azimuth(compass: Double) -> Double {
    let angle = .pi / 2 - compass
    return atan2(sin(angle), cos(angle))
  }
}
