import Geodesy
import Glibc

/// How targets move: white acceleration whose density grows with the square of the speed, because
/// what turns on the same road or path at twice the speed accelerates four times as much.
struct MotionModel: BitwiseCopyable, Sendable, Equatable {
  /// Spectral density at rest, m²/s³.
  var accelerationDensity: Double
  /// What a squared speed adds to it, 1/s.
  var turnDensity: Double

  /// Spectral density at `velocity`, m²/s³; bounded as at 50 m/s.
  @inline(__always)
  func density(at velocity: SIMD2<Double>) -> Double {
    accelerationDensity + turnDensity * min((velocity * velocity).sum(), 2500)
  }
}

/// Place and velocity of a target with their covariance: the state of a Kalman filter with nearly
/// constant velocity.
///
/// x = [east, north, east velocity, north velocity]; P symmetric. Motion: white acceleration of
/// spectral density q (Bar-Shalom et al., 2001, 6.2.2).
struct KalmanState: BitwiseCopyable, Sendable, Equatable {
  /// East, north, east velocity, north velocity.
  var mean: SIMD4<Double>
  /// Rows of the covariance.
  var row0: SIMD4<Double>
  var row1: SIMD4<Double>
  var row2: SIMD4<Double>
  var row3: SIMD4<Double>

  /// At rest somewhere in `covariance` around `position`, each velocity component uncertain by
  /// `speedSigma`.
  init(position: SIMD2<Double>, covariance: Covariance2, speedSigma: Double) {
    mean = SIMD4(position.x, position.y, 0, 0)
    row0 = SIMD4(covariance.xx, covariance.xy, 0, 0)
    row1 = SIMD4(covariance.xy, covariance.yy, 0, 0)
    row2 = SIMD4(0, 0, speedSigma * speedSigma, 0)
    row3 = SIMD4(0, 0, 0, speedSigma * speedSigma)
  }

  var position: SIMD2<Double> { SIMD2(mean.x, mean.y) }
  var velocity: SIMD2<Double> { SIMD2(mean.z, mean.w) }
  var positionCovariance: Covariance2 { Covariance2(xx: row0.x, xy: row0.y, yy: row1.y) }
  var velocityCovariance: Covariance2 { Covariance2(xx: row2.z, xy: row2.w, yy: row3.w) }

  /// Whether all numbers can be reckoned with.
  var isSound: Bool {
    let total = (mean + row0 + row1 + row2 + row3).sum()
    return total.isFinite && row2.z > 0 && row3.w > 0 && positionCovariance.isPositiveDefinite
  }

  /// The same with each velocity component more uncertain by `sigma`, m/s.
  func hastened(by sigma: Double) -> KalmanState {
    var state = self
    state.row2.z += sigma * sigma
    state.row3.w += sigma * sigma
    return state
  }

  /// P·h.
  @inline(__always)
  func covariance(times h: SIMD4<Double>) -> SIMD4<Double> {
    SIMD4((row0 * h).sum(), (row1 * h).sum(), (row2 * h).sum(), (row3 * h).sum())
  }

  /// Lets `seconds` ≥ 0 pass: x ← F·x, P ← F·P·Fᵀ + Q with
  /// Q = q·[dt³/3 dt²/2; dt²/2 dt] for each axis.
  mutating func predict(seconds dt: Double, motion: MotionModel) {
    guard dt > 0 else { return }
    let q = motion.density(at: velocity)
    mean = mean + SIMD4(mean.z, mean.w, 0, 0) * dt
    // F·P adds dt times the velocity rows to the place rows; ·Fᵀ does the same to the columns.
    let a = row0 + row2 * dt
    let b = row1 + row3 * dt
    row0 = a + SIMD4(a.z, a.w, 0, 0) * dt
    row1 = b + SIMD4(b.z, b.w, 0, 0) * dt
    row2 = row2 + SIMD4(row2.z, row2.w, 0, 0) * dt
    row3 = row3 + SIMD4(row3.z, row3.w, 0, 0) * dt
    let half = q * dt * dt / 2
    let third = q * dt * dt * dt / 3
    row0 += SIMD4(third, 0, half, 0)
    row1 += SIMD4(0, third, 0, half)
    row2 += SIMD4(half, 0, q * dt, 0)
    row3 += SIMD4(0, half, 0, q * dt)
  }

  /// How a measured place compares with the state.
  struct PlaceInnovation {
    var residual: SIMD2<Double>
    var covariance: Covariance2
    var gain0: SIMD4<Double>
    var gain1: SIMD4<Double>

    var mahalanobisSquared: Double { covariance.mahalanobisSquared(residual) }
  }

