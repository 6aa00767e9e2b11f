import Geodesy
import Glibc

/// Fits a cover's rim, the latency and the receiver's slow error to where the output rose.
///
/// A pulse that began at u says that the walker came in at u - L, L being the latency. The residual is
/// the depth d of his place then, which is 0 for who is noticed as soon as he comes in. It is a mixture:
/// sharp ones, normal about 0; late ones, deeper by a gamma distribution of shape 2 (an infrared lens
/// notices only the next zone); and ones of other causes, even. Sharp ones scatter by the receiver and,
/// the faster he walks, by the latency's own. Walks at two speeds tell latency and rim apart. The
/// likelihood is maximised by steps along its gradient, scaled by the information of the sharp ones;
/// shares and scatter by expectation and maximisation (Dempster, Laird, Rubin, 1977). The receiver's
/// error is a chain of knots with a Gauss-Markov prior.
struct RimSolver {
  /// The receiver's slow error before it is known, metres, and how long it stays, seconds: of the
  /// order of what satellite-corrected receivers say of themselves.
  static let biasSigma = 1.5
  static let biasSeconds = 600.0
  /// Time between two knots, seconds.
  static let knotSeconds = 120.0
  /// What a rim is met to at best, metres, and a latency at least and at most varies, seconds.
  static let scatterMin = 0.15
  static let jitterRange = 0.02...0.25
  /// Places deeper inside or farther outside than this are of other causes, metres.
  static let depthMax = 4.0
  /// The late ones are on average at least so much deeper, metres: no lens has narrower zones, and
  /// what is less deep is scatter.
  static let lateMin = 0.8
  /// Who comes in slower than this tells little about the rim, metres per second.
  static let speedMin = 0.15
  /// Steps of the fit.
  static let rounds = 60

  let track: WalkTrack
  let apex: SIMD2<Double>
  private let rises: [Double]
  private(set) var shape: CoverageShape
  private(set) var latency: Double
  private(set) var scatter = 1.0
  /// How much the latency differs from pulse to pulse, seconds.
  private(set) var jitter = 0.06
  private var biases: [SIMD2<Double>]
  private var sharpShare = 0.7
  private var lateDepth = 1.2

  struct Solved {
    var shapeSigmas: [Double]
    var latencySigma: Double
  }

  /// The beginning of a pulse seen from the rim.
  private struct Rise {
    var depth: Double
    /// Metres per second inwards.
    var speed: Double
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
    rises = pulses.map(\.lowerBound)
    let knots = Int(((track.end - track.start) / Self.knotSeconds).rounded(.up)) + 1
    biases = Array(repeating: .zero, count: max(2, knots))
  }

  /// How many pulses began near the rim.
  var entryCount: Int { rises.count { rise(at: $0) != nil } }

  /// Root mean square of the receiver's slow error, metres.
  var receiverError: Double {
    (biases.reduce(0) { $0 + ($1 * $1).sum() } / Double(biases.count)).squareRoot()
  }

  /// The walker's place and velocity, the receiver's slow error taken off.
  func walker(at seconds: Double) -> (place: SIMD2<Double>, velocity: SIMD2<Double>)? {
    guard let state = track.state(at: seconds) else { return nil }
    return (state.place - bias(at: seconds), state.velocity)
  }

  /// Where the walker was a latency before each pulse.
  func entries() -> [SIMD2<Double>] { rises.compactMap { walker(at: $0 - latency)?.place } }

  /// Fits; `nil` when the walk leaves something undetermined.
  mutating func solve() -> Solved? {
    for round in 0..<Self.rounds {
      guard let step = step() else { return nil }
      apply(step.move)
      estimateShares(step.rises, isFirst: round < 5)
      if round > 10, step.move.allSatisfy({ abs($0) < 1e-4 }) { break }
    }
    guard let last = step(), let covariance = last.matrix.inverse() else { return nil }
    let count = shape.parameters.count
    return Solved(
      shapeSigmas: (0..<count).map { covariance[$0, $0].squareRoot() },
      latencySigma: covariance[count, count].squareRoot())
  }

  // MARK: - One step

