/// Checks of lines and zones before they are believed.
enum Outline {
  /// Points closer than this are one point: less than any survey of a site tells apart, metres.
  static let pointGapMin = 0.1

  /// The first point, by number, that lies on its predecessor.
  static func firstRepeatedPoint(_ points: [SIMD2<Double>], isClosed: Bool) -> Int? {
    for index in points.indices where index > 0 || isClosed {
      let before = points[index > 0 ? index - 1 : points.count - 1]
      let gap = points[index] - before
      if (gap * gap).sum() < pointGapMin * pointGapMin {
        return index > 0 ? index : points.count - 1
      }
    }
    return nil
  }

  /// The first pair of sides, by number of their first points, that cross or touch though they are
  /// no neighbours, or that run back on each other.
  static func firstSelfCrossing(_ points: [SIMD2<Double>], isClosed: Bool) -> (Int, Int)? {
    let sides = isClosed ? points.count : points.count - 1
    guard sides > 1 else { return nil }
    func end(_ side: Int) -> SIMD2<Double> { points[(side + 1) % points.count] }
    for i in 0..<sides - 1 {
      for j in i + 1..<sides {
        let followsI = j == i + 1
        let precedesI = isClosed && i == 0 && j == sides - 1
        if followsI || precedesI {
          // Neighbours share a point; they cross only when the second runs back on the first.
          let (a, b) = followsI ? (i, j) : (j, i)
          let forth = end(a) - points[a]
          let back = end(b) - points[b]
          let cross = forth.x * back.y - forth.y * back.x
          if cross == 0, (forth * back).sum() < 0 { return (i, j) }
        } else if touch(points[i], end(i), points[j], end(j)) {
          return (i, j)
        }
      }
    }
    return nil
  }

  /// Whether segments a-b and c-d have a point in common, by the signs of four turns.
  private static func touch(
    _ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>, _ d: SIMD2<Double>
  ) -> Bool {
    func turn(_ p: SIMD2<Double>, _ q: SIMD2<Double>, _ r: SIMD2<Double>) -> Int {
      let value = (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x)
      return value > 0 ? 1 : value < 0 ? -1 : 0
    }
    func within(_ p: SIMD2<Double>, _ q: SIMD2<Double>, _ r: SIMD2<Double>) -> Bool {
      min(p.x, q.x) <= r.x && r.x <= max(p.x, q.x) && min(p.y, q.y) <= r.y && r.y <= max(p.y, q.y)
    }
    let (c1, d1) = (turn(a, b, c), turn(a, b, d))
    let (a1, b1) = (turn(c, d, a), turn(c, d, b))
    if c1 != d1, a1 != b1 { return true }
    return (c1 == 0 && within(a, b, c)) || (d1 == 0 && within(a, b, d))
      || (a1 == 0 && within(c, d, a)) || (b1 == 0 && within(c, d, b))
  }
}
