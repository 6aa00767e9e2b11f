import Devices
import Model

/// Reads the post's clock for one link's judge of signatures.
struct SigningClockReader {
  private var clock = ClockReader()
  private var time = SigningTime()
  private var nextLook = Instant.distantPast

  /// The time to begin with, in steps of ten microseconds.
  mutating func begin() -> UInt64 { time.look(clock.read()) ?? 0 }

  /// What is to be told at `now`; `nil` when there is nothing new. Reads the clock once a second.
  mutating func time(at now: Instant) -> UInt64? {
    guard now >= nextLook else { return nil }
    nextLook = now.advanced(byNanos: SigningTime.lookNanos)
    return time.look(clock.read())
  }
}
