import Geodesy
import Glibc

/// Fits a cover's rim, the latency and the receiver's slow error to where the output rose.
///
/// A pulse that began at u says that the walker came in at u - L, L being the latency: the depth d of
/// his place then is 0, but for scatter and for those who are noticed late (`RiseMixture`). Walks at two
/// speeds tell latency and rim apart: a latency that is too small by e puts the places too deep by e
/// times the speed. The likelihood of all rises with the prior of the receiver's error
/// (`ReceiverDrift`) is maximised by steps along its gradient, scaled by the information of the sharp
/// ones and shortened until it grows; the mixture's numbers are fitted in turn.
struct RimSolver {
  /// Who comes in slower than this tells little about the rim, metres per second.
  static let speedMin = 0.15
  /// Steps of the fit, those with which pulses are still chosen, and after how many the mixture is
  /// fitted again.
  static let rounds = 80
  static let choosingRounds = 24
  static let mixtureRounds = 4
  /// So far outside, metres, the walker must be when the pulse before ends, that it does not swallow
  /// the beginning of the next.
  static let quietMetres = 0.5

  let track: WalkTrack
  let apex: SIMD2<Double>
  /// When pulses began, and when the one before ended.
  private let rises: [(seconds: Double, quietSince: Double)]
  private(set) var shape: CoverageShape
  private(set) var latency: Double
  private(set) var mixture = RiseMixture()
  private(set) var drift: ReceiverDrift

  struct Solved {
    var shapeSigmas: [Double]
    var latencySigma: Double
  }

  /// The beginning of a pulse seen from the rim.
  private struct Rise {
    var look: RiseMixture.Look
    /// Derivatives of the depth by the shape's numbers.
    var byShape: [Double]
    /// Derivatives by the place.
    var byPlace: SIMD2<Double>
    var knot: Int
    var share: Double
  }

  init(
    track: WalkTrack, pulses: [MotionPulses.Pulse], apex: SIMD2<Double>, shape: CoverageShape,
    latency: Double
  ) {
    self.track = track
    self.apex = apex
    self.shape = shape
    self.latency = latency
    let ordered = pulses.sorted { $0.lowerBound < $1.lowerBound }
    var quietSince = -Double.infinity
    var rises: [(seconds: Double, quietSince: Double)] = []
    for pulse in ordered {
      rises.append((pulse.lowerBound, quietSince))
      quietSince = pulse.upperBound
    }
    self.rises = rises
    drift = ReceiverDrift(start: track.start, end: track.end, sigma: ReceiverDrift.usualSigma)
  }

  /// How many pulses began near the rim.
  var entryCount: Int { rises.indices.count { look($0) != nil } }

  /// The walker's place and velocity, the receiver's slow error taken off.
  func walker(at seconds: Double) -> (place: SIMD2<Double>, velocity: SIMD2<Double>)? {
    guard let state = track.state(at: seconds) else { return nil }
    return (state.place - drift.value(at: seconds), state.velocity)
  }

  /// Where the walker was a latency before each pulse.
  func entries() -> [SIMD2<Double>] { rises.compactMap { walker(at: $0.seconds - latency)?.place } }

  /// Fits; `nil` when the walk leaves something undetermined.
  ///
  /// Who is noticed late looks much like a receiver that is off: from an ordinary one the fit comes to
  /// rest at one that is a little off, though none is. It then starts from a fine one as well, and the
  /// end at which the rises are likelier counts.
  mutating func solve() -> Solved? {
    var tries = [converged(from: ReceiverDrift.usualSigma)].compactMap(\.self)
    if let usual = tries.first, usual.solver.drift.size < ReceiverDrift.fineSizeMax,
      let fine = converged(from: ReceiverDrift.fineSigma)
    {
      tries.append(fine)
    }
    let common = rises.indices.filter { rise in tries.allSatisfy { $0.chosen.contains(rise) } }
    guard let best = tries.max(by: { $0.evidence(common) < $1.evidence(common) }) else {
      return nil
    }
    self = best.solver
    // The numbers asked for come last, so that their covariance is the end of the inverse.
    let count = shape.parameters.count
    let first = drift.numberCount
    let sigmas = (0...count).map { number -> Double in
      var unit = [Double](repeating: 0, count: first + count + 1)
      unit[first + number] = 1
      return best.lower.solve(unit)[first + number].squareRoot()
    }
    return Solved(shapeSigmas: Array(sigmas.dropLast()), latencySigma: sigmas[count])
  }