  /// Compares a place measured `age` ≥ 0 seconds before the state with it.
  ///
  /// An older measurement is one of the state carried back, H·F(-age)·x. The process noise since is
  /// taken as measurement noise, q·age³/3: its correlation with the state is left out, which errs on
  /// the wide side (algorithm C of Bar-Shalom, "Update with out-of-sequence measurements in
  /// tracking: exact solution", 2002).
  func innovation(
    ofPlace place: SIMD2<Double>, covariance noise: Covariance2, age: Double, motion: MotionModel
  ) -> PlaceInnovation {
    let h0 = SIMD4(1, 0, -age, 0)
    let h1 = SIMD4(0, 1, 0, -age)
    let p0 = covariance(times: h0)
    let p1 = covariance(times: h1)
    let q = motion.density(at: velocity)
    let carried = q * age * age * age / 3
    return PlaceInnovation(
      residual: SIMD2(place.x - (h0 * mean).sum(), place.y - (h1 * mean).sum()),
      covariance: Covariance2(
        xx: (h0 * p0).sum() + noise.xx + carried, xy: (h0 * p1).sum() + noise.xy,
        yy: (h1 * p1).sum() + noise.yy + carried),
      gain0: p0, gain1: p1)
  }

  /// Takes the measured place in: x ← x + K·r, P ← P - K·S·Kᵀ with K = P·Hᵀ·S⁻¹, kept symmetric.
  mutating func update(_ innovation: PlaceInnovation) {
    let inverse = innovation.covariance.inverse
    let k0 = innovation.gain0 * inverse.xx + innovation.gain1 * inverse.xy
    let k1 = innovation.gain0 * inverse.xy + innovation.gain1 * inverse.yy
    mean += k0 * innovation.residual.x + k1 * innovation.residual.y
    subtract(k0, innovation.gain0, k1, innovation.gain1)
  }

  /// Makes this updated state what it is when the update holds with probability `share` and `before`
  /// with the rest: mean and covariance of the mixture, as in probabilistic data association
  /// (Bar-Shalom, Daum, Huang, "The probabilistic data association filter", 2009, equations 38 to 40).
  mutating func mix(with before: KalmanState, share: Double) {
    guard share < 1 else { return }
    let step = mean - before.mean
    let spread = share * (1 - share)
    mean = before.mean + step * share
    row0 = before.row0 * (1 - share) + row0 * share + step * (step.x * spread)
    row1 = before.row1 * (1 - share) + row1 * share + step * (step.y * spread)
    row2 = before.row2 * (1 - share) + row2 * share + step * (step.z * spread)
    row3 = before.row3 * (1 - share) + row3 * share + step * (step.w * spread)
  }

  /// A scalar measurement h·x with its residual and variance.
  struct ScalarInnovation {
    var residual: Double
    var variance: Double
    var gain: SIMD4<Double>
  }

  /// Compares a direction seen from `origin`, `age` seconds before the state, with it; `nil` when the
  /// target is within a metre of the sensor. Extended Kalman filter:
  /// ∂azimuth/∂(east, north) = (-Δnorth, Δeast)/r².
  func innovation(
    ofAzimuth azimuth: Double, sigma: Double, from origin: SIMD2<Double>, age: Double,
    motion: MotionModel
  ) -> ScalarInnovation? {
    let away = position - velocity * age - origin
    let squared = (away * away).sum()
    guard squared > 1 else { return nil }
    let q = motion.density(at: velocity)
    let slope = SIMD2(-away.y, away.x) / squared
    let h = SIMD4(slope.x, slope.y, -slope.x * age, -slope.y * age)
    let gain = covariance(times: h)
    var residual = azimuth - atan2(away.y, away.x)
    residual -= 2 * .pi * (residual / (2 * .pi)).rounded()
    return ScalarInnovation(
      residual: residual,
      variance: (h * gain).sum() + sigma * sigma + q * age * age * age / 3 / squared, gain: gain)
  }

  /// Takes a scalar measurement in.
  mutating func update(_ innovation: ScalarInnovation) {
    let k = innovation.gain / innovation.variance
    mean += k * innovation.residual
    subtract(k, innovation.gain, .zero, .zero)
  }

  /// Takes a measured velocity in, m/s with the standard deviation of each component.
  mutating func update(velocity measured: SIMD2<Double>, sigma: Double) {
    for axis in 0..<2 {
      var h = SIMD4<Double>.zero
      h[axis + 2] = 1
      let gain = covariance(times: h)
      update(
        ScalarInnovation(
          residual: measured[axis] - mean[axis + 2], variance: gain[axis + 2] + sigma * sigma,
          gain: gain))
    }
  }

  /// P ← P - a·bᵀ - c·dᵀ, mirrored so that rounding cannot break the symmetry.
  private mutating func subtract(
    _ a: SIMD4<Double>, _ b: SIMD4<Double>, _ c: SIMD4<Double>, _ d: SIMD4<Double>
  ) {
    row0 -= b * a.x + d * c.x
    row1 -= b * a.y + d * c.y
    row2 -= b * a.z + d * c.z
    row3 -= b * a.w + d * c.w
    row1.x = row0.y
    row2.x = row0.z
    row3.x = row0.w
    row2.y = row1.z
    row3.y = row1.w
    row3.z = row2.w
  }
}
