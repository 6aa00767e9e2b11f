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
  /// Error of a fix besides what changes slowly, metres: receivers filter, so that it is small.
  static let fixSigma = 0.3
  /// How much a walker's velocity changes, metres² per second³: a turn on the spot within a second or
  /// two.
  static let agility = 0.6

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
    let (east, north) = (Self.smooth(run, 0), Self.smooth(run, 1))
    for index in run.indices {
      nodes.append(
        Node(
          seconds: run[index].seconds, place: SIMD2(east[index].x, north[index].x),
          velocity: SIMD2(east[index].v, north[index].v), goesOn: index < run.count - 1))
    }
  }

  private static func smooth(_ run: [Fix], _ axis: Int) -> [Axis] {
    let variance = fixSigma * fixSigma
    // Nothing is known of the first velocity: 3 m/s either way.
    var states = [Axis(x: run[0].place[axis], v: 0, pxx: variance, pxv: 0, pvv: 9)]
    var predictions = [states[0]]
    for index in 1..<run.count {
      let step = run[index].seconds - run[index - 1].seconds
      var state = states[index - 1].predicted(step, agility)
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
