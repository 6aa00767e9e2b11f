import CThreads
import Devices
import Glibc
import Model

/// Reads both clocks together and asks the kernel how far UTC can be believed.
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
    var maximumErrorMicros = 0
    let status = unsafe vdt_clock_quality(&maximumErrorMicros)
    let width = after.nanos(since: before)
    let isSynchronised = status >= 0 && status != TIME_ERROR
    wasSynchronised = wasSynchronised || isSynchronised
    return ClockMap(
      instant: before.advanced(byNanos: width / 2),
      wall: WallTime(unixNanos: wall),
      uncertaintyNanos: Int64(max(0, maximumErrorMicros)) * 1_000 + width / 2,
      state: isSynchronised ? .synchronised : wasSynchronised ? .holdover : .unsynchronised)
  }
}
