public import Model

/// When a simulated source hands its samples over; their times are `start` plus the scenario's
/// either way.
public enum Pace: Sendable, Equatable {
  /// Each when it is due on the monotonic clock, as a device would.
  case realTime(start: Instant)
  /// As fast as they are asked for.
  case immediate(start: Instant)

  /// The moment at which the scenario begins.
  public var start: Instant {
    switch self {
    case .realTime(let start), .immediate(let start): start
    }
  }
}
