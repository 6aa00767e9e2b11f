/// What a detector has done since its start.
public struct DetectorCounters: BitwiseCopyable, Sendable, Equatable {
  /// Frames taken.
  public var frames: UInt64 = 0
  /// Frames without a verdict `ok`.
  public var framesWithoutScan: UInt64 = 0
  /// Blobs told.
  public var blobs: UInt64 = 0
  /// Components that were taken for the place that something left, a component a frame.
  public var ghosts: UInt64 = 0
  /// Changes of the whole scene.
  public var sceneChanges: UInt64 = 0
  /// Frames that were shifted back: the camera shook.
  public var shaken: UInt64 = 0
  /// Times that the camera was found to look elsewhere for good.
  public var moves: UInt64 = 0
  /// Times that the background was made brighter or darker as a whole.
  public var gainSteps: UInt64 = 0
  /// Runs, components and candidates that a bounded table had no room for.
  public var overflows: UInt64 = 0

  /// All zero.
  public init() {}
}
