import CV4L2
public import Model

/// The kernel's monotonic clock, on which every raw sample is stamped.
public enum MonotonicClock {
  /// The present moment of `CLOCK_MONOTONIC`; about 20 ns (vDSO), no system call.
  public static func now() -> Instant { Instant(monotonicNanos: vdt_monotonic_nanos()) }
}
