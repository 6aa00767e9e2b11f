public import Model

/// One record of a capture, as a replay needs it.
public enum CaptureItem: Sendable, Equatable {
  /// An edge of a GPIO line.
  case edge(GPIOEdge, source: SourceID)
  /// A frame; its bytes are the record's payload.
  case frame(FrameHeader, source: SourceID)
  /// Bytes of a serial link as they were read at once; they are the record's payload.
  case bytes(at: Instant, source: SourceID)
  /// A change of health that a source noticed.
  case health(HealthReport, source: SourceID)
  /// A tick of the post's clock.
  case clock(ClockMap)
  /// Fusion took an observation: which one and when. The order of these is fusion's order.
  case arrival(CapturedArrival)
  /// An event as it was put on record; its JSON is the record's payload.
  case event(at: Instant)
}

/// Which observation fusion took, and when: with the raw samples that is all a replay needs.
public struct CapturedArrival: BitwiseCopyable, Sendable, Equatable {
  /// When fusion took it.
  public var time: Instant
  /// The source it came from.
  public var source: SourceID
  /// Its count within the source, from 1.
  public var sequence: UInt64

  /// Observation `sequence` of `source`, taken at `time`.
  public init(time: Instant, source: SourceID, sequence: UInt64) {
    self.time = time
    self.source = source
    self.sequence = sequence
  }
}
