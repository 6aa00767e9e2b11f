/// Which way a line was crossed, seen along its points: from the left side to the right, or back.
public enum CrossingDirection: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// From the side on the left hand of somebody who walks along the points, to the right.
  case leftToRight = 0
  /// From the right hand to the left.
  case rightToLeft = 1
}

/// What names a crossing for ever: an event's id is derived from it, so that a replay, a retry and
/// a partner's copy all name the same event by the same id.
public struct CrossingIdentity: Hashable, BitwiseCopyable, Sendable {
  /// The line or zone that was crossed.
  public var line: LineID
  /// Source of the observation that started the track.
  public var birthSource: SourceID
  /// Sequence of that observation within its source.
  public var birthSequence: UInt64
  /// Which of the track's crossings this is, from 1.
  public var ordinal: UInt32
  /// Which of the tracks born of that one observation, from 0 (an area sensor or a scan can start
  /// several).
  public var birthBranch: UInt32

  /// The `ordinal`-th crossing of the track born of that observation.
  public init(
    line: LineID, birthSource: SourceID, birthSequence: UInt64, birthBranch: UInt32,
    ordinal: UInt32
  ) {
    self.line = line
    self.birthSource = birthSource
    self.birthSequence = birthSequence
    self.birthBranch = birthBranch
    self.ordinal = ordinal
  }
}

/// What became of an event in this version.
public enum EventDisposition: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// The first word on this crossing.
  case reported = 0
  /// A better estimate of the same crossing.
  case corrected = 1
  /// There was no such crossing.
  case retracted = 2
}

/// What one sensor contributed to an event.
public struct Contribution: BitwiseCopyable, Sendable, Equatable {
  /// The sensor.
  public var sensor: SensorID
  /// How many of its observations entered the track.
  public var count: UInt16
  /// The first of them.
  public var first: Instant
  /// The last of them.
  public var last: Instant
  /// Its health at the event.
  public var health: HealthState
  /// From which side of the border it saw: the farthest of its observations, for one that moves.
  public var seenFrom: BorderSide

  /// A sensor's share.
  public init(
    sensor: SensorID, count: UInt16, first: Instant, last: Instant, health: HealthState,
    seenFrom: BorderSide = .fixed
  ) {
    self.sensor = sensor
    self.count = count
    self.first = first
    self.last = last
    self.health = health
    self.seenFrom = seenFrom
  }
}

/// An aircraft that is not ours, which broadcasts of itself that it flies.
public struct AirStranger: BitwiseCopyable, Sendable, Equatable {
  /// How it broadcasts.
  public var broadcast: AirBroadcast
  /// A platform of ours that it says it is, or `.none`: a claim, which makes it no friend.
  public var claim: SensorID

  /// A stranger in the air.
  public init(broadcast: AirBroadcast, claim: SensorID = .none) {
    self.broadcast = broadcast
    self.claim = claim
  }
}

/// A point of a track's path.
public struct PathPoint: BitwiseCopyable, Sendable, Equatable {
  /// When the track was there.
  public var time: Instant
  /// Metres east and north.
  public var position: SIMD2<Float>

  /// The track at `time`.
  public init(time: Instant, position: SIMD2<Float>) {
    self.time = time
    self.position = position
  }
}

/// A target crossed a line: everything the post knows of it, in fixed size.
///
/// Frame: the post's local metric frame, x east, y north. Names and WGS84 places are put in when
/// the event is sealed.
public struct CrossingEvent: BitwiseCopyable, Sendable {
  /// The most sensors an event names; the ones with the most observations are kept.
  public static let contributionsMax = 16
  /// The most path points an event carries; the path is thinned to them.
  public static let pathPointsMax = 24

  /// What the id is derived from.
  public var identity: CrossingIdentity
  /// 1, 2, …: later versions replace earlier ones.
  public var version: UInt32
  /// What this version says.
  public var disposition: EventDisposition
  /// Which way the line was crossed.
  public var direction: CrossingDirection
  /// Estimated moment of the crossing.
  public var time: Instant
  /// Standard deviation of `time`, seconds.
  public var timeSigma: Float
  /// When fusion decided, on the arrival clock.
  public var decided: Instant
  /// The clock map in force at the decision.
  public var clock: ClockMap
  /// Where the line was crossed, metres east and north.
  public var position: SIMD2<Double>
  /// Covariance of `position`, square metres: xx, xy, yy.
  public var covariance: SIMD3<Double>
  /// Velocity at the crossing, metres per second east and north.
  public var velocity: SIMD2<Float>
  /// Height above the origin, metres; NaN for a target on the ground.
  public var height: Float
  /// Probability of each class; sums to 1.
  public var classes: ClassScores
  /// Estimated number of targets, at least 1, with its interval.
  public var targetCount: UInt16
  /// Fewest targets that fit.
  public var targetCountMin: UInt16
  /// Most targets that fit.
  public var targetCountMax: UInt16
  /// Probability that a real target crossed, 0 ... 1.
  public var confidence: Float
  /// The track.
  public var track: TrackID
  /// Whether it is one of our own: a drone or patrol that told its place.
  public var isFriendly: Bool
  /// What is known of an aircraft that is not ours; its crossing is an event of another kind. `nil`
  /// for everything else.
  public var stranger: AirStranger?
  /// Own drone or patrol near the crossing, or `.none`.
  public var friendlyNearby: SensorID
  /// How many entries of `contributions` hold.
  public var contributionCount: UInt8
  /// The contributing sensors, by sensor id.
  public var contributions: InlineArray<16, Contribution>
  /// How many entries of `path` hold.
  public var pathCount: UInt8
  /// The way the target came, oldest first.
  public var path: InlineArray<24, PathPoint>

  /// A first version with nothing contributed yet.
  public init(
    identity: CrossingIdentity, direction: CrossingDirection, time: Instant, decided: Instant,
    clock: ClockMap, position: SIMD2<Double>, covariance: SIMD3<Double>, track: TrackID
  ) {
    self.identity = identity
    self.version = 1
    self.disposition = .reported
    self.direction = direction
    self.time = time
    self.timeSigma = 0
    self.decided = decided
    self.clock = clock
    self.position = position
    self.covariance = covariance
    self.velocity = .zero
    self.height = .nan
    self.classes = ClassScores.uninformative.normalised
    self.targetCount = 1
    self.targetCountMin = 1
    self.targetCountMax = 1
    self.confidence = 0
    self.track = track
    self.isFriendly = false
    self.stranger = nil
    self.friendlyNearby = .none
    self.contributionCount = 0
    self.contributions = InlineArray(
      repeating: Contribution(
        sensor: .none, count: 0, first: .distantPast, last: .distantPast, health: .ok))
    self.pathCount = 0
    self.path = InlineArray(repeating: PathPoint(time: .distantPast, position: .zero))
  }
}
