/// What one call of a source brought.
public enum SourceReading: Equatable, Sendable, BitwiseCopyable {
  /// That many samples, at least one.
  case samples(Int)
  /// Nothing within the timeout; the caller looks at its own duties and calls again.
  case quiet
  /// The source has no more and never will have (a replay or a simulation that ended).
  case ended
}

/// Whatever stands behind raw samples: a device of the running kernel, a capture or a simulation.
///
/// Called by one thread, its owner. Health changes are fetched after every read and never block.
public protocol SampleSource: ~Copyable {
  /// The next change of health that was noticed since the last call, oldest first.
  mutating func nextHealth() -> HealthReport?
}

/// Edges of all GPIO lines of the post.
public protocol EdgeSource: SampleSource, ~Copyable {
  /// Waits at most `timeoutMilliseconds` and hands the edges that came to `body` in time order per
  /// line.
  mutating func read(timeoutMilliseconds: Int32, _ body: (GPIOEdge) -> Void) -> SourceReading
}

/// Frames of one camera.
public protocol FrameSource: SampleSource, ~Copyable {
  /// Waits at most `timeoutMilliseconds` for a frame and lends its bytes to `body` where they lie:
  /// the span is valid during the call only.
  mutating func read(
    timeoutMilliseconds: Int32, _ body: (FrameHeader, RawSpan) -> Void
  ) -> SourceReading
}

/// Bytes of one serial link.
public protocol ByteSource: SampleSource, ~Copyable {
  /// Waits at most `timeoutMilliseconds` for bytes and lends them to `body` with the moment at which
  /// they were read. One call of `body` a chunk, a chunk is at most 4,096 bytes.
  mutating func read(timeoutMilliseconds: Int32, _ body: (Instant, RawSpan) -> Void)
    -> SourceReading
}
