/// What a `MotionPerception` has done since its start.
public struct MotionCounters: PerceptionCounters {
  /// Edges taken.
  public var edges: UInt64 = 0
  /// Onsets told.
  public var onsets: UInt64 = 0
  /// Edges taken for contact bounce.
  public var bounces: UInt64 = 0
  /// Activations within the hold time of the one before: the same motion.
  public var retriggers: UInt64 = 0
  /// Edges ignored because their line chattered.
  public var chatter: UInt64 = 0
  /// Edges of sensors that are not motion sensors of the site.
  public var unknownSensors: UInt64 = 0

  /// All zero.
  public init() {}

  /// Names in the order of the properties.
  public static let names: [StaticString] = [
    "edges_total", "onsets_total", "bounces_total", "retriggers_total", "chatter_total",
    "unknown_sensors_total",
  ]

  /// Calls `body` with each counter.
  public func forEach(_ body: (Int, UInt64) -> Void) {
    body(0, edges)
    body(1, onsets)
    body(2, bounces)
    body(3, retriggers)
    body(4, chatter)
    body(5, unknownSensors)
  }
}
