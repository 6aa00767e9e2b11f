public import Model

/// One step on the way to a decision: what an observation did to a track, or what a track lacked.
///
/// Frame: the post's local metric frame. A step tells the track as it is after it.
public struct FusionStep: BitwiseCopyable, Sendable, Equatable {
  /// What happened.
  public enum Action: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// An observation that fitted no track started this one.
    case began
    /// A detection with a place was taken in.
    case placed
    /// A detection of which only the direction is known was taken in.
    case directed
    /// A neighbour's detection hides it: two targets in one blob.
    case shared
    /// The onset of a motion sensor was taken in.
    case felt
    /// A motion sensor's output ended: its length tells a target from a glitch.
    case pulseEnded
    /// One of our own told its place.
    case told
    /// A scan that covered it showed nothing there.
    case missed
    /// An observation near it was not taken for its own: outside the gate, or another's.
    case refused
    /// It earned its confirmation.
    case confirmed
    /// Tested against a line: `probability` of the other side, of `needed`.
    case tested
    /// Its crossing was reported as an event.
    case reported
    /// Its crossing was not reported: `obstacle`.
    case withheld
    /// Another track, `other`, was found to be this one.
    case joined
    /// An event of it got a new version.
    case corrected
    /// An event of it was taken back.
    case retracted
    /// It ended: `obstacle`.
    case ended
  }

  /// What stood in the way.
  public enum Obstacle: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A crossing: the track was not confirmed.
    case unconfirmed
    /// A crossing: existence was below what a crossing needs now.
    case existence
    /// A crossing: it could not be decided for so long that it is let go.
    case stale
    /// A crossing: the path passed beyond an end of the line.
    case beyondEnd
    /// A crossing: it repeats one that was reported.
    case repetition
    /// An end: the odds of being a target fell too low.
    case odds
    /// An end: nothing hit it for too long.
    case silence
    /// An end: where it is became too uncertain.
    case spread
    /// An observation: outside of the gate.
    case gate
    /// An observation: it went to another track.
    case taken
  }

  /// Its place among all steps, from 1. A step takes the place of an earlier one with its number, and
  /// makes all with higher ones undone: then fusion took observations again, in a better order.
  public var number: UInt64 = 0
  /// What happened.
  public var action: Action
  /// What stood in the way, or `.none`.
  public var obstacle = Obstacle.none
  /// The track; 0 when there is none.
  public var track: TrackID
  /// The other track of `.joined` and of an observation that was `.taken`; 0 when there is none.
  public var other = TrackID(0)
  /// Whose observation it was, or `.none`.
  public var sensor = SensorID.none
  /// The line of `.tested`, `.reported` and `.withheld`.
  public var line = LineID(0)
  /// The moment that it is about: an observation's own time.
  public var time: Instant
  /// When fusion did it.
  public var arrival: Instant
  /// Squared Mahalanobis distance of the observation from the track; NaN when there is none.
  public var distanceSquared = Double.nan
  /// What `distanceSquared` must be below; NaN when there is none.
  public var gate = Double.nan
  /// Probability that the track is on the other side of the line (`.tested`), that it exists
  /// (`.reported`, `.withheld`), that the detection is the track's (`.placed`, `.directed`); NaN
  /// elsewhere.
  public var probability = Double.nan
  /// What `probability` must reach; 0 when it need not, NaN without it.
  public var needed = Double.nan
  /// Log-odds of existence before.
  public var logOddsBefore = 0.0
  /// Log-odds of existence after.
  public var logOdds = 0.0
  /// How much of what confirms a track it has: 1 is enough.
  public var initiation = 0.0
  /// Whether it is confirmed.
  public var isConfirmed = false
  /// Metres east and north at `stateTime`.
  public var position = SIMD2<Double>.zero
  /// Largest standard deviation of `position`, metres.
  public var sigma = 0.0
  /// Metres per second east and north.
  public var velocity = SIMD2<Double>.zero
  /// When the track was at `position`.
  public var stateTime: Instant

  /// A step of `track`.
  init(_ action: Action, track: TrackID, time: Instant, arrival: Instant) {
    self.action = action
    self.track = track
    self.time = time
    self.arrival = arrival
    stateTime = time
  }
}
