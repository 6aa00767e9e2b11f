/// What one run of a post said and what fusion took in it, for a comparison with another run.
public struct RunRecord: Sendable {
  /// An event as it was put on record.
  public struct Event: Sendable {
    /// The Feature, JSON as `Docs/schemas` tells it.
    public var data: [UInt8]
    /// When it happened, nanoseconds of the run's monotonic clock; `nil` when only the text is known.
    public var nanos: Int64?

    /// An event.
    public init(data: [UInt8], nanos: Int64? = nil) {
      self.data = data
      self.nanos = nanos
    }
  }

  /// The kinds of what a sensor can say; the raw value is the word for people.
  public enum Said: String, Sendable {
    /// A motion sensor turned active.
    case active
    /// A motion sensor turned inactive.
    case inactive
    /// A target in a picture.
    case detection
    /// All detections of a picture were told.
    case scanEnd = "end of a scan"
    /// A place of our own.
    case position
    /// A place of an aircraft that is not ours.
    case aircraft
    /// A change of health.
    case health
  }

  /// One thing that fusion took; of its values only a digest is kept.
  public struct Observation: Sendable, Equatable {
    /// The sample's own time, nanoseconds of the run's monotonic clock.
    public var nanos: Int64
    /// Place in `sensors`.
    public var sensor: Int
    /// What was said.
    public var said: Said
    /// Equal for equal values.
    public var digest: UInt64

    /// Something said by `sensor` at `nanos`.
    public init(nanos: Int64, sensor: Int, said: Said, digest: UInt64) {
      self.nanos = nanos
      self.sensor = sensor
      self.said = said
      self.digest = digest
    }
  }

  /// The run in words, e.g. `run.mcap under new.yaml`.
  public var name: String
  /// Hash of its configuration; empty when not known.
  public var configuration: String
  /// Software that decided; empty when not known.
  public var software: String
  /// Names of its sensors.
  public var sensors: [String]
  /// Its events, all versions, in their order.
  public var events: [Event]
  /// What fusion took, in that order; `nil` when only the events are known.
  public var observations: [Observation]?

  /// A run.
  public init(
    name: String, configuration: String = "", software: String = "", sensors: [String] = [],
    events: [Event] = [], observations: [Observation]? = nil
  ) {
    self.name = name
    self.configuration = configuration
    self.software = software
    self.sensors = sensors
    self.events = events
    self.observations = observations
  }
}
