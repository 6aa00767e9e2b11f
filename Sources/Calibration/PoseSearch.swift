import Geodesy
import Glibc
import Model
import SiteConfiguration
import Vision

/// The search for the pose: descents from many starts, and what speaks against their result.
struct PoseSearch {
  let points: CalibrationPoints
  let solver: PoseSolver
  private let fieldOfView: Double?

  /// Relative deviation of a field of view that a maker tells: focus and tolerance of the lens.
  static let fieldSigma = 0.1
  /// Lenses of surveillance cameras: a barrel of k1 = -0.3 is strong.
  static let firstSigma = 0.3
  /// How far k2 strays from what k1 makes likely.
  static let secondSigma = 0.025
  /// Squared and weighted residual of a point that contradicts the others; chance exceeds it once in
  /// 270,000 times.
  static let contradictionMin = 25.0
  /// Two poses are equally good when their costs differ by less: 95 % of χ² with two degrees.
  static let ambiguityMax = 6.0

  /// Starts that are followed a dozen steps, and of these, fits that are followed to their end.
  static let followed = 8
  static let refined = 6

  static let noPose = CalibrationRefusal(
    .noPose, "no pose shows the points where they were seen",
    remedy: "Look for swapped points, swapped east and north, or pixels of another picture")

  init(_ points: CalibrationPoints, fieldOfView: Double?) {
    self.points = points
    self.fieldOfView = fieldOfView
    var priors = [PoseSolver.Prior?](repeating: nil, count: PoseParameter.count)
    if let known = points.lensPlace {
      for (index, mean) in [known.place.x, known.place.y, known.place.z].enumerated() {
        priors[index] = PoseSolver.Prior(mean: mean, sigma: known.sigmaMetres)
      }
    }
    // Without any hint 60 degrees, a factor of two either way.
    priors[PoseParameter.fieldOfView.rawValue] = PoseSolver.Prior(
      mean: fieldOfView ?? 1.05, sigma: fieldOfView.map { $0 * Self.fieldSigma } ?? 0.6)
    priors[PoseParameter.k1.rawValue] = PoseSolver.Prior(mean: 0, sigma: Self.firstSigma)
    solver = PoseSolver(points: points, priors: priors, lensSigma: Self.secondSigma)
  }

  /// Parameters that the points alone must give.
  var freeCount: Int { solver.priors.filter { $0 == nil }.count - 1 }

  /// The pose of least cost.
  func best() throws(CalibrationRefusal) -> PoseSolver.Fit {
    let fields = fieldOfView.map { [$0] } ?? [0.6, 1.05, 1.6]
    let even = solver.evenSpreads
    // The best start of each direction; the others of it lead to the same bottoms.
    let starts = PoseStarts(points).groups(fieldsOfView: fields).compactMap { group in
      group.map { PoseSolver.Fit(pose: $0, cost: solver.cost(of: $0, even)) }
        .min { $0.cost < $1.cost }
    }.filter { $0.cost.isFinite }.sorted { $0.cost < $1.cost }
    // A few of them with a straight lens, and more, and with bent ones, only while nothing meets the
    // points.
    var fits: [PoseSolver.Fit] = []
    let good = 4 * CameraFit.chiSquaredLimit(max(2 * points.points.count - freeCount, 1))
    for k1 in [0, -Self.firstSigma, Self.firstSigma / 2] {
      var rest = starts[...]
      while !rest.isEmpty, !(fits.first?.cost ?? .infinity <= good) {
        let rough = rest.prefix(Self.followed).compactMap { follow($0.pose, k1: k1, even) }
          .sorted { $0.cost < $1.cost }
        rest = rest.dropFirst(Self.followed)
        fits += rough.prefix(Self.refined).compactMap { solver.refine($0.pose) }
          .filter { $0.pose[.up] > 0.05 && cos($0.pose[.roll]) > 0 }
        fits.sort { $0.cost < $1.cost }
      }
    }
    guard let best = fits.first else { throw Self.noPose }
    for other in fits.dropFirst() where other.cost - best.cost < Self.ambiguityMax {
      let apart = (other.pose.place - best.pose.place).length
      let reach = points.points.map { ($0.place - best.pose.place).length }.min() ?? 0
      // Descents end at the same bottom to far better than that.
      if apart > 0.2 * reach + 0.5, !isValley(from: best, to: other) {
        throw CalibrationRefusal(
          .ambiguous,
          "two poses explain the points equally well: the lens at \(text(best.pose)) and at "
            + "\(text(other.pose))",
          remedy: "Measure the place of the lens, or add points far from the others")
      }
    }
    return best
  }