  /// Where steps come to rest: the pulses that were used and the factor of the information.
  private struct End {
    var solver: RimSolver
    var chosen: [Int]
    var lower: NormalMatrix

    /// Logarithm of how likely `rises` are, whatever the numbers of the fit are, but for a constant:
    /// Laplace's approximation (MacKay, "Information Theory, Inference and Learning Algorithms", 2003,
    /// chapter 27).
    func evidence(_ rises: [Int]) -> Double {
      solver.logLikelihood(rises) - lower.logDeterminant
    }
  }

  /// The fit that begins with a drift of `sigma` metres.
  private func converged(from sigma: Double) -> End? {
    var solver = self
    solver.drift = ReceiverDrift(start: track.start, end: track.end, sigma: sigma)
    var chosen = solver.choice()
    for round in 0..<Self.rounds {
      let isChoosing = round < Self.choosingRounds
      if isChoosing { chosen = solver.choice() }
      guard let step = solver.step(chosen) else { return nil }
      let moved = solver.apply(step.move, chosen)
      if round % Self.mixtureRounds == 0 {
        solver.fitMixture(step.rises, step.lower)
        solver.drift.fitSigma(step.lower)
      } else if !isChoosing, moved < 1e-4 {
        break
      }
    }
    return solver.step(chosen).map { End(solver: solver, chosen: chosen, lower: $0.lower) }
  }

  // MARK: - One step

  /// The pulses that tell of the rim: those before which the output had been quiet since before he
  /// came in.
  private func choice() -> [Int] {
    rises.indices.filter { index in
      guard look(index) != nil else { return false }
      guard let before = walker(at: rises[index].quietSince - latency + 3 * mixture.jitter) else {
        return true
      }
      return shape.depth(of: before.place, apex: apex) < -Self.quietMetres
    }
  }

  private func row(_ rise: Rise) -> [(place: Int, value: Double)] {
    var row: [(place: Int, value: Double)] = []
    for (knot, share) in [(rise.knot, 1 - rise.share), (rise.knot + 1, rise.share)] {
      for axis in 0..<2 { row.append((2 * knot + axis, -rise.byPlace[axis] * share)) }
    }
    for (number, value) in rise.byShape.enumerated() {
      row.append((drift.numberCount + number, value))
    }
    row.append((drift.numberCount + rise.byShape.count, -rise.look.inwards))
    return row
  }

  private func step(
    _ chosen: [Int]
  ) -> (move: [Double], lower: NormalMatrix, rises: [Rise])? {
    let shapes = shape.parameters.count
    let first = drift.numberCount
    let size = first + shapes + 1
    var matrix = NormalMatrix(count: size)
    var right = [Double](repeating: 0, count: size)
    drift.addPrior(to: &matrix, &right)
    let found = chosen.compactMap { rise($0) }
    for rise in found {
      let row = row(rise)
      let weight = max(0.05, mixture.sharpness(rise.look)) / mixture.variance(rise.look)
      let pull = mixture.slope(rise.look)
      for a in row {
        for b in row { matrix[a.place, b.place] += weight * a.value * b.value }
        right[a.place] += pull * a.value
      }
    }
    // What no pulse tells stays as it is: a hundredth of a pulse's information for the present value.
    for index in 0..<shapes {
      matrix[first + index, first + index] += shape.isAngle(index) ? 4 : 0.04
    }
    matrix[first + shapes, first + shapes] += 0.25
    guard let lower = matrix.factor() else { return nil }
    return (lower.solve(right), lower, found)
  }

  /// Takes the longest part of a step that makes the rises likelier; returns how far it went.
  private mutating func apply(_ move: [Double], _ chosen: [Int]) -> Double {
    let before = self
    let old = logLikelihood(chosen)
    var share = 1.0
    for _ in 0..<5 {
      self = before.moved(move, share: share)
      if logLikelihood(chosen) >= old { return share * (move.map { abs($0) }.max() ?? 0) }
      share /= 2
    }
    self = before
    return 0
  }

