import Glibc

/// How deep inside a cover somebody is, a latency before the output rises: a distribution.
///
/// A mixture. Sharp ones are noticed as they come in: normal about the rim, by the receiver and, the
/// faster they come, by how much the latency varies. Late ones are noticed farther in (an infrared lens
/// notices who passes from zone to zone, and not each time); how far depends on the lens, of which
/// nothing is known, so that their depths are spread over steps whose weights are fitted. Both are the
/// same at every speed, which is what tells the latency. The others have other causes and are spread
/// evenly. A sensor that misses nobody at its rim has no late ones.
struct RiseMixture {
  /// The share of the others, within this of the rim, metres.
  static let otherShare = 0.02
  static let depthMax = 4.0
  /// What a rim is met to, metres; how much a latency varies, seconds.
  static let scatterRange = 0.05...1.5
  static let jitterRange = 0.005...0.3
  /// How deep late ones are noticed, and how far such a step spreads, metres.
  static let lateSteps: [(depth: Double, spread: Double)] = [
    (0.3, 0.12), (0.6, 0.14), (0.95, 0.18), (1.35, 0.22), (1.85, 0.28), (2.5, 0.35), (3.3, 0.45),
  ]
  /// Weights before anything is known, the first of the sharp ones, and how many rises they count as.
  static let usualWeights = [0.8, 0.03, 0.05, 0.04, 0.03, 0.02, 0.02, 0.01]
  static let usualCount = 8.0

  var scatter = 0.6
  var jitter = 0.06
  /// The share of the sharp ones, then those of each step of the late ones; 1 in all.
  private(set) var weights = RiseMixture.usualWeights

  /// Somebody at the rim.
  struct Look {
    var depth: Double
    /// Metres per second inwards.
    var inwards: Double
    /// What of the scatter the fit has taken up by its freedom, as a share.
    var leverage = 0.0
  }

  func variance(_ look: Look) -> Double {
    let slack = look.inwards * jitter
    return scatter * scatter + slack * slack
  }

  /// Densities per metre of depth of the sharp ones, of each step of the late ones, of the others.
  private func densities(_ look: Look, _ each: (Int, Double) -> Void) {
    let variance = variance(look)
    func normal(_ away: Double, _ variance: Double) -> Double {
      exp(-away * away / (2 * variance)) / (2 * .pi * variance).squareRoot()
    }
    let share = 1 - Self.otherShare
    each(0, share * weights[0] * normal(look.depth, variance))
    for (index, step) in Self.lateSteps.enumerated() {
      let wide = variance + step.spread * step.spread
      each(index + 1, share * weights[index + 1] * normal(look.depth - step.depth, wide))
    }
    each(weights.count, Self.otherShare / (2 * Self.depthMax))
  }

  func logarithm(_ look: Look) -> Double {
    var sum = 0.0
    densities(look) { sum += $1 }
    return log(sum)
  }

  /// How surely it is a sharp one.
  func sharpness(_ look: Look) -> Double {
    var (sharp, sum) = (0.0, 0.0)
    densities(look) { place, density in
      if place == 0 { sharp = density }
      sum += density
    }
    return sharp / sum
  }

  /// The probability that somebody who is not missed is noticed before he is so deep.
  func noticed(within depth: Double) -> Double {
    zip(weights.dropFirst(), Self.lateSteps).reduce(weights[0]) {
      $0 + ($1.1.depth < depth ? $1.0 : 0)
    }
  }

  /// Derivative of the logarithm of the density by the depth.
  func slope(_ look: Look) -> Double {
    let e = 1e-3
    var (more, less) = (look, look)
    more.depth += e
    less.depth -= e
    return (logarithm(more) - logarithm(less)) / (2 * e)
  }

  /// The numbers under which `looks` are most likely: weights by expectation and maximisation
  /// (Dempster, Laird and Rubin, 1977), scatter and jitter by ever smaller steps (Hooke and Jeeves,
  /// "Direct search", 1961), in turn.
  mutating func fit(_ looks: [Look]) {
    guard looks.count >= 8 else { return }
    let freed = looks.map { look -> Look in
      var look = look
      look.depth /= max(0.25, 1 - look.leverage).squareRoot()
      return look
    }
    var size = 0.3
    while size > 0.03 {
      for _ in 0..<3 { fitWeights(freed) }
      if !widen(freed, size) { size /= 2 }
    }
  }

  private mutating func fitWeights(_ looks: [Look]) {
    var counts = Self.usualWeights.map { $0 * Self.usualCount }
    for look in looks {
      var found = [Double](repeating: 0, count: weights.count + 1)
      var sum = 0.0
      densities(look) { place, density in
        found[place] = density
        sum += density
      }
      for index in weights.indices { counts[index] += found[index] / sum }
    }
    let all = counts.reduce(0, +)
    weights = counts.map { $0 / all }
  }

  /// Changes scatter or jitter by a step where that makes `looks` likelier.
  private mutating func widen(_ looks: [Look], _ size: Double) -> Bool {
    func score(_ mixture: RiseMixture) -> Double {
      // A weak prior keeps the jitter usual where nothing tells it.
      let away = log(mixture.jitter / 0.06)
      return looks.reduce(-away * away / 2) { $0 + mixture.logarithm($1) }
    }
    func within(_ range: ClosedRange<Double>, _ value: Double) -> Double {
      min(range.upperBound, max(range.lowerBound, value))
    }
    var best = score(self)
    var isBetter = false
    for sign in [-1.0, 1] {
      for isJitter in [false, true] {
        var trial = self
        if isJitter {
          trial.jitter = within(Self.jitterRange, jitter * exp(2 * sign * size))
        } else {
          trial.scatter = within(Self.scatterRange, scatter * exp(sign * size))
        }
        let found = score(trial)
        guard found > best + 1e-6 else { continue }
        (self, best, isBetter) = (trial, found, true)
      }
    }
    return isBetter
  }
}
