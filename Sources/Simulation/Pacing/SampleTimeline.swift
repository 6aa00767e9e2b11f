import Glibc
import Model

/// The moments at which a source gives samples: every `intervalNanos` from the start to the end of
/// the simulation, waited for or not as the pace says.
struct SampleTimeline {
  /// Longest simulation, seconds: 30 years, far within `Instant`.
  static let secondsMax = 1e9

  let pace: Pace
  let intervalNanos: Double
  /// Number of the next moment.
  private(set) var index: Int
  private let end: Instant?

  init(pace: Pace, intervalNanos: Double, firstIndex: Int, durationSeconds: Double?) {
    precondition(intervalNanos >= 1, "samples must be at least a nanosecond apart")
    self.pace = pace
    self.intervalNanos = intervalNanos
    index = firstIndex
    end = durationSeconds.map { seconds in
      pace.start.advanced(byNanos: Int64(min(max(seconds, 0), Self.secondsMax) * 1e9))
    }
  }

  /// The moment of the next sample.
  var due: Instant {
    pace.start.advanced(byNanos: Int64((Double(index) * intervalNanos).rounded()))
  }

  /// Seconds from the start to the next sample.
  var seconds: Double { Double(index) * intervalNanos * 1e-9 }

  /// Until when a read with this timeout may look: from now on, or from the next sample where no
  /// time passes.
  func horizon(timeoutMilliseconds: Int32) -> Instant {
    let from: Instant
    switch pace {
    case .realTime: from = Self.now()
    case .immediate: from = due
    }
    return from.advanced(byNanos: Int64(max(timeoutMilliseconds, 0)) * 1_000_000)
  }

  /// What a read should give instead of the next sample, after having waited: `nil` if that sample
  /// comes before the horizon and the end.
  func pause(until horizon: Instant) -> SourceReading? {
    if let end, due >= end {
      wait(until: min(end, horizon))
      return end <= horizon ? .ended : .quiet
    }
    guard due > horizon else { return nil }
    wait(until: horizon)
    return .quiet
  }

  /// Goes on to the next moment.
  mutating func advance() { index += 1 }

  /// Leaves out the samples that have been due for longer than `lag` samples, as a driver does
  /// whose buffers nobody fetches.
  mutating func skipOverdue(lag: Int) {
    guard case .realTime = pace else { return }
    let behind = Double(Self.now().nanos(since: due)) / intervalNanos
    if behind > Double(lag) { index += Int(behind) }
  }

  /// Waits for `moment` if the pace is real time.
  func wait(until moment: Instant) {
    guard case .realTime = pace, moment > Self.now() else { return }
    var time = timespec(
      tv_sec: Int(moment.monotonicNanos / 1_000_000_000),
      tv_nsec: Int(moment.monotonicNanos % 1_000_000_000))
    // An absolute time, so that a signal does not prolong the wait.
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil) == EINTR {}
  }

  private static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(monotonicNanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
