public import Captures
public import Fusion
public import Model

/// Who watches a replay while it runs: a terminal, a film. Nothing it does changes what the replay
/// decides; all calls come from the thread that replays.
public protocol ReplayAudience: AnyObject {
  /// Asked before each record: the moment as of which it wants the confirmed tracks, or nothing.
  func tracksWanted(before item: CaptureItem, recorded: Instant) -> Instant?

  /// The tracks that were wanted, in the order of their places.
  func show(_ tracks: [TrackSnapshot], at moment: Instant)

  /// Returns when the record made at `recorded` may be taken, `seconds` after the replay's first;
  /// false ends the replay before it.
  func admit(_ recorded: Instant, seconds: Double) -> Bool

  /// A raw sample before perception takes it; `payload` holds the bytes of frames and chunks.
  func sampled(_ item: CaptureItem, _ payload: RawSpan)

  /// What fusion takes, before it decides.
  func heard(_ arrival: Arrival)

  /// An event with its text.
  func decided(_ event: PostEvent, _ payload: RawSpan)
}

extension ReplayAudience {
  /// No tracks are wanted.
  public func tracksWanted(before item: CaptureItem, recorded: Instant) -> Instant? { nil }
  /// Tracks are not looked at.
  public func show(_ tracks: [TrackSnapshot], at moment: Instant) {}
  /// Samples are not looked at.
  public func sampled(_ item: CaptureItem, _ payload: RawSpan) {}
  /// Observations are not looked at.
  public func heard(_ arrival: Arrival) {}
  /// Events are not looked at.
  public func decided(_ event: PostEvent, _ payload: RawSpan) {}
}
