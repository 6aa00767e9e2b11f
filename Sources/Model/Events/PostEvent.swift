/// Everything the post can put on record, in fixed size for the ring from fusion to the ledger.
public enum PostEvent: BitwiseCopyable, Sendable {
  /// A target crossed a line, or a correction or retraction of that.
  case crossing(CrossingEvent)
  /// A sensor's health changed.
  case health(SensorHealthEvent)
  /// The post itself: started, stopping, heartbeat, configuration changed.
  case status(PostStatusEvent)
}

/// A sensor's health changed.
public struct SensorHealthEvent: BitwiseCopyable, Sendable, Equatable {
  /// What was noticed.
  public var report: HealthReport
  /// Source of the observation that told it.
  public var source: SourceID
  /// Its sequence within the source: (source, sequence) names the event.
  public var sequence: UInt64
  /// The clock map in force.
  public var clock: ClockMap

  /// A change told by observation `sequence` of `source`.
  public init(report: HealthReport, source: SourceID, sequence: UInt64, clock: ClockMap) {
    self.report = report
    self.source = source
    self.sequence = sequence
    self.clock = clock
  }
}

/// What the post says of itself.
public struct PostStatusEvent: BitwiseCopyable, Sendable, Equatable {
  /// What happened.
  public enum Kind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// The daemon is up and takes samples.
    case started = 0
    /// It drains and ends.
    case stopping = 1
    /// A new configuration is in force.
    case configurationChanged = 2
    /// All is well; the counters of the metrics tell more.
    case heartbeat = 3
    /// Samples were dropped.
    case overload = 4
    /// The wall clock was stepped: `clockStepNanos` says how far. Order and numbers stay.
    case clockStepped = 5
    /// A time source took hold of the clock, or let it go: the clock's state says which.
    case clockStateChanged = 6

    /// The word on the wire.
    public var name: StaticString {
      switch self {
      case .started: "started"
      case .stopping: "stopping"
      case .configurationChanged: "configuration_changed"
      case .heartbeat: "heartbeat"
      case .overload: "overload"
      case .clockStepped: "clock_stepped"
      case .clockStateChanged: "clock_state_changed"
      }
    }
  }

  /// What happened.
  public var kind: Kind
  /// When.
  public var time: Instant
  /// The clock map in force.
  public var clock: ClockMap
  /// Count of status events of this run from 1.
  public var ordinal: UInt64
  /// Sensors that do not deliver.
  public var sensorsLost: UInt16
  /// Samples dropped since the start.
  public var samplesDropped: UInt64
  /// How far the wall clock was stepped, nanoseconds, forwards positive; 0 unless `kind` is
  /// `clockStepped`.
  public var clockStepNanos: Int64

  /// A word on the post's state.
  public init(
    kind: Kind, time: Instant, clock: ClockMap, ordinal: UInt64, sensorsLost: UInt16 = 0,
    samplesDropped: UInt64 = 0, clockStepNanos: Int64 = 0
  ) {
    self.kind = kind
    self.time = time
    self.clock = clock
    self.ordinal = ordinal
    self.sensorsLost = sensorsLost
    self.samplesDropped = samplesDropped
    self.clockStepNanos = clockStepNanos
  }
}
