/// What a `CameraReader` counted since its start.
public struct CameraCounters: Sendable, Equatable, BitwiseCopyable {
  /// Frames handed on.
  public var frames: UInt64 = 0
  /// Frames given back unread because newer ones were waiting.
  public var framesSkipped: UInt64 = 0
  /// Frames that the driver numbered and never gave.
  public var framesDropped: UInt64 = 0
  /// Frames handed on though the driver flagged them as damaged.
  public var framesDamaged: UInt64 = 0
  /// Frames not handed on because they were shorter than a picture.
  public var framesTruncated: UInt64 = 0
  /// Frames whose driver's stamp could not be used.
  public var timesReplaced: UInt64 = 0
  /// Times the camera was opened.
  public var openings: UInt64 = 0
  /// Attempts to open it that failed.
  public var failedOpenings: UInt64 = 0

  /// Nothing counted yet.
  public init() {}
}
