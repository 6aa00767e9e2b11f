import Glibc

/// What a satellite receiver has wrong for minutes on end: a chain of knots with straight lines
/// between them and a Gauss-Markov prior.
struct ReceiverDrift {
  /// Its standard deviation before it is known, metres: of the order of what satellite-corrected
  /// receivers say of themselves, and of one that measures the carrier's phase.
  static let usualSigma = 1.2
  static let fineSigma = 0.1
  /// A receiver that is found to be off by less than this, root mean square, may be a fine one, metres.
  static let fineSizeMax = 0.75
  static let sigmaRange = 0.03...5.0
  /// How long it stays, seconds.
  static let seconds = 600.0
  /// Time between two knots at least, seconds, and how many there are at most.
  static let knotSecondsMin = 40.0
  static let knotsMax = 160

  private let start: Double
  private let knotSeconds: Double
  private(set) var values: [SIMD2<Double>]
  /// Its standard deviation, metres.
  private(set) var sigma: Double

  /// No drift from `start` to `end`, seconds, where one of `sigma` metres is usual.
  init(start: Double, end: Double, sigma: Double) {
    self.sigma = sigma
    self.start = start
    let least = (end - start) / Double(Self.knotsMax - 1)
    knotSeconds = max(Self.knotSecondsMin, least)
    let knots = Int(((end - start) / knotSeconds).rounded(.up)) + 1
    values = Array(repeating: .zero, count: max(2, knots))
  }

  /// How many numbers it has: knot by knot, east and north.
  var numberCount: Int { 2 * values.count }

  /// Its root mean square, metres.
  var size: Double {
    (values.reduce(0) { $0 + ($1 * $1).sum() } / Double(values.count)).squareRoot()
  }

  /// The knot before a moment, and how far the moment is towards the next.
  func knot(at seconds: Double) -> (knot: Int, share: Double) {
    let place = max(0, (seconds - start) / knotSeconds)
    let knot = min(values.count - 2, Int(place))
    return (knot, min(1, place - Double(knot)))
  }

  /// The error at a moment, metres east and north.
  func value(at seconds: Double) -> SIMD2<Double> {
    let (knot, share) = knot(at: seconds)
    return values[knot] * (1 - share) + values[knot + 1] * share
  }

  /// This with the knots moved by a share of `move`.
  func moved(_ move: [Double], share: Double) -> ReceiverDrift {
    var result = self
    for index in values.indices {
      result.values[index] += SIMD2(move[2 * index], move[2 * index + 1]) * share
    }
    return result
  }

  /// What a knot keeps of the one before, and the weights of the first and of the difference of two:
  /// b' = r b + noise of σ² (1 - r²).
  private var chain: (keep: Double, first: Double, next: Double) {
    let keep = exp(-knotSeconds / Self.seconds)
    let first = 1 / (sigma * sigma)
    return (keep, first, first / (1 - keep * keep))
  }

  /// Adds the prior's information to the first numbers of `matrix`, and its pull to `right`.
  func addPrior(to matrix: inout NormalMatrix, _ right: inout [Double]) {
    let chain = chain
    for axis in 0..<2 {
      matrix[axis, axis] += chain.first
      right[axis] -= chain.first * values[0][axis]
      for knot in 1..<values.count {
        let (a, b) = (2 * (knot - 1) + axis, 2 * knot + axis)
        matrix[a, a] += chain.next * chain.keep * chain.keep
        matrix[a, b] -= chain.next * chain.keep
        matrix[b, a] -= chain.next * chain.keep
        matrix[b, b] += chain.next
        let away = values[knot][axis] - chain.keep * values[knot - 1][axis]
        right[a] += chain.next * chain.keep * away
        right[b] -= chain.next * away
      }
    }
  }

  /// Logarithm of the prior's density, but for a constant that is the same for every standard deviation.
  var logPrior: Double {
    let chain = chain
    var sum = chain.first * (values[0] * values[0]).sum()
    for (a, b) in zip(values, values.dropFirst()) {
      let away = b - a * chain.keep
      sum += chain.next * (away * away).sum()
    }
    return -sum / 2 - Double(numberCount) * log(sigma)
  }

  /// Takes the standard deviation under which the knots are likeliest, given the factor of the
  /// information on them: a step of expectation and maximisation.
  mutating func fitSigma(_ lower: NormalMatrix) {
    let keep = chain.keep
    // Of the chain's innovations, in units of the standard deviation: square of the mean, and variance.
    var sum = 0.0
    for axis in 0..<2 {
      for knot in values.indices {
        var unit = [Double](repeating: 0, count: lower.count)
        unit[2 * knot + axis] = 1
        var (away, scale) = (values[knot][axis], 1.0)
        if knot > 0 {
          unit[2 * (knot - 1) + axis] = -keep
          away -= keep * values[knot - 1][axis]
          scale = 1 - keep * keep
        }
        let variance = lower.forward(unit).reduce(0) { $0 + $1 * $1 }
        sum += (away * away + variance) / scale
      }
    }
    let found = (sum / Double(numberCount)).squareRoot()
    sigma = min(Self.sigmaRange.upperBound, max(Self.sigmaRange.lowerBound, found))
  }
}