  private func step() -> (move: [Double], matrix: NormalMatrix, rises: [Rise])? {
    let shapes = shape.parameters.count
    let size = shapes + 1 + 2 * biases.count
    var matrix = prior(size, first: shapes + 1)
    var right = priorPull(size, first: shapes + 1)
    let found = rises.compactMap { rise(at: $0) }
    for rise in found {
      // The row's elements that are not 0.
      var row = rise.byShape.enumerated().map { (place: $0.offset, value: $0.element) }
      row.append((shapes, -rise.speed))
      for axis in 0..<2 {
        let first = shapes + 1 + 2 * rise.knot + axis
        row.append((first, -rise.byPlace[axis] * (1 - rise.share)))
        row.append((first + 2, -rise.byPlace[axis] * rise.share))
      }
      let weight = max(0.05, sharpness(rise)) / variance(rise)
      let pull = slope(rise)
      for a in row {
        for b in row { matrix[a.place, b.place] += weight * a.value * b.value }
        right[a.place] += pull * a.value
      }
    }
    // What no pulse tells stays as it is: a hundredth of a pulse's information for the present value.
    for index in 0..<shapes { matrix[index, index] += shape.isAngle(index) ? 4 : 0.04 }
    matrix[shapes, shapes] += 0.25
    guard let lower = matrix.factor() else { return nil }
    return (lower.solve(right), matrix, found)
  }

  private mutating func apply(_ move: [Double]) {
    var numbers = shape.parameters
    for index in numbers.indices {
      let most = shape.isAngle(index) ? 0.1 : 0.5
      numbers[index] += min(most, max(-most, move[index]))
    }
    shape.parameters = numbers
    latency += min(0.3, max(-0.3, move[numbers.count]))
    latency = min(5, max(0, latency))
    for index in biases.indices {
      let at = numbers.count + 1 + 2 * index
      biases[index] += SIMD2(move[at], move[at + 1])
    }
  }

  /// New shares, scatter and depth of the late, by how well each pulse fits.
  private mutating func estimateShares(_ rises: [Rise], isFirst: Bool) {
    // Sums of a regression of squared depths on squared speeds, weighted by sharpness.
    var (all, late, depths) = (0.0, 0.0, 0.0)
    var (x, xx, y, xy) = (0.0, 0.0, 0.0, 0.0)
    for rise in rises {
      let p = densities(rise, at: rise.depth)
      let total = p.sharp + p.late + p.other
      let share = p.sharp / total
      let (square, speed) = (rise.depth * rise.depth, rise.speed * rise.speed)
      all += share
      x += share * speed
      xx += share * speed * speed
      y += share * square
      xy += share * speed * square
      late += p.late / total
      depths += p.late / total * max(0, rise.depth)
    }
    guard all > 1 else { return }
    sharpShare = min(0.96, max(0.3, all / Double(rises.count)))
    if late > 1 { lateDepth = min(3, max(Self.lateMin, depths / late)) }
    let slope = (xy - x * y / all) / max(1e-9, xx - x * x / all)
    let (least, most) = (Self.jitterRange.lowerBound, Self.jitterRange.upperBound)
    jitter = min(most, max(least, max(0, slope).squareRoot()))
    let found = max(0, (y - jitter * jitter * x) / all).squareRoot()
    scatter = min(1, max(isFirst ? 0.4 : Self.scatterMin, found))
  }

  // MARK: - The mixture

  private func variance(_ rise: Rise) -> Double {
    let slack = rise.speed * jitter
    return scatter * scatter + slack * slack
  }

  /// Middles of six equal parts of a gamma distribution of shape 2 and mean 1.
  private static let parts = [0.22, 0.48, 0.72, 1.01, 1.35, 2.1]

  private func densities(
    _ rise: Rise, at depth: Double
  ) -> (sharp: Double, late: Double, other: Double) {
    func normal(_ away: Double, _ variance: Double) -> Double {
      exp(-away * away / (2 * variance)) / (2 * .pi * variance).squareRoot()
    }
    let variance = variance(rise)
    var late = 0.0
    for part in Self.parts {
      // Each part is as wide as the way to the next.
      let wide = lateDepth * (0.08 + 0.12 * part)
      late += normal(depth - part * lateDepth, variance + wide * wide) / 6
    }
    return (
      sharpShare * normal(depth, variance), (0.97 - sharpShare) * late, 0.03 / (2 * Self.depthMax)
    )
  }

