import Glibc
public import Model

/// What a walk tells about one motion sensor: its cover, how surely, how soon and for how long it tells.
///
/// Where the output rises, the walker came in a latency before: that place lies on the rim. The rim, the
/// latency and the receiver's slowly changing error are fitted together to all such places
/// (`RimSolver`), which walks at two speeds and in all directions tell apart. Probability and hold
/// are counted with the fitted rim.
public struct CoverageFit: Sendable {
  /// A number with its standard error.
  public struct Estimate: Sendable, Equatable {
    /// The number.
    public var value: Double
    /// Its standard error.
    public var sigma: Double
  }

  /// Fewer places where somebody came in than this give no fit.
  public static let entriesMin = 12
  /// A latency that is known worse than this is not proposed, seconds.
  public static let latencySigmaMax = 0.08

  /// What the latency of a sensor with a cover of some metres is off by beside what chance explains,
  /// seconds, as walks that were simulated show: a lens's zones are no smooth distribution.
  static let latencySystematic = 0.03

  /// The fitted shape.
  public internal(set) var shape: CoverageShape
  /// Standard errors of the shape's numbers: azimuth, half angle (radians), range (metres).
  public internal(set) var shapeSigmas: [Double]
  /// From coming in until the output rises, seconds.
  public internal(set) var latency: Estimate
  /// From the last motion (plus latency) until the output falls, seconds; `nil` when no pulse told.
  public internal(set) var hold: Double?
  /// Probability that somebody who walks through is told.
  public internal(set) var detection: Estimate
  /// Between what it is, 99 times of 100, as far as the number of walks tells (`ShareInterval`).
  public internal(set) var detectionInterval: ClosedRange<Double>
  /// Walks through the cover, and how many of them were told.
  public internal(set) var passages: (count: Int, told: Int)
  /// Pulses that nobody's walk explains, and the hours in which they came.
  public internal(set) var unexplained: (count: Int, hours: Double)
  /// How far the places of rising edges scatter about the rim, metres.
  public internal(set) var scatter: Double
  /// The receiver's slow error as it was found, root mean square, metres.
  public internal(set) var receiverError: Double
  /// Where the walker was a latency before each pulse began, the receiver's error taken off.
  public internal(set) var entries: [SIMD2<Double>]

  /// Fits the cover of `sensor` to a walk and the pulses of its output on the same clock.
  public init(
    sensor: Sensor, track: WalkTrack, pulses: [MotionPulses.Pulse]
  ) throws(CalibrationRefusal) {
    let apex = SIMD2(sensor.place.x, sensor.place.y)
    let usual = CoverageShape(sensor)
    let latency = Double(sensor.latencyNanos) * 1e-9
    let hold = Double(sensor.motion?.holdNanos ?? 0) * 1e-9
    let plateau = Self.plateau(of: pulses)
    let start = ShapeSearch(
      track: track, pulses: pulses, apex: apex, latency: latency, hold: plateau ?? hold
    ).best(near: usual)
    var solver = RimSolver(
      track: track, pulses: pulses, apex: apex, shape: start, latency: latency)
    guard solver.entryCount >= Self.entriesMin else {
      throw CalibrationRefusal(
        .tooFewPoints,
        "\(sensor.name): its output rose \(solver.entryCount) times near its cover during the walk; "
          + "a fit needs \(Self.entriesMin)",
        remedy: "Walk through its cover more often, from all sides, at two speeds")
    }
    guard let solved = solver.solve() else {
      throw CalibrationRefusal(
        .undetermined, "\(sensor.name): the walk does not determine its cover",
        remedy: "Walk through it from all sides, also outwards and inwards, at two speeds")
    }
    shape = solver.shape
    let systematic = sensor.motion?.technology == .beam ? 0.01 : Self.latencySystematic
    self.latency = Estimate(
      value: solver.latency,
      sigma: (solved.latencySigma * solved.latencySigma + systematic * systematic).squareRoot())
    shapeSigmas = solved.shapeSigmas
    scatter = solver.mixture.scatter
    receiverError = solver.drift.size
    entries = solver.entries()
    let count = PassageCount(solver, pulses: pulses, hold: plateau ?? hold)
    passages = (count.passages.count, count.passages.filter(\.isTold).count)
    unexplained = (count.unexplained, count.outsideSeconds / 3_600)
    detection = count.detection
    detectionInterval = count.detectionInterval
    self.hold = plateau ?? count.hold
  }

  /// A number of a fit for people, with so many digits behind the point.
  public static func text(_ value: Double, digits: Int) -> String { rounded(value, digits) }

  /// What is doubtful about the fit, for people.
  public var warnings: [String] {
    var warnings: [String] = []
    if latency.sigma > Self.latencySigmaMax {
      warnings.append(
        "the latency is known to \(rounded(latency.sigma, 2)) s only and not proposed: walk at two "
          + "speeds, slowly and running")
    }
    let half = (detectionInterval.upperBound - detectionInterval.lowerBound) / 2
    if half > ShareInterval.wantedHalfWidth {
      // An interval's width falls with the root of the number.
      let ratio = half / ShareInterval.wantedHalfWidth
      let wanted = (Double(max(passages.count, 1)) * ratio * ratio / 10).rounded(.up) * 10
      warnings.append(
        "the detection probability lies between \(rounded(detectionInterval.lowerBound, 2)) and "
          + "\(rounded(detectionInterval.upperBound, 2)), 99 times of 100: \(passages.count) walks "
          + "count; about \(Int(wanted)) tell it to 0.05")
    }
    return warnings
  }

  /// The length of the shortest pulses, where several are equally short: one trigger and the hold time.
  private static func plateau(of pulses: [MotionPulses.Pulse]) -> Double? {
    let lengths = pulses.map { $0.upperBound - $0.lowerBound }.sorted()
    guard let least = lengths.first else { return nil }
    let equal = lengths.prefix { $0 <= least * 1.06 + 0.02 }
    return equal.count >= 3 ? equal[equal.count / 2] : nil
  }
}
