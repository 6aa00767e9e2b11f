import CGPIOD  // The first headers of this target to declare timespec.
import Glibc
public import Model

/// The kernel's monotonic clock, on which every raw sample is stamped.
public enum MonotonicClock {
  /// The present moment of `CLOCK_MONOTONIC`; about 20 ns (vDSO), no system call.
  public static func now() -> Instant {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(monotonicNanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