  /// Descends from afar: first with a lens near `k1` and a field of view near the one told, or the
  /// lens would bend instead of the camera moving; then less and less bound.
  private func follow(
    _ start: PoseVector, k1: Double, _ spreads: [PoseSolver.Spread]
  ) -> PoseSolver.Fit? {
    var start = start
    start.values[PoseParameter.k1.rawValue] = k1
    start.values[PoseParameter.k2.rawValue] = -PoseSolver.lensBow * k1
    var fit: PoseSolver.Fit?
    for stiffness in [10.0, 3] {
      var priors = solver.priors
      for parameter in [PoseParameter.fieldOfView, .k1] {
        priors[parameter.rawValue]?.sigma /= stiffness
      }
      priors[PoseParameter.k1.rawValue]?.mean = k1
      let stiff = PoseSolver(
        points: points, priors: priors, lensSigma: Self.secondSigma / stiffness)
      fit = stiff.descend(from: fit?.pose ?? start, spreads, steps: 15)
      if fit == nil { return nil }
    }
    return fit
  }

  /// Whether the poses between two fits are as good: one flat valley, which the covariance tells, and
  /// not two solutions.
  private func isValley(from a: PoseSolver.Fit, to b: PoseSolver.Fit) -> Bool {
    guard let spreads = solver.spreads(at: a.pose) else { return false }
    let half = zip(a.pose.values, b.pose.values).map { ($1 - $0) / 2 }
    return solver.cost(of: a.pose.moved(by: half), spreads) < max(a.cost, b.cost) + 100
  }

  private func text(_ pose: PoseVector) -> String {
    "(\(rounded(pose[.east], 1)), \(rounded(pose[.north], 1)), \(rounded(pose[.up], 1))) m"
  }

  /// Refuses points of which one contradicts the others, or all contradict each other.
  func checkContradictions(
    _ weighted: [Double], _ residuals: [SIMD2<Double>], chiSquared: Double, freedom: Int
  ) throws(CalibrationRefusal) {
    guard freedom > 0, chiSquared > 4 * CameraFit.chiSquaredLimit(freedom) else { return }
    // The point without which the others agree best.
    var best: (index: Int, chiSquared: Double)?
    if points.points.count > PointLayout.pointsMin + 1 {
      for index in points.points.indices {
        var fewer = points
        fewer.points.remove(at: index)
        let search = PoseSearch(fewer, fieldOfView: fieldOfView)
        guard (try? PointLayout.check(fewer)) != nil, let fit = try? search.best(),
          let spreads = search.solver.spreads(at: fit.pose)
        else { continue }
        let left = search.weightedSum(at: fit.pose, spreads)
        if left < best?.chiSquared ?? .infinity { best = (index, left) }
      }
    }
    if let best, chiSquared - best.chiSquared > Self.contradictionMin,
      best.chiSquared < 2 * CameraFit.chiSquaredLimit(max(freedom - 2, 1))
    {
      let point = points.points[best.index]
      throw CalibrationRefusal(
        .contradiction,
        "\(point.name) (pixel \(rounded(point.pixel.x, 0)), \(rounded(point.pixel.y, 0))) contradicts "
          + "the others, which agree without it",
        remedy: "Measure it again, or remove it")
    }
    let worst = weighted.indices.max { weighted[$0] < weighted[$1] } ?? 0
    let squares = residuals.map { ($0 * $0).sum() }.reduce(0, +)
    let rms = (squares / Double(residuals.count)).squareRoot()
    guard chiSquared > 25 * Double(freedom) else { return }
    throw CalibrationRefusal(
      .contradiction,
      "the points contradict each other: they are missed by \(rounded(rms, 1)) pixels in the mean, "
        + "\(points.points[worst].name) by \(rounded(residuals[worst].length, 1))",
      remedy: "Look for swapped points, or tell how exactly they were measured (ground_sigma)")
  }

  private func weightedSum(at pose: PoseVector, _ spreads: [PoseSolver.Spread]) -> Double {
    guard let model = pose.model(width: points.width, height: points.height) else {
      return .infinity
    }
    return zip(points.points, spreads).map { point, spread in
      model.pixel(of: point.place).map { PoseSolver.squared(point.pixel - $0, spread) } ?? .infinity
    }.reduce(0, +)
  }

  /// What is worth knowing about the fit `pose`.
  func warnings(of pose: PoseVector, freedom: Int) -> [String] {
    var warnings: [String] = []
    if freedom < 4 {
      warnings.append(
        "\(points.points.count) points leave no room to notice a wrong one: measure 8 or more")
    }
    if let told = fieldOfView, abs(pose[.fieldOfView] - told) > 2 * Self.fieldSigma * told {
      warnings.append(
        "the field of view is \(rounded(pose[.fieldOfView] * 180 / .pi, 1)) degrees, not "
          + "\(rounded(told * 180 / .pi, 1)) as told: look for a crop, a zoom or another lens")
    }
    return warnings
  }
}
