import Glibc

/// The instant at which a wait gives up, on the kernel's monotonic clock.
struct MonotonicDeadline {
  private let nanos: Int64

  /// The instant `milliseconds` from now; 0 is now. Range: 0 ... 2,147,483,647 (24 days).
  init(inMilliseconds milliseconds: Int) {
    precondition(
      milliseconds >= 0 && milliseconds <= Int(CInt.max),
      "A wait lasts 0 ... \(CInt.max) ms, not \(milliseconds).")
    nanos = Self.now() + Int64(milliseconds) * 1_000_000
  }

  /// Whether the instant is here or gone.
  var hasPassed: Bool { Self.now() >= nanos }

  /// Time left, rounded up so that a sleep does not end early; 0 when the instant has passed.
  var millisecondsLeft: CInt { CInt(max(0, (nanos - Self.now() + 999_999) / 1_000_000)) }

  private static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
