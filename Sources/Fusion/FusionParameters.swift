public import Model

/// What fusion assumes of targets and when it decides; the defaults are for people, animals and
/// vehicles around a post.
///
/// Lengths in metres, times in seconds unless the name says nanoseconds. Numbers without another
/// source are engineering choices, to be judged with `make scenes`.
public struct FusionParameters: Sendable, Equatable {
  /// Spectral density of the white acceleration of a target, m²/s³: a walker changes his velocity by
  /// about √q in a second (Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking
  /// and Navigation", 6.2.2).
  public var accelerationDensity = 0.5
  /// What a squared speed adds to `accelerationDensity`, 1/s: turns.
  public var turnDensity = 0.05
  /// The live picture leaves out a track that nothing hit for so long, nanoseconds.
  public var shownNanosMax: Int64 = 4_000_000_000
  /// The same for a track that only area sensors ever hit.
  public var shownAreaNanosMax: Int64 = 10_000_000_000
  /// Standard deviation of each velocity component at birth from a place, m/s: wide enough for a
  /// vehicle.
  public var birthSpeedSigma = 4.0
  /// The same at birth from an area sensor, m/s: without a place a slow prior keeps the track near.
  public var areaBirthSpeedSigma = 1.5
  /// Variance of a detection's place caused by mounting errors, as a part of its own variance. It
  /// does not average out over frames, so it widens both the gate and the update.
  public var biasVarianceRatio = 1.0
  /// Gate on the squared Mahalanobis distance: 0.999 of the chi-square with 2 degrees of freedom.
  public var gate = 13.8
  /// The same for a direction, with 1 degree of freedom.
  var bearingGate: Double { gate * 0.78 }
  /// Detections a square metre and scan that are expected of new targets and clutter together.
  public var newTargetDensity = 1e-4
  /// Initiation: so many of the last `initiationScans` scans that covered the track must have hit.
  public var initiationHits = 4
  /// Initiation: scans looked back, at most 64.
  public var initiationScans = 6
  /// Initiation from area sensors alone: so many different ones must have fired in order.
  public var initiationAreaSensors = 2
  /// Existence log-odds above which a track is confirmed.
  public var confirmLogOdds = 0.8
  /// Existence log-odds below which a track ends.
  public var endLogOdds = -2.5
  /// Bound on existence log-odds, either sign.
  public var logOddsMax = 6.0
  /// The upper bound for a track that only area sensors ever hit: their false onsets come together.
  public var areaLogOddsMax = 3.0
  /// Part of the detection probability that a miss is charged with: misses come in runs (occlusion,
  /// merged blobs, motion detection losing the still), so each tells less than the first.
  public var missWeight = 0.5
  /// Existence log-odds lost in a second without a hit, seen or not.
  public var quietLogOddsRate = 0.08
  /// A track ends after so long without a hit, nanoseconds.
  public var coastNanosMax: Int64 = 20_000_000_000
  /// A track ends when its place is less certain than this.
  public var sigmaMax = 30.0
  /// The track of a platform of our own becomes unknown after so long without its word, nanoseconds.
  public var platformNanosMax: Int64 = 10_000_000_000
  /// The track of an aircraft that is not ours ends after so long without a broadcast, nanoseconds:
  /// several of them, which come about once a second.
  public var strangerNanosMax: Int64 = 15_000_000_000
  /// Class likelihoods are raised to this power: errors of successive frames are correlated.
  public var classTemper = 0.15
  /// Memory of the class evidence from one detection to the next.
  public var classMemory = 0.98
  /// Probability of being on the other side at which a crossing counts.
  public var crossingProbability = 0.9
  /// The same for a track that only area sensors ever hit: each onset is coarse, and there may be no
  /// further one. The event's confidence says so.
  public var areaCrossingProbability = 0.75
  /// A crossing counts only when the estimate is so far beyond the line.
  public var crossingDistanceMin = 0.4
  /// Standard deviation that a track's place never falls below in the crossing test: mounting
  /// errors.
  public var crossingSigmaMin = 0.4
  /// Probability of existence a crossing needs.
  public var eventConfidenceMin = 0.6
  /// The same while area sensors fire together at three times their rates or more: bad weather.
  public var stormConfidenceMin = 0.9
  /// Probability of having come from the other side unseen at which that is a crossing.
  public var originProbability = 0.6
  /// The same of having gone to the other side unseen.
  public var departureProbability = 0.8
  /// Detections that may be expected along an unseen way, at most: e to the minus that is the
  /// probability of none.
  public var gapLooksMax = 2.0
  /// Longest time unseen, seconds.
  public var gapSecondsMax = 6.0
  /// A track that was placed for so long has its origin settled, seconds.
  public var originSecondsMax = 8.0
  /// A crossing that could not be decided for so long is let go, nanoseconds.
  public var decisionNanosMax: Int64 = 12_000_000_000
  /// A crossing by a re-born track so near in time to an earlier one is the same, nanoseconds.
  public var duplicateNanos: Int64 = 6_000_000_000
  /// The same, in metres.
  public var duplicateDistance = 10.0
  /// Two tracks nearer than this that were never seen apart are one.
  public var mergeDistance = 2.5
  /// Observations older than this at arrival are counted and not used, nanoseconds.
  public var lateNanosMax: Int64 = 5_000_000_000
  /// Most versions of one event.
  public var versionsMax: UInt32 = 4

  /// The defaults.
  public init() {}

  /// Probability of each class before anything was seen of a target.
  public var classPrior: ClassScores {
    ClassScores(lanes: SIMD8(0.5, 0.06, 0.18, 0.16, 0.02, 0.08, 0, 0))
  }
}

/// The fixed sizes of fusion; what does not fit is counted, never silently lost.
public enum FusionLimits {
  /// Most tracks at a time, tentative ones included.
  public static let tracksMax = 128
  /// Most of them for aircraft that are not ours: the sky must not take the ground's places.
  public static let strangersMax = 48
  /// Most detections of one scan.
  public static let scanDetectionsMax = 64
  /// Most observations that are kept to be taken again in a better order.
  public static let observationsMax = 32_768
  /// Most crossings that can still get a later version; the oldest is closed for a new one.
  public static let openEventsMax = 64
}
