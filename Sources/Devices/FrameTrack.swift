import Model

/// What a reader remembers of the frames before: a pure function of what the driver says of them.
struct FrameTrack: BitwiseCopyable {
  /// The driver's number of the last frame, or `nil` before the first one.
  private(set) var lastSequence: UInt32?
  /// The time of the last frame.
  private(set) var lastTime = Instant.distantPast

  /// A stamp older than this is not the monotonic clock's, nanoseconds.
  static let ageNanosMax: Int64 = 5_000_000_000
  /// A jump of the driver's numbers by more than this is a new count, not a loss.
  static let gapMax: UInt32 = 10_000

  /// Frames that the driver numbered and never gave before number `sequence`.
  ///
  /// A number that repeats or falls says nothing: some drivers do not count.
  mutating func dropped(before sequence: UInt32) -> UInt32 {
    defer { lastSequence = sequence }
    guard let lastSequence, sequence != lastSequence else { return 0 }
    let gap = sequence &- lastSequence &- 1
    return gap <= Self.gapMax ? gap : 0
  }

  /// The frame's time: the driver's stamp if it is one of the monotonic clock that can be true,
  /// else the moment of dequeueing. Times never fall.
  mutating func time(
    stamp: Instant, isMonotonic: Bool, dequeuedAt now: Instant
  ) -> (time: Instant, isReplaced: Bool) {
    let isSound =
      isMonotonic && stamp <= now && now.nanos(since: stamp) <= Self.ageNanosMax
      && stamp >= lastTime
    lastTime = isSound ? stamp : max(now, lastTime)
    return (lastTime, !isSound)
  }

  /// The stream starts anew.
  mutating func restart() { lastSequence = nil }
}