  private func sharpness(_ rise: Rise) -> Double {
    let p = densities(rise, at: rise.depth)
    return p.sharp / (p.sharp + p.late + p.other)
  }

  /// Derivative of the logarithm of the mixture's density by the depth.
  private func slope(_ rise: Rise) -> Double {
    func logarithm(_ depth: Double) -> Double {
      let p = densities(rise, at: depth)
      return log(p.sharp + p.late + p.other)
    }
    let e = 1e-3
    return (logarithm(rise.depth + e) - logarithm(rise.depth - e)) / (2 * e)
  }

  // MARK: - A pulse at the rim

  /// What the pulse that began at `seconds` tells; `nil` when the walker was not coming in.
  private func rise(at seconds: Double) -> Rise? {
    let moment = seconds - latency
    guard let state = walker(at: moment) else { return nil }
    let depth = depth(state.place, state.velocity, shape)
    guard abs(depth) < Self.depthMax else { return nil }
    let e = 0.01
    var byPlace = SIMD2<Double>.zero
    for axis in 0..<2 {
      var step = SIMD2<Double>.zero
      step[axis] = e
      byPlace[axis] =
        (self.depth(state.place + step, state.velocity, shape)
          - self.depth(state.place - step, state.velocity, shape)) / (2 * e)
    }
    let speed = (byPlace * state.velocity).sum()
    guard speed >= Self.speedMin else { return nil }
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
        (self.depth(state.place, state.velocity, more)
        - self.depth(state.place, state.velocity, less)) / (2 * e)
    }
    let (knot, share) = knot(at: moment)
    return Rise(
      depth: depth, speed: speed, byShape: byShape, byPlace: byPlace, knot: knot, share: share)
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
    guard abs(along) <= (corners[1] - corners[0]).length / 2 else { return -2 * Self.depthMax }
    let side = (velocity * normal).sum() >= 0 ? 1.0 : -1
    return ((place - middle) * normal).sum() * side + shape.inradius
  }

  // MARK: - The receiver's slow error

  private func knot(at seconds: Double) -> (Int, Double) {
    let place = max(0, (seconds - track.start) / Self.knotSeconds)
    let knot = min(biases.count - 2, Int(place))
    return (knot, min(1, place - Double(knot)))
  }

  private func bias(at seconds: Double) -> SIMD2<Double> {
    let (knot, share) = knot(at: seconds)
    return biases[knot] * (1 - share) + biases[knot + 1] * share
  }

  /// Weights of the first knot and of the difference of two: b' = r b + noise of σ² (1 - r²).
  private var chain: (keep: Double, first: Double, next: Double) {
    let keep = exp(-Self.knotSeconds / Self.biasSeconds)
    let first = 1 / (Self.biasSigma * Self.biasSigma)
    return (keep, first, first / (1 - keep * keep))
  }

  private func prior(_ size: Int, first: Int) -> NormalMatrix {
    var matrix = NormalMatrix(count: size)
    let chain = chain
    for axis in 0..<2 {
      matrix[first + axis, first + axis] += chain.first
      for knot in 1..<biases.count {
        let (a, b) = (first + 2 * (knot - 1) + axis, first + 2 * knot + axis)
        matrix[a, a] += chain.next * chain.keep * chain.keep
        matrix[a, b] -= chain.next * chain.keep
        matrix[b, a] -= chain.next * chain.keep
        matrix[b, b] += chain.next
      }
    }
    return matrix
  }

  private func priorPull(_ size: Int, first: Int) -> [Double] {
    var right = [Double](repeating: 0, count: size)
    let chain = chain
    for axis in 0..<2 {
      right[first + axis] -= chain.first * biases[0][axis]
      for knot in 1..<biases.count {
        let (a, b) = (first + 2 * (knot - 1) + axis, first + 2 * knot + axis)
        let away = biases[knot][axis] - chain.keep * biases[knot - 1][axis]
        right[a] += chain.next * chain.keep * away
        right[b] -= chain.next * away
      }
    }
    return right
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
