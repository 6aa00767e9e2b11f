/// How a lens bends the picture: radial distortion about the middle of the picture.
///
/// A point at the tangents p = (x, y) from the optical axis (x to the right, y down, both by the
/// distance along the axis) appears at p·(1 + k1 s + k2 s²), s = x² + y², times the focal length.
/// Source: Brown, "Close-range camera calibration", Photogrammetric Engineering 37 (1971), with the
/// two first radial terms; `k1` and `k2` have the sign and scale of OpenCV's. A barrel has k1 < 0.
public struct Lens: BitwiseCopyable, Sendable, Equatable {
  /// Factor of the square of the tangent, -10 ... 10.
  public var k1: Double
  /// Factor of its fourth power, -10 ... 10.
  public var k2: Double

  /// A lens that keeps straight lines straight.
  public static let straight = Lens(k1: 0, k2: 0)

  /// A lens with these factors.
  public init(k1: Double, k2: Double) {
    self.k1 = k1
    self.k2 = k2
  }

  /// Whether lines stay straight.
  public var isStraight: Bool { k1 == 0 && k2 == 0 }

  /// 1 + k1 s + k2 s²: how much farther from the middle what lies at the squared tangent `s` appears.
  public func scale(squared s: Double) -> Double { 1 + s * (k1 + s * k2) }

  /// Where what lies at the tangents `p` appears, in focal lengths from the middle.
  public func bent(_ p: SIMD2<Double>) -> SIMD2<Double> { p * scale(squared: (p * p).sum()) }

  /// The largest tangent that is still shown farther out than all smaller ones; infinite for a lens
  /// that shows all. Beyond it the formula folds the picture back and means nothing.
  public var tangentMax: Double {
    // The derivative of t + k1 t³ + k2 t⁵ is 1 + 3 k1 s + 5 k2 s², s = t²: its smallest positive root.
    let (a, b) = (5 * k2, 3 * k1)
    guard a != 0 else { return b < 0 ? (-1 / b).squareRoot() : .infinity }
    let inner = b * b - 4 * a
    guard inner >= 0 else { return .infinity }
    // Without cancellation: q = -(b + sign(b) √inner) / 2, roots q / a and 1 / q.
    let q = -(b + (b < 0 ? -1 : 1) * inner.squareRoot()) / 2
    let roots = [q / a, 1 / q].filter { $0 > 0 && $0.isFinite }
    return roots.min()?.squareRoot() ?? .infinity
  }

  /// The tangents that appear at `p`, the inverse of `bent`; `nil` where this lens shows nothing.
  ///
  /// Newton's method on the distance from the middle, which grows with the tangent up to
  /// `tangentMax`, held within the bracket by halving: to rounding in a few steps.
  public func straightened(_ p: SIMD2<Double>) -> SIMD2<Double>? {
    if isStraight { return p }
    let wanted = (p * p).sum().squareRoot()
    guard wanted > 0 else { return p }
    guard let tangent = tangent(shownAt: wanted) else { return nil }
    return p * (tangent / wanted)
  }

  /// The tangent that appears `distance` focal lengths from the middle.
  private func tangent(shownAt distance: Double) -> Double? {
    func shown(_ t: Double) -> Double { t * scale(squared: t * t) }
    var (low, high) = (0.0, tangentMax)
    if high == .infinity {
      high = max(distance, 1)
      var doublings = 0
      while shown(high) < distance {
        high *= 2
        doublings += 1
        guard doublings < 64 else { return nil }
      }
    }
    guard shown(high) >= distance else { return nil }
    var t = min(distance, high)
    for _ in 0..<64 {
      let excess = shown(t) - distance
      if excess > 0 { high = t } else { low = t }
      let s = t * t
      let slope = 1 + s * (3 * k1 + s * 5 * k2)
      var next = t - excess / slope
      if !(next > low && next < high) { next = (low + high) / 2 }
      if abs(next - t) <= 1e-15 * (1 + t) { return next }
      t = next
    }
    return t
  }

  /// The focal length in pixels of a picture of `width` pixels whose left and right borders, at half
  /// the height, look at the tangent `halfTangent` = tan(horizontal field of view / 2).
  ///
  /// So a field of view is what is really seen, with distortion or without. Not positive where the
  /// lens does not show so wide a field.
  public func focalLength(width: Int, halfTangent: Double) -> Double {
    Double(width) / 2 / (halfTangent * scale(squared: halfTangent * halfTangent))
  }

  /// Whether the lens shows the whole of a picture of `width` by `height` pixels with that field of
  /// view, out to the corners, without folding it back.
  public func shows(width: Int, height: Int, halfTangent: Double) -> Bool {
    guard halfTangent > 0, halfTangent < tangentMax else { return false }
    let focal = focalLength(width: width, halfTangent: halfTangent)
    guard focal > 0, focal.isFinite else { return false }
    return straightened(SIMD2(Double(width), Double(height)) / (2 * focal)) != nil
  }
}
