import Glibc

/// The way of somebody who walked with a satellite receiver, smoothed.
///
/// Each unbroken run of fixes is smoothed by a Kalman filter with constant velocity and its backward
/// pass (Rauch, Tung and Striebel, "Maximum likelihood estimates of linear dynamic systems", 1965);
/// between fixes the way is the cubic that meets both places and velocities. What a receiver has wrong
/// for minutes on end stays in: `CoverageFit` finds it.
public struct WalkTrack: Sendable {
  /// A fix: seconds on the walk's clock, metres east and north.
  public struct Fix: Sendable, Equatable {
    /// When, seconds after the walk's epoch.
    public var seconds: Double
    /// Where, metres east and north of the site's origin.
    public var place: SIMD2<Double>

    /// A fix.
    public init(seconds: Double, place: SIMD2<Double>) {
      self.seconds = seconds
      self.place = place
    }
  }

  /// A longer pause than this between two fixes breaks the track, seconds.
  public static let pauseMax = 5.0
  /// Errors of a fix, metres, besides what changes slowly, and agilities, per second, of which the
  /// likeliest are taken: how much a walker's velocity changes, metres² per second³, over his speed
  /// squared. Less than the least would smooth sharp turns into the straight way beside them.
  static let fixSigmas = [0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7]
  static let agilities = [0.2, 0.6, 2]
  /// Slower than this he turns as if he were so fast, metres per second.
  static let speedLeast = 0.4
  /// Turns are rare and sharp: velocities change by a t distribution with so many degrees of freedom.
  static let turnFreedom = 3.0
  /// How often it is smoothed, to find the turns.
  static let rounds = 5
  /// Fixes of which error and agility are found, at most.
  static let sampleMax = 3_000

  private struct Node {
    var seconds: Double
    var place: SIMD2<Double>
    var velocity: SIMD2<Double>
    /// Whether the way goes on from here to the next.
    var goesOn: Bool
  }

  private var nodes: [Node] = []

  /// The track through `fixes`, which are put in order; of two at one time the first counts.
  public init(_ fixes: [Fix]) {
    let ordered = fixes.sorted { $0.seconds < $1.seconds }
    var run: [Fix] = []
    for fix in ordered {
      if let last = run.last {
        if fix.seconds <= last.seconds { continue }
        if fix.seconds - last.seconds > Self.pauseMax {
          append(run)
          run = []
        }
      }
      run.append(fix)
    }
    append(run)
  }

  /// When the walk began, seconds; 0 for none.
  public var start: Double { nodes.first?.seconds ?? 0 }
  /// When it ended, seconds.
  public var end: Double { nodes.last?.seconds ?? 0 }
  /// How many fixes it is made of.
  public var count: Int { nodes.count }
  /// The places of the fixes, smoothed.
  public var places: [SIMD2<Double>] { nodes.map(\.place) }

  /// Where the walker was and how fast; `nil` outside the walk and in its breaks.
  public func state(at seconds: Double) -> (place: SIMD2<Double>, velocity: SIMD2<Double>)? {
    var (low, high) = (0, nodes.count)
    while low < high {
      let middle = (low + high) / 2
      if nodes[middle].seconds <= seconds { low = middle + 1 } else { high = middle }
    }
    guard low > 0, low < nodes.count, nodes[low - 1].goesOn else { return nil }
    let (a, b) = (nodes[low - 1], nodes[low])
    // Hermite's cubic on 0 ... 1.
    let width = b.seconds - a.seconds
    let s = (seconds - a.seconds) / width
    let (s2, s3) = (s * s, s * s * s)
    let (va, vb) = (a.velocity * width, b.velocity * width)
    var place = a.place * (2 * s3 - 3 * s2 + 1)
    place += va * (s3 - 2 * s2 + s)
    place += b.place * (3 * s2 - 2 * s3)
    place += vb * (s3 - s2)
    var velocity = (a.place - b.place) * (6 * s2 - 6 * s)
    velocity += va * (3 * s2 - 4 * s + 1)
    velocity += vb * (3 * s2 - 2 * s)
    return (place, velocity / width)
  }

  // MARK: - Smoothing

  /// Mean and covariance of place and velocity along one axis.
  private struct Axis {
    var x = 0.0
    var v = 0.0
    var pxx = 0.0
    var pxv = 0.0
    var pvv = 0.0

    /// Lets `t` seconds pass with white acceleration of density `q`.
    func predicted(_ t: Double, _ q: Double) -> Axis {
      Axis(
        x: x + v * t, v: v, pxx: pxx + 2 * t * pxv + t * t * pvv + q * t * t * t / 3,
        pxv: pxv + t * pvv + q * t * t / 2, pvv: pvv + q * t)
    }

    mutating func correct(_ measured: Double, _ variance: Double) {
      let total = pxx + variance
      let (kx, kv) = (pxx / total, pxv / total)
      let away = measured - x
      x += kx * away
      v += kv * away
      pvv -= kv * pxv
      pxv -= kx * pxv
      pxx -= kx * pxx
    }

