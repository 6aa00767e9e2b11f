public import Model

/// What a capture that was cut out of a longer run holds of it, and why.
public struct CapturePart: Sendable, Equatable {
  /// Why it was cut out, in words: `cut`, `merge`, an event's id, a sensor's change of health.
  public var reason: String
  /// From when on it holds everything that was recorded.
  public var start: Instant
  /// Until when.
  public var end: Instant

  /// A part from `start` to `end`.
  public init(reason: String, start: Instant, end: Instant) {
    self.reason = reason
    self.start = start
    self.end = end
  }

  /// Keys of a header's record that tell of a part.
  static let keys = ["part", "part_start_ns", "part_end_ns"]

  var metadata: [(String, String)] {
    [
      ("part", reason), ("part_start_ns", "\(start.monotonicNanos)"),
      ("part_end_ns", "\(end.monotonicNanos)"),
    ]
  }

  init?(metadata: [String: String]) {
    guard let reason = metadata["part"],
      let start = metadata["part_start_ns"].flatMap({ Int64($0) }),
      let end = metadata["part_end_ns"].flatMap({ Int64($0) })
    else { return nil }
    self.init(
      reason: reason, start: Instant(monotonicNanos: start), end: Instant(monotonicNanos: end))
  }
}
