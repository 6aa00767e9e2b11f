import Model

/// Notices that a thread stands still: its count of turns did not move for several seconds.
struct ProgressWatch {
  /// Time without progress that is too long, nanoseconds.
  private static let standstillNanosMax: Int64 = 5_000_000_000

  /// Looks so far, a second apart.
  var seconds = 0
  /// Samples that find no room.
  var overload = OverloadWatch()
  /// What the recorder dropped.
  var recorder = RecorderWatch()

  private var fusion: (turns: UInt64, movedAt: Instant)?
  private var ledger: (turns: UInt64, movedAt: Instant)?

  /// Whether both made progress lately: `turns` of each, read at `now`.
  ///
  /// Judged by the clock and not by the count of looks: after a reload that took long, the looks
  /// that were due meanwhile come all at once.
  mutating func look(fusion: UInt64, ledger: UInt64, now: Instant) -> Bool {
    Self.note(fusion, at: now, in: &self.fusion)
    Self.note(ledger, at: now, in: &self.ledger)
    return Self.isMoving(self.fusion, now) && Self.isMoving(self.ledger, now)
  }

  private static func note(
    _ turns: UInt64, at now: Instant, in last: inout (turns: UInt64, movedAt: Instant)?
  ) {
    if last?.turns != turns { last = (turns, now) }
  }

  private static func isMoving(_ last: (turns: UInt64, movedAt: Instant)?, _ now: Instant) -> Bool {
    last.map { now.nanos(since: $0.movedAt) < standstillNanosMax } ?? true
  }
}
