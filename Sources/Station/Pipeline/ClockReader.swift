import CThreads
import Devices
import Model

/// Reads both clocks together and asks how far UTC can be believed.
struct ClockReader {
  private var wasSynchronised = false

  /// The map that holds now.
  ///
  /// The monotonic clock is read before and after UTC; half the time between, and the kernel's own
  /// bound (`adjtimex` maxerror, adjtimex(2)), is the uncertainty.
  mutating func read() -> ClockMap {
    let before = MonotonicClock.now()
    let wall = vdt_wall_nanos()
    let after = MonotonicClock.now()
    let quality = ClockQuality.best(now: after)
    let width = after.nanos(since: before)
    wasSynchronised = wasSynchronised || quality.isSynchronised
    return ClockMap(
      instant: before.advanced(byNanos: width / 2),
      wall: WallTime(unixNanos: wall),
      uncertaintyNanos: quality.errorMicros * 1_000 + width / 2,
      state: quality.isSynchronised
        ? .synchronised : wasSynchronised ? .holdover : .unsynchronised)
  }
}
