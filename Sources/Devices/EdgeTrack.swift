import Model

/// What a reader remembers of one line to keep its edges in order and to notice lost ones: a pure
/// function of the edges.
struct EdgeTrack: BitwiseCopyable {
  /// The level after the last edge handed on; `nil` when the consumer cannot know it.
  private(set) var level: Bool?
  /// The time of the last edge handed on.
  private(set) var lastTime = Instant.distantPast
  /// The moment until which the line counts as overrun; `nil` when it does not.
  private(set) var overrunUntil: Instant?

  /// How long a line stays marked after its queue in the kernel was full, nanoseconds.
  static let overrunNanos: Int64 = 10_000_000_000

  /// A line that is taken to be at rest: the consumer believes so before the first edge.
  init(restLevel: Bool) { level = restLevel }

  /// What to hand on for an edge.
  struct Verdict: Equatable {
    /// The edge's time, made sound.
    var time: Instant
    /// Whether the kernel's time could not be used.
    var isTimeReplaced: Bool
    /// Whether the edge before it must have been lost: twice the same direction.
    var isEdgeMissing: Bool
  }

  /// Takes an edge the kernel stamped with `time`, read at `now`.
  ///
  /// An edge never lies in the future and never before the last one of its line. A time in the
  /// future is what kernels before 5.7 give (wall clock).
  mutating func take(isRising: Bool, time: Instant, readAt now: Instant) -> Verdict {
    let sound = min(max(time, lastTime), max(now, lastTime))
    let verdict = Verdict(
      time: sound, isTimeReplaced: sound != time, isEdgeMissing: level == isRising)
    level = isRising
    lastTime = sound
    return verdict
  }

  /// The consumer was told that the line is lost: whatever level it has later is news.
  mutating func forget() { level = nil }

  /// A full batch was read at `now`: the kernel may have dropped edges.
  mutating func markOverrun(at now: Instant) {
    overrunUntil = now.advanced(byNanos: Self.overrunNanos)
  }

  /// Whether the mark of an overrun ends at `now`; takes it away.
  mutating func endsOverrun(at now: Instant) -> Bool {
    guard let end = overrunUntil, now >= end else { return false }
    overrunUntil = nil
    return true
  }
}
