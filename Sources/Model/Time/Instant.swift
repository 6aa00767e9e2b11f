/// A moment on the kernel's monotonic clock, in nanoseconds: the only time the core reckons with.
///
/// It comes with the event from the kernel (GPIO edge, V4L2 buffer, serial read), never from a call
/// of the core's own. Range of use: 0 ... 2^63-1 (292 years after boot).
public struct Instant: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Nanoseconds of `CLOCK_MONOTONIC`.
  public var monotonicNanos: Int64

  /// The moment `monotonicNanos` after the clock's zero.
  public init(monotonicNanos: Int64) { self.monotonicNanos = monotonicNanos }

  /// Earlier than every real moment.
  public static let distantPast = Instant(monotonicNanos: .min / 2)

  /// The order of time.
  public static func < (a: Instant, b: Instant) -> Bool { a.monotonicNanos < b.monotonicNanos }

  /// The moment `nanos` later (earlier when negative).
  public func advanced(byNanos nanos: Int64) -> Instant {
    Instant(monotonicNanos: monotonicNanos &+ nanos)
  }

  /// Nanoseconds from `earlier` to this moment; negative when `earlier` is later.
  public func nanos(since earlier: Instant) -> Int64 { monotonicNanos &- earlier.monotonicNanos }

  /// Seconds from `earlier` to this moment.
  public func seconds(since earlier: Instant) -> Double { Double(nanos(since: earlier)) * 1e-9 }
}

/// A moment of Coordinated Universal Time, for people and partners; the core never orders by it.
public struct WallTime: Hashable, Comparable, BitwiseCopyable, Sendable {
  /// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX).
  public var unixNanos: Int64

  /// The moment `unixNanos` after the Unix epoch.
  public init(unixNanos: Int64) { self.unixNanos = unixNanos }

  /// The order of time.
  public static func < (a: WallTime, b: WallTime) -> Bool { a.unixNanos < b.unixNanos }
}
