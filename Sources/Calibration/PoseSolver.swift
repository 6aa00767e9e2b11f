import Model
import SiteConfiguration
import Vision

/// Fits a pose to points: Levenberg and Marquardt's damped least squares.
///
/// Minimised is Σ rᵢᵀ Sᵢ⁻¹ rᵢ + Σ (qⱼ - mⱼ)² / sⱼ² with the residual rᵢ of point i in pixels, its
/// covariance Sᵢ, and what is known beforehand about parameter j, mean mⱼ and deviation sⱼ. A point's
/// covariance is that of its pixel plus that of its place, carried into the picture:
/// Sᵢ = σ² I + σᵢ² Aᵢ Aᵢᵀ (effective variance; Fuller, "Measurement error models", 1987, 3.1).
/// Source of the damping: Nocedal and Wright, "Numerical optimization" (2006), 10.3.
struct PoseSolver {
  /// What is known of a parameter before any point is seen.
  struct Prior {
    var mean: Double
    var sigma: Double
  }

  /// Covariance of a residual, pixels²: xx, xy, yy.
  typealias Spread = SIMD3<Double>

  let points: CalibrationPoints
  /// By parameter; `nil` for what nothing is known of.
  let priors: [Prior?]
  /// Standard deviation of k2 + 0.25 k1, see `lensBow`.
  let lensSigma: Double

  /// A pose with its cost and the curvature there.
  struct Fit {
    var pose: PoseVector
    var cost: Double
  }

  /// Lenses bend the picture in one way more or less: the angle θ grows more slowly than its tangent t,
  /// θ = t - t³/3 + t⁵/5 - …, so k2 is against k1 and smaller. Without that, points that are not out in
  /// the corners would let k2 fold the picture back there.
  static let lensBow = 0.25

  /// Steps of one descent; a good start needs about ten.
  static let stepsMax = 60

  /// The covariance of each residual at `pose`; `nil` where a point is not seen.
  func spreads(at pose: PoseVector) -> [Spread]? {
    guard let model = pose.model(width: points.width, height: points.height) else { return nil }
    let pixel = points.pixelSigma * points.pixelSigma
    var spreads: [Spread] = []
    for point in points.points {
      guard let change = model.derivatives(at: point.place) else { return nil }
      let (a, b) = (change.columnByPoint, change.rowByPoint)
      let place = point.sigmaMetres * point.sigmaMetres
      spreads.append(
        SIMD3(
          pixel + place * (a * a).sum(), place * (a * b).sum(), pixel + place * (b * b).sum()))
    }
    return spreads
  }

  /// The same covariance for every residual, for descents from poor starts.
  var evenSpreads: [Spread] {
    Array(repeating: SIMD3(4, 0, 4), count: points.points.count)
  }

  /// The cost of `pose`; infinite where a point is not seen.
  func cost(of pose: PoseVector, _ spreads: [Spread]) -> Double {
    guard let model = pose.model(width: points.width, height: points.height) else {
      return .infinity
    }
    var cost = 0.0
    for (point, spread) in zip(points.points, spreads) {
      guard let shown = model.pixel(of: point.place) else { return .infinity }
      cost += Self.squared(point.pixel - shown, spread)
    }
    for (index, prior) in priors.enumerated() {
      guard let prior else { continue }
      let away = (pose.values[index] - prior.mean) / prior.sigma
      cost += away * away
    }
    let bow = (pose[.k2] + Self.lensBow * pose[.k1]) / lensSigma
    return cost + bow * bow
  }

  /// Descends from `start` with fixed covariances; `nil` when it leads nowhere.
  func descend(from start: PoseVector, _ spreads: [Spread], steps: Int = stepsMax) -> Fit? {
    var fit = Fit(pose: start, cost: cost(of: start, spreads))
    guard fit.cost.isFinite else { return nil }
    var damping = 1e-3
    for _ in 0..<steps {
      guard let (matrix, slope) = equations(at: fit.pose, spreads) else { return nil }
      var isBetter = false
      while !isBetter {
        var damped = matrix
        for index in 0..<PoseParameter.count { damped[index, index] *= 1 + damping }
        if let lower = damped.factor() {
          let step = lower.solve(slope)
          let next = fit.pose.moved(by: step)
          let cost = cost(of: next, spreads)
          if cost < fit.cost {
            isBetter = true
            let gain = fit.cost - cost
            fit = Fit(pose: next, cost: cost)
            damping = max(damping / 8, 1e-12)
            if gain < 1e-10 * (1 + cost) { return fit }
            continue
          }
        }
        damping *= 6
        // No step, however short, makes it better: this is the bottom.
        if damping > 1e12 { return fit }
      }
    }
    return fit
  }

  /// Descends from `start`, with the covariances of the places carried along.
  func refine(_ start: PoseVector) -> Fit? {
    var fit = Fit(pose: start, cost: .infinity)
    for _ in 0..<4 {
      guard let spreads = spreads(at: fit.pose),
        let next = descend(from: fit.pose, spreads)
      else { return nil }
      fit = next
    }
    return fit
  }

  /// The matrix JᵀS⁻¹J and the vector JᵀS⁻¹r of the normal equations at `pose`.
  func equations(at pose: PoseVector, _ spreads: [Spread]) -> (NormalMatrix, [Double])? {
    guard let model = pose.model(width: points.width, height: points.height) else { return nil }
    var matrix = NormalMatrix(count: PoseParameter.count)
    var slope = [Double](repeating: 0, count: PoseParameter.count)
    for (point, spread) in zip(points.points, spreads) {
      guard let change = model.derivatives(at: point.place) else { return nil }
      // Whitened by S = U Uᵀ: rows that are independent and of unit variance.
      let ux = spread.x.squareRoot()
      let uxy = spread.y / ux
      let uy = (spread.z - uxy * uxy).squareRoot()
      let residual = point.pixel - change.pixel
      let first = residual.x / ux
      let second = (residual.y - uxy * first) / uy
      var firstRow = [Double](repeating: 0, count: PoseParameter.count)
      var secondRow = firstRow
      for index in 0..<PoseParameter.count {
        firstRow[index] = change.columnByPose[index] / ux
        secondRow[index] = (change.rowByPose[index] - uxy * firstRow[index]) / uy
        slope[index] += firstRow[index] * first + secondRow[index] * second
      }
      matrix.add(firstRow, weight: 1)
      matrix.add(secondRow, weight: 1)
    }
    for (index, prior) in priors.enumerated() {
      guard let prior else { continue }
      let weight = 1 / (prior.sigma * prior.sigma)
      matrix[index, index] += weight
      slope[index] += weight * (prior.mean - pose.values[index])
    }
    var row = [Double](repeating: 0, count: PoseParameter.count)
    row[PoseParameter.k1.rawValue] = Self.lensBow / lensSigma
    row[PoseParameter.k2.rawValue] = 1 / lensSigma
    matrix.add(row, weight: 1)
    let bow = (pose[.k2] + Self.lensBow * pose[.k1]) / lensSigma
    for index in row.indices { slope[index] -= row[index] * bow }
    return (matrix, slope)
  }

  /// rᵀ S⁻¹ r.
  static func squared(_ r: SIMD2<Double>, _ s: Spread) -> Double {
    (s.z * r.x * r.x - 2 * s.y * r.x * r.y + s.x * r.y * r.y) / (s.x * s.z - s.y * s.y)
  }
}
