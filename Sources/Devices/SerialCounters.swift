/// What a `SerialReader` counted since its start.
public struct SerialCounters: Sendable, Equatable, BitwiseCopyable {
  /// Bytes handed on.
  public var bytes: UInt64 = 0
  /// Chunks handed on.
  public var chunks: UInt64 = 0
  /// Times the port was opened.
  public var openings: UInt64 = 0
  /// Attempts to open it that failed.
  public var failedOpenings: UInt64 = 0
  /// Times an open port was lost.
  public var losses: UInt64 = 0
  /// Times the link fell silent.
  public var silences: UInt64 = 0
  /// Questions for the time that the port took.
  public var questions: UInt64 = 0
  /// Questions that it did not take as a whole.
  public var questionsDropped: UInt64 = 0

  /// Nothing counted yet.
  public init() {}
}
