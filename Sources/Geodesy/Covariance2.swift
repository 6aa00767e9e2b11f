/// A symmetric 2 × 2 covariance in the local frame, square metres.
@frozen
public struct Covariance2: BitwiseCopyable, Sendable, Equatable {
  /// Variance east.
  public var xx: Double
  /// Covariance of east and north.
  public var xy: Double
  /// Variance north.
  public var yy: Double

  /// A covariance by its three different elements.
  @inlinable
  public init(xx: Double, xy: Double, yy: Double) {
    self.xx = xx
    self.xy = xy
    self.yy = yy
  }

  /// A covariance from the packed form xx, xy, yy in which it travels.
  @inlinable
  public init(packed: SIMD3<Double>) { self.init(xx: packed.x, xy: packed.y, yy: packed.z) }

  /// The covariance of a circle: the same standard deviation in every direction, metres.
  @inlinable
  public init(sigma: Double) { self.init(xx: sigma * sigma, xy: 0, yy: sigma * sigma) }

  /// The packed form xx, xy, yy.
  @inlinable
  public var packed: SIMD3<Double> { SIMD3(xx, xy, yy) }

  /// xx·yy - xy²; positive for a covariance that can be inverted.
  @inlinable
  public var determinant: Double { xx * yy - xy * xy }

  /// xx + yy.
  @inlinable
  public var trace: Double { xx + yy }

  /// Whether all elements are finite and the matrix is positive definite.
  @inlinable
  public var isPositiveDefinite: Bool {
    xx > 0 && yy > 0 && xx.isFinite && yy.isFinite && determinant > 0
  }

  /// The inverse matrix; not finite when the determinant is 0.
  @inlinable
  public var inverse: Covariance2 {
    let scale = 1 / determinant
    return Covariance2(xx: yy * scale, xy: -xy * scale, yy: xx * scale)
  }

  /// The sum with another covariance: that of the sum of independent errors.
  @inlinable
  public func adding(_ other: Covariance2) -> Covariance2 {
    Covariance2(xx: xx + other.xx, xy: xy + other.xy, yy: yy + other.yy)
  }

  /// The covariance multiplied by `factor`, square of a factor on the errors.
  @inlinable
  public func scaled(by factor: Double) -> Covariance2 {
    Covariance2(xx: xx * factor, xy: xy * factor, yy: yy * factor)
  }

  /// R·C·Rᵀ for the rotation counter-clockwise by the angle of this cosine and sine.
  @inlinable
  public func rotated(cosine: Double, sine: Double) -> Covariance2 {
    let cross = 2 * cosine * sine * xy
    return Covariance2(
      xx: cosine * cosine * xx - cross + sine * sine * yy,
      xy: cosine * sine * (xx - yy) + (cosine * cosine - sine * sine) * xy,
      yy: sine * sine * xx + cross + cosine * cosine * yy)
  }

  /// The variance in the direction of `unit`, a vector of length 1: unitᵀ·C·unit.
  @inlinable
  public func variance(along unit: SIMD2<Double>) -> Double {
    unit.x * unit.x * xx + 2 * unit.x * unit.y * xy + unit.y * unit.y * yy
  }

  /// The squared Mahalanobis distance of `difference`: differenceᵀ·C⁻¹·difference.
  @inlinable
  public func mahalanobisSquared(_ difference: SIMD2<Double>) -> Double {
    let x = difference.x
    let y = difference.y
    return (yy * x * x - 2 * xy * x * y + xx * y * y) / determinant
  }

  /// Standard deviation along the longest axis of the error ellipse, metres.
  @inlinable
  public var largestSigma: Double {
    let half = (xx - yy) / 2
    return ((xx + yy) / 2 + (half * half + xy * xy).squareRoot()).squareRoot()
  }
}