    /// The backward step: this state, given what is known of the next one.
    func smoothed(_ t: Double, predicted p: Axis, next: Axis) -> Axis {
      // C = P Fᵀ P⁻¹ with F = [1 t; 0 1].
      let determinant = p.pxx * p.pvv - p.pxv * p.pxv
      let (a, b) = (pxx + t * pxv, pxv)
      let (c, d) = (pxv + t * pvv, pvv)
      let c00 = (a * p.pvv - b * p.pxv) / determinant
      let c01 = (b * p.pxx - a * p.pxv) / determinant
      let c10 = (c * p.pvv - d * p.pxv) / determinant
      let c11 = (d * p.pxx - c * p.pxv) / determinant
      var result = self
      result.x += c00 * (next.x - p.x) + c01 * (next.v - p.v)
      result.v += c10 * (next.x - p.x) + c11 * (next.v - p.v)
      return result
    }
  }

  private mutating func append(_ run: [Fix]) {
    guard run.count >= 2 else { return }
    let speeds = Self.speeds(run)
    let (fixSigma, agility) = Self.likeliest(run, speeds)
    let usual = speeds.map { agility * $0 * $0 }
    var changes = usual
    var axes: (east: [Axis], north: [Axis]) = ([], [])
    for round in 0..<Self.rounds {
      axes = (Self.smooth(run, 0, fixSigma, changes), Self.smooth(run, 1, fixSigma, changes))
      guard round < Self.rounds - 1 else { break }
      // The expected change, given what it seems to be (Lange, Little and Taylor, "Robust statistical
      // modeling using the t distribution", 1989).
      for index in 0..<(run.count - 1) {
        let step = run[index + 1].seconds - run[index].seconds
        let east = axes.east[index + 1].v - axes.east[index].v
        let north = axes.north[index + 1].v - axes.north[index].v
        let seen = (east * east + north * north) / step
        changes[index] =
          (Self.turnFreedom * usual[index] + seen) / (Self.turnFreedom + 2)
      }
    }
    for index in run.indices {
      nodes.append(
        Node(
          seconds: run[index].seconds, place: SIMD2(axes.east[index].x, axes.north[index].x),
          velocity: SIMD2(axes.east[index].v, axes.north[index].v),
          goesOn: index < run.count - 1))
    }
  }

  /// About how fast he is after each fix: the median over some seconds.
  private static func speeds(_ run: [Fix]) -> [Double] {
    run.indices.map { index in
      let (low, high) = (max(0, index - 2), min(run.count - 1, index + 3))
      let way = run[high].place - run[low].place
      let speed = (way * way).sum().squareRoot() / (run[high].seconds - run[low].seconds)
      return max(speedLeast, speed)
    }
  }

  /// The error and the agility under which the fixes are likeliest.
  private static func likeliest(_ run: [Fix], _ speeds: [Double]) -> (Double, Double) {
    let part = Array(run.prefix(sampleMax))
    guard part.count >= 30 else { return (0.3, 0.2) }
    var best = (sigma: 0.3, agility: 0.2, score: -Double.infinity)
    for sigma in fixSigmas {
      for agility in agilities {
        let changes = speeds.map { agility * $0 * $0 }
        let score = logLikelihood(part, 0, sigma, changes) + logLikelihood(part, 1, sigma, changes)
        if score > best.score { best = (sigma, agility, score) }
      }
    }
    return (best.sigma, best.agility)
  }

  private static func logLikelihood(
    _ run: [Fix], _ axis: Int, _ sigma: Double, _ changes: [Double]
  ) -> Double {
    let variance = sigma * sigma
    var state = Axis(x: run[0].place[axis], v: 0, pxx: variance, pxv: 0, pvv: 9)
    var sum = 0.0
    for index in 1..<run.count {
      state = state.predicted(run[index].seconds - run[index - 1].seconds, changes[index - 1])
      let total = state.pxx + variance
      let away = run[index].place[axis] - state.x
      // A t distribution with 3 degrees of freedom, for the turns.
      sum -= log(total) / 2 + 2 * log(1 + away * away / (3 * total))
      state.correct(run[index].place[axis], variance)
    }
    return sum
  }

  private static func smooth(
    _ run: [Fix], _ axis: Int, _ sigma: Double, _ changes: [Double]
  ) -> [Axis] {
    let variance = sigma * sigma
    // Nothing is known of the first velocity: 3 m/s either way.
    var states = [Axis(x: run[0].place[axis], v: 0, pxx: variance, pxv: 0, pvv: 9)]
    var predictions = [states[0]]
    for index in 1..<run.count {
      let step = run[index].seconds - run[index - 1].seconds
      var state = states[index - 1].predicted(step, changes[index - 1])
      predictions.append(state)
      state.correct(run[index].place[axis], variance)
      states.append(state)
    }
    for index in stride(from: run.count - 2, through: 0, by: -1) {
      let step = run[index + 1].seconds - run[index].seconds
      states[index] = states[index].smoothed(
        step, predicted: predictions[index + 1], next: states[index + 1])
    }
    return states
  }
}
