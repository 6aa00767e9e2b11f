/// What a `GPIOReader` counted since its start.
public struct GPIOCounters: Sendable, Equatable, BitwiseCopyable {
  /// Edges handed on.
  public var edges: UInt64 = 0
  /// Edges made from a level that was read, after opening a line or after an overrun.
  public var edgesFromLevel: UInt64 = 0
  /// Edges known to be lost: two in the same direction one after the other.
  public var edgesMissed: UInt64 = 0
  /// Readings that found the kernel's queue of 16 events full: later edges may have been dropped.
  public var fullQueues: UInt64 = 0
  /// Edges whose kernel time lay in the future or before the last one's.
  public var timesReplaced: UInt64 = 0
  /// Chips opened.
  public var openings: UInt64 = 0
  /// Attempts to open a chip that failed.
  public var failedOpenings: UInt64 = 0

  /// Nothing counted yet.
  public init() {}
}