  private func moved(_ move: [Double], share: Double) -> RimSolver {
    var result = self
    result.drift = drift.moved(move, share: share)
    var numbers = shape.parameters
    let first = drift.numberCount
    for index in numbers.indices {
      let most = shape.isAngle(index) ? 0.1 : 0.5
      numbers[index] += share * min(most, max(-most, move[first + index]))
    }
    result.shape.parameters = numbers
    let later = share * min(0.3, max(-0.3, move[first + numbers.count]))
    result.latency = min(5, max(0, latency + later))
    return result
  }

  private func logLikelihood(_ chosen: [Int]) -> Double {
    let none = log(RiseMixture.otherShare / (2 * RiseMixture.depthMax))
    return chosen.reduce(drift.logPrior) { sum, index in
      sum + (look(index).map { mixture.logarithm($0) } ?? none)
    }
  }

  private mutating func fitMixture(_ rises: [Rise], _ lower: NormalMatrix) {
    mixture.fit(
      rises.map { rise in
        var unit = [Double](repeating: 0, count: lower.count)
        for element in row(rise) { unit[element.place] = element.value }
        let freed = lower.forward(unit).reduce(0) { $0 + $1 * $1 }
        var look = rise.look
        look.leverage = freed / mixture.variance(look)
        return look
      })
  }

  // MARK: - A pulse at the rim

  /// How a pulse looks from the rim; `nil` when the walker was not coming in.
  private func look(_ index: Int) -> RiseMixture.Look? {
    guard let state = walker(at: rises[index].seconds - latency) else { return nil }
    let depth = depth(state.place, state.velocity, shape)
    guard abs(depth) < RiseMixture.depthMax else { return nil }
    let way = state.velocity * 0.005
    let inwards =
      (self.depth(state.place + way, state.velocity, shape)
        - self.depth(state.place - way, state.velocity, shape)) / 0.01
    guard inwards >= Self.speedMin else { return nil }
    return RiseMixture.Look(depth: depth, inwards: inwards)
  }

  /// What a pulse tells; `nil` when the walker was not coming in.
  private func rise(_ index: Int) -> Rise? {
    let moment = rises[index].seconds - latency
    guard let look = look(index), let state = walker(at: moment) else { return nil }
    let e = 0.01
    var byPlace = SIMD2<Double>.zero
    for axis in 0..<2 {
      var step = SIMD2<Double>.zero
      step[axis] = e
      byPlace[axis] =
        (depth(state.place + step, state.velocity, shape)
          - depth(state.place - step, state.velocity, shape)) / (2 * e)
    }
    let numbers = shape.parameters
    let byShape = numbers.indices.map { index -> Double in
      let e = 1e-3
      var (more, less) = (shape, shape)
      var moved = numbers
      moved[index] += e
      more.parameters = moved
      moved[index] -= 2 * e
      less.parameters = moved
      return
        (depth(state.place, state.velocity, more) - depth(state.place, state.velocity, less))
        / (2 * e)
    }
    let (knot, share) = drift.knot(at: moment)
    return Rise(look: look, byShape: byShape, byPlace: byPlace, knot: knot, share: share)
  }

  /// Depth inside the shape; for a beam how far past its near side, which goes on beyond the far one.
  private func depth(
    _ place: SIMD2<Double>, _ velocity: SIMD2<Double>, _ shape: CoverageShape
  ) -> Double {
    guard case .corridor(let corners) = shape, corners.count >= 4 else {
      return shape.depth(of: place, apex: apex)
    }
    let normal = leftNormal(corners[0], corners[1])
    let middle = (corners[0] + corners[2]) / 2
    let along = ((place - middle) * (corners[1] - corners[0]).unit).sum()
    guard abs(along) <= (corners[1] - corners[0]).length / 2 else {
      return -2 * RiseMixture.depthMax
    }
    let side = (velocity * normal).sum() >= 0 ? 1.0 : -1
    return ((place - middle) * normal).sum() * side + shape.inradius
  }
}

extension CoverageShape {
  /// Whether a number of the shape is an angle.
  func isAngle(_ index: Int) -> Bool { parameters.count == 3 && index < 2 }
}

extension SIMD2<Double> {
  /// The vector of length 1 in the same direction.
  fileprivate var unit: SIMD2<Double> { self / length }
}
