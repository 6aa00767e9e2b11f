/// Whether `point` lies inside `polygon` (at least 3 points, either sense, simple).
///
/// The last point joins the first. Crossing number along the ray to the east; a point exactly on an
/// edge may count either way. False for fewer than 3 points and for a point that is not finite.
/// Cost: linear in the points.
public func polygonContains(_ polygon: Span<SIMD2<Double>>, _ point: SIMD2<Double>) -> Bool {
  guard polygon.count >= 3, point.x.isFinite, point.y.isFinite else { return false }
  var isInside = false
  var previous = polygon[polygon.count - 1]
  for index in polygon.indices {
    let current = polygon[index]
    if (current.y > point.y) != (previous.y > point.y) {
      let slope = (previous.x - current.x) / (previous.y - current.y)
      if point.x < current.x + slope * (point.y - current.y) { isInside.toggle() }
    }
    previous = current
  }
  return isInside
}

/// Whether `point` lies inside `polygon`; see the form over spans.
public func polygonContains(_ polygon: [SIMD2<Double>], _ point: SIMD2<Double>) -> Bool {
  polygonContains(polygon.span, point)
}

/// The area of `polygon`, square metres: positive when its points run counter-clockwise; 0 for
/// fewer than 3 points.
public func signedArea(of polygon: Span<SIMD2<Double>>) -> Double {
  guard polygon.count >= 3 else { return 0 }
  // Relative to the first point, so that a small polygon far from the origin keeps its digits.
  let base = polygon[0]
  var twice = 0.0
  for index in 1..<(polygon.count - 1) {
    let a = polygon[index] - base
    let b = polygon[index + 1] - base
    twice += a.x * b.y - a.y * b.x
  }
  return twice / 2
}

/// The area of `polygon`; see the form over spans.
public func signedArea(of polygon: [SIMD2<Double>]) -> Double { signedArea(of: polygon.span) }

/// Mean and covariance of a point spread evenly over `polygon`: the moments that stand for "somewhere
/// in there" in a Kalman filter.
///
/// Second moments of a polygon by triangles from its first point, for each of which
/// ∫ uuᵀ dA = A/12 · (aaᵀ + bbᵀ + (a+b)(a+b)ᵀ). A polygon without area gives the moments of its
/// corner points. `nil` for no points.
public func centroidAndCovariance(
  of polygon: Span<SIMD2<Double>>
) -> (centroid: SIMD2<Double>, covariance: Covariance2)? {
  guard polygon.count > 0 else { return nil }
  let base = polygon[0]
  var area = 0.0
  var first = SIMD2<Double>.zero
  var second = SIMD3<Double>.zero
  if polygon.count >= 3 {
    for index in 1..<(polygon.count - 1) {
      let a = polygon[index] - base
      let b = polygon[index + 1] - base
      let sum = a + b
      let part = (a.x * b.y - a.y * b.x) / 2
      area += part
      first += sum * (part / 3)
      second += (outer(a) + outer(b) + outer(sum)) * (part / 12)
    }
  }
  guard abs(area) > 1e-9 else { return cornerMoments(of: polygon) }
  let mean = first / area
  let moments = second / area - outer(mean)
  return (base + mean, Covariance2(packed: moments))
}

/// Mean and covariance of a point spread evenly over `polygon`; see the form over spans.
public func centroidAndCovariance(
  of polygon: [SIMD2<Double>]
) -> (centroid: SIMD2<Double>, covariance: Covariance2)? {
  centroidAndCovariance(of: polygon.span)
}

private func cornerMoments(
  of points: Span<SIMD2<Double>>
) -> (centroid: SIMD2<Double>, covariance: Covariance2) {
  let weight = 1 / Double(points.count)
  var mean = SIMD2<Double>.zero
  for index in points.indices { mean += points[index] * weight }
  var moments = SIMD3<Double>.zero
  for index in points.indices {
    let from = points[index] - mean
    moments += outer(from) * weight
  }
  return (mean, Covariance2(packed: moments))
}

/// vvᵀ, packed as xx, xy, yy.
private func outer(_ v: SIMD2<Double>) -> SIMD3<Double> { SIMD3(v.x * v.x, v.x * v.y, v.y * v.y) }
