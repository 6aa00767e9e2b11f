/// An observation with the moment at which fusion took it: the whole input of fusion.
///
/// The order of arrivals is part of a capture; fusion is a pure function of the arrivals.
public struct Arrival: BitwiseCopyable, Sendable {
  /// When fusion took it, on the monotonic clock; never decreases from one arrival to the next.
  public var time: Instant
  /// What arrived.
  public var observation: Observation

  /// `observation`, taken at `time`.
  public init(time: Instant, observation: Observation) {
    self.time = time
    self.observation = observation
  }
}
