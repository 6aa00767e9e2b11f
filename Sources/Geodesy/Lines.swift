/// How far along the segment from `a` to `b` the point nearest to `point` lies, 0 ... 1.
@inlinable
public func nearestFraction(
  from point: SIMD2<Double>, onSegment a: SIMD2<Double>, _ b: SIMD2<Double>
) -> Double {
  let along = b - a
  let squared = (along * along).sum()
  guard squared > 0 else { return 0 }
  return min(1, max(0, ((point - a) * along).sum() / squared))
}

/// Distance from `point` to the segment from `a` to `b`, metres; a segment without length is its
/// point.
@inlinable
public func distance(
  from point: SIMD2<Double>, toSegment a: SIMD2<Double>, _ b: SIMD2<Double>
) -> Double {
  let away = point - (a + (b - a) * nearestFraction(from: point, onSegment: a, b))
  return (away * away).sum().squareRoot()
}

/// Where the segment from `a` to `b` meets the one from `c` to `d`: the fractions `s` of the first
/// and `t` of the second, both 0 ... 1; `nil` when they do not meet or are parallel.
///
/// Ends count: a path that touches the line with its end meets it.
@inlinable
public func segmentIntersection(
  _ a: SIMD2<Double>, _ b: SIMD2<Double>, _ c: SIMD2<Double>, _ d: SIMD2<Double>
) -> (s: Double, t: Double)? {
  let first = b - a
  let second = d - c
  let between = c - a
  let determinant = first.x * second.y - first.y * second.x
  guard determinant != 0 else { return nil }
  let s = (between.x * second.y - between.y * second.x) / determinant
  let t = (between.x * first.y - between.y * first.x) / determinant
  guard s >= 0, s <= 1, t >= 0, t <= 1 else { return nil }
  return (s, t)
}

/// The place on a polyline that is nearest to a point.
public struct PolylineFoot: BitwiseCopyable, Sendable, Equatable {
  /// Distance from the line, metres: positive on the left hand of somebody who walks along its
  /// points, negative on the right.
  public var signedDistance: Double
  /// Segment that holds the nearest place, by its first point.
  public var segment: Int
  /// The nearest place, metres east and north.
  public var place: SIMD2<Double>
  /// Whether the nearest place is an end of an open line: the point lies beyond it.
  public var isBeyondEnd: Bool

  /// A place on a line.
  public init(signedDistance: Double, segment: Int, place: SIMD2<Double>, isBeyondEnd: Bool) {
    self.signedDistance = signedDistance
    self.segment = segment
    self.place = place
    self.isBeyondEnd = isBeyondEnd
  }
}

/// The place on `line` (at least 2 points; closed: the last joins the first) nearest to `point`,
/// with the side on which the point lies; `nil` for a line of fewer than 2 points or a point that is
/// not finite.
///
/// At a corner the side is taken from the sum of the normals of the two segments (Bærentzen and
/// Aanæs, "Signed distance computation using the angle weighted pseudonormal", 2005): the normal of
/// one of them alone is wrong behind a sharp bend. Cost: linear in the points.
public func polylineFoot(
  of point: SIMD2<Double>, on line: Span<SIMD2<Double>>, isClosed: Bool
) -> PolylineFoot? {
  guard line.count >= 2, point.x.isFinite, point.y.isFinite else { return nil }
  let segments = isClosed ? line.count : line.count - 1
  var best = Double.infinity
  var segment = 0
  var fraction = 0.0
  for index in 0..<segments {
    let a = line[index]
    let b = line[index + 1 == line.count ? 0 : index + 1]
    let along = nearestFraction(from: point, onSegment: a, b)
    let away = point - (a + (b - a) * along)
    let squared = (away * away).sum()
    if squared < best {
      best = squared
      segment = index
      fraction = along
    }
  }
  let a = line[segment]
  let b = line[segment + 1 == line.count ? 0 : segment + 1]
  let place = a + (b - a) * fraction
  var normal = leftNormal(a, b)
  var isBeyondEnd = false
  if fraction == 0 || fraction == 1 {
    let other = fraction == 0 ? segment - 1 : segment + 1
    if isClosed || (0..<segments).contains(other) {
      let wrapped = (other + segments) % segments
      normal += leftNormal(line[wrapped], line[wrapped + 1 == line.count ? 0 : wrapped + 1])
    } else {
      isBeyondEnd = true
    }
  }
  // Beyond an open end the segment's own normal decides, so the place must be its straight
  // continuation, which the dot product with a point of the line is.
  let side = ((point - place) * normal).sum()
  return PolylineFoot(
    signedDistance: side >= 0 ? best.squareRoot() : -best.squareRoot(), segment: segment,
    place: place, isBeyondEnd: isBeyondEnd)
}

/// The place on `line` nearest to `point`; see the form over spans.
public func polylineFoot(
  of point: SIMD2<Double>, on line: [SIMD2<Double>], isClosed: Bool
) -> PolylineFoot? {
  polylineFoot(of: point, on: line.span, isClosed: isClosed)
}

/// Distance from `point` to `line`, metres: positive on the left hand of somebody who walks along
/// its points (inside a counter-clockwise zone), negative on the right; 0 for a line of fewer than
/// 2 points. See `polylineFoot(of:on:isClosed:)`.
public func signedSide(
  of point: SIMD2<Double>, ofPolyline line: [SIMD2<Double>], isClosed: Bool
) -> Double {
  polylineFoot(of: point, on: line.span, isClosed: isClosed)?.signedDistance ?? 0
}

/// The unit vector to the left of the way from `a` to `b`; zero when they are one point.
@inlinable
public func leftNormal(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> SIMD2<Double> {
  let along = b - a
  let length = (along * along).sum().squareRoot()
  return length > 0 ? SIMD2(-along.y, along.x) / length : .zero
}
