import Model

/// Notices what happens to the wall clock: steps, and a time source that comes or goes.
struct ClockWatch {
  /// What happened between two looks.
  enum Change: Equatable {
    /// Wall time jumped by so many nanoseconds against the monotonic clock, forwards positive.
    case stepped(byNanos: Int64)
    /// It is `state` now; it was something else.
    case became(ClockState)
  }

  /// Smallest jump that is told, nanoseconds. Less is slewed: the kernel corrects at most 0.5 ms a
  /// second (adjtimex(2)), and ntpd steps from 128 ms on.
  static let stepNanosMin: Int64 = 100_000_000

  /// Steps so far.
  private(set) var steps: UInt64 = 0

  private var last: ClockMap?

  /// Compares `map`, just read, with the one of the look before; the first look tells nothing.
  mutating func look(_ map: ClockMap) -> [Change] {
    defer { last = map }
    guard let last else { return [] }
    var changes: [Change] = []
    let step = map.wall.unixNanos &- last.wallTime(at: map.instant).unixNanos
    if step.magnitude >= Self.stepNanosMin.magnitude {
      steps += 1
      changes.append(.stepped(byNanos: step))
    }
    if map.state != last.state { changes.append(.became(map.state)) }
    return changes
  }
}
