/// How far the post's UTC can be believed.
public enum ClockState: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// The kernel's clock is disciplined by a time source (`adjtimex` state is not TIME_ERROR).
  case synchronised = 0
  /// It was disciplined earlier in this run and is running free since.
  case holdover = 1
  /// It never was.
  case unsynchronised = 2

  /// The word on the wire.
  public var name: StaticString {
    switch self {
    case .synchronised: "synchronised"
    case .holdover: "holdover"
    case .unsynchronised: "unsynchronised"
    }
  }
}

/// The map from the monotonic clock to UTC at one moment, with its quality.
///
/// A step of the wall clock changes the map, never the order of events. Captures record every map,
/// so a replay gives the same UTC.
public struct ClockMap: BitwiseCopyable, Sendable, Equatable {
  /// The moment at which both clocks were read.
  public var instant: Instant
  /// UTC at `instant`.
  public var wall: WallTime
  /// Half width of the interval around `wall` that holds true UTC, in nanoseconds
  /// (`adjtimex` maxerror, plus the width of the reading).
  public var uncertaintyNanos: Int64
  /// What disciplines the clock.
  public var state: ClockState

  /// A map that holds at `instant`.
  public init(instant: Instant, wall: WallTime, uncertaintyNanos: Int64, state: ClockState) {
    self.instant = instant
    self.wall = wall
    self.uncertaintyNanos = uncertaintyNanos
    self.state = state
  }

  /// UTC at `moment` by this map.
  public func wallTime(at moment: Instant) -> WallTime {
    WallTime(unixNanos: wall.unixNanos &+ moment.nanos(since: instant))
  }
}
