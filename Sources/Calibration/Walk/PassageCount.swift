import Glibc

/// Counts who walked through a cover and who of them was told, and times the hold.
struct PassageCount {
  /// One walk through the cover: from coming in to going out, seconds.
  struct Passage {
    var span: ClosedRange<Double>
    /// How deep he comes, metres.
    var depth: Double
    var isTold: Bool
  }

  /// Time between two looks at the walk, seconds.
  static let step = 0.1
  /// A pulse belongs to a passage when it begins within it, give or take this, seconds.
  static let slack = 1.5
  /// Who comes back sooner than this, seconds, is on the same walk: what a sensor makes of him then is not
  /// independent of what it made of him before, and counting both would make a chance look surer than it
  /// is. Along a beam one walk may touch it many times.
  static let apartSeconds = 5.0
  /// So far outside nobody is noticed, metres.
  static let farMetres = 1.5

  private(set) var passages: [Passage] = []
  /// Pulses that began while the walker was well outside.
  private(set) var unexplained = 0
  /// How long the walker was well outside, seconds.
  private(set) var outsideSeconds = 0.0
  /// From going out (plus latency) to the output's fall, seconds; `nil` for none.
  private(set) var hold: Double?
  private let latency: Double
  private let mixture: RiseMixture

  init(_ solver: RimSolver, pulses: [MotionPulses.Pulse], hold usualHold: Double) {
    latency = solver.latency
    mixture = solver.mixture
    let ordered = pulses.sorted { $0.lowerBound < $1.lowerBound }
    let (shape, apex) = (solver.shape, solver.apex)
    // Who only touches the rim may or may not have been in it.
    let deep = min(1.2, 0.5 * shape.inradius)
    var stays: [(span: ClosedRange<Double>, depth: Double)] = []
    for seconds in stride(from: solver.track.start, through: solver.track.end, by: Self.step) {
      guard let place = solver.walker(at: seconds)?.place else { continue }
      let depth = shape.depth(of: place, apex: apex)
      if depth < -Self.farMetres { outsideSeconds += Self.step }
      guard depth > 0 else { continue }
      if let last = stays.last, seconds - last.span.upperBound < Self.apartSeconds {
        stays[stays.count - 1] =
          (last.span.lowerBound...seconds, max(last.depth, depth))
      } else {
        stays.append((seconds...seconds, depth))
      }
    }
    let isThin = shape.inradius < 0.5
    for stay in stays where stay.depth >= (isThin ? 0.6 * shape.inradius : deep) {
      let first = stay.span.lowerBound + latency - Self.slack
      let window = first...(stay.span.upperBound + latency + Self.slack)
      // Still told of somebody before: nothing can be told of this one.
      guard
        !ordered.contains(where: {
          $0.lowerBound < window.lowerBound && $0.upperBound > stay.span.lowerBound + latency
        })
      else { continue }
      passages.append(
        Passage(
          span: stay.span, depth: stay.depth,
          isTold: ordered.contains { window.contains($0.lowerBound) }))
    }
    unexplained = ordered.count { pulse in
      let moment = pulse.lowerBound - latency
      guard let place = solver.walker(at: moment)?.place,
        shape.depth(of: place, apex: apex) < -Self.farMetres
      else { return false }
      return !stays.contains {
        $0.span.lowerBound - Self.slack <= moment && moment <= $0.span.upperBound + Self.slack
      }
    }
    hold = Self.hold(ordered, stays.map(\.span), latency)
  }

  /// The probability that a walk through is told at all, however short: the share of those told, less
  /// those that other causes told by chance, over the share that a sensor which misses nobody would
  /// have told, as some leave before they could be noticed late.
  var detection: CoverageFit.Estimate {
    let told = passages.count(where: \.isTold)
    let count = passages.count
    guard count > 0 else { return CoverageFit.Estimate(value: 0, sigma: 1) }
    // Agresti and Coull, "Approximate is better than exact", 1998: two more told, two more not.
    let share = (Double(told) + 2) / (Double(count) + 4)
    return CoverageFit.Estimate(
      value: probability(share: Double(told) / Double(count)),
      sigma: (share * (1 - share) / (Double(count) + 4)).squareRoot() / noticed)
  }

  /// Between what that probability is, 99 times of 100, as far as chance in the walks goes.
  var detectionInterval: ClosedRange<Double> {
    let share = ShareInterval.wilson99(
      count: passages.count(where: \.isTold), of: passages.count)
    guard !passages.isEmpty else { return 0...1 }
    return probability(share: share.lowerBound)...probability(share: share.upperBound)
  }

  private func probability(share: Double) -> Double {
    let rate = outsideSeconds > 0 ? Double(unexplained) / outsideSeconds : 0
    let seconds = passages.reduce(0) {
      $0 + $1.span.upperBound - $1.span.lowerBound + 2 * Self.slack
    }
    let chance = 1 - exp(-rate * seconds / Double(passages.count))
    return min(1, max(0, (share - chance) / ((1 - chance) * noticed)))
  }

  /// The share of the walks that a sensor which misses nobody would have told.
  private var noticed: Double {
    passages.reduce(0) { $0 + mixture.noticed(within: $1.depth) } / Double(passages.count)
  }

  private static func hold(
    _ pulses: [MotionPulses.Pulse], _ stays: [ClosedRange<Double>], _ latency: Double
  ) -> Double? {
    let held = pulses.compactMap { pulse -> Double? in
      let span = (pulse.lowerBound - latency)...(pulse.upperBound - latency)
      guard
        let last = stays.last(where: {
          $0.lowerBound < span.upperBound && $0.upperBound > span.lowerBound
        })
      else { return nil }
      return span.upperBound - last.upperBound
    }.filter { $0 > 0 }.sorted()
    return held.count >= 3 ? held[held.count / 2] : nil
  }
}
