/// What was received from one (system, component).
public struct SenderStatistics: Hashable, BitwiseCopyable, Sendable {
  /// The sending system.
  public var systemID: UInt8
  /// The sending component.
  public var componentID: UInt8
  /// The running number of its latest frame.
  public var lastSequence: UInt8
  /// Valid frames from it.
  public var frames: UInt64
  /// Times that its running number was not the next one.
  public var sequenceGaps: UInt64
  /// Frames missing by its running numbers, at most 254 per gap. A restarted sender counts as a gap.
  public var framesLost: UInt64
}
