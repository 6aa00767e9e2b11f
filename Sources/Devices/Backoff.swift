public import Model

/// When a device that failed is tried again: a pure function of the moments it is told.
///
/// The delay doubles from 0.25 s to 8 s, without random part, so that a capture of a fault replays
/// alike. A device that worked for 10 s starts at 0.25 s again. Whatever happens, at most 16
/// attempts fall into any 60 s: a device that comes and goes is left alone until the window has
/// passed.
public struct Backoff: BitwiseCopyable, Sendable {
  /// Delay after the first failure, nanoseconds.
  public static let firstDelayNanos: Int64 = 250_000_000
  /// Longest delay between two attempts by doubling, nanoseconds.
  public static let delayNanosMax: Int64 = 8_000_000_000
  /// A device that worked so long is no longer suspect, nanoseconds.
  public static let stableNanosMin: Int64 = 10_000_000_000
  /// Attempts allowed in a window.
  public static let attemptsMax = 16
  /// Length of the window, nanoseconds.
  public static let windowNanos: Int64 = 60_000_000_000

  /// The moment before which no attempt is due.
  public private(set) var nextAttempt = Instant.distantPast
  private var delayNanos = Backoff.firstDelayNanos
  private var openedAt = Instant.distantPast
  // The last 16 attempts in a circle; `oldest` is overwritten next.
  private var attempts = InlineArray<16, Instant>(repeating: .distantPast)
  private var oldest = 0

  /// A device that was never tried: due at once.
  public init() {}

  /// Whether an attempt may be made at `now`.
  public func isDue(at now: Instant) -> Bool { now >= nextAttempt }

  /// Whether the budget of attempts, not the doubled delay, decides when the next one is due.
  public var isHeldByBudget: Bool { nextAttempt == windowEnd }

  /// An attempt at `now` failed.
  public mutating func attemptFailed(at now: Instant) {
    record(now)
    schedule(after: now)
  }

  /// An attempt at `now` succeeded.
  public mutating func attemptSucceeded(at now: Instant) {
    record(now)
    openedAt = now
  }

  /// The device that was open failed at `now`.
  public mutating func lost(at now: Instant) {
    if now.nanos(since: openedAt) >= Self.stableNanosMin { delayNanos = Self.firstDelayNanos }
    schedule(after: now)
  }

  private var windowEnd: Instant {
    attempts[oldest] == .distantPast
      ? .distantPast : attempts[oldest].advanced(byNanos: Self.windowNanos)
  }

  private mutating func record(_ now: Instant) {
    attempts[oldest] = now
    oldest = (oldest + 1) % Self.attemptsMax
  }

  private mutating func schedule(after now: Instant) {
    nextAttempt = max(now.advanced(byNanos: delayNanos), windowEnd)
    delayNanos = min(delayNanos * 2, Self.delayNanosMax)
  }
}
