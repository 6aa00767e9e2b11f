public import Model

/// What a stretch of the flight recorder is kept for: an event, or a change of a sensor's health.
public struct FlightTrigger: Sendable, Equatable {
  /// A picture that belongs to it.
  public struct Picture: Sendable, Equatable {
    /// Name of the camera.
    public var camera: String
    /// Time of the observation that it contributed.
    public var time: Instant

    /// The camera's picture of `time`.
    public init(camera: String, time: Instant) {
      self.camera = camera
      self.time = time
    }
  }

  /// The event's id, or `health-` with the sensor's name.
  public var name: String
  /// When it happened.
  public var time: Instant
  /// Pictures that are kept beside the capture, one a camera.
  public var pictures: [Picture]

  /// A trigger.
  public init(name: String, time: Instant, pictures: [Picture] = []) {
    self.name = name
    self.time = time
    self.pictures = pictures
  }
}

/// A stretch of time that is kept, and what for.
public struct FlightWindow: Sendable, Equatable {
  /// Its beginning.
  public internal(set) var start: Instant
  /// Its end.
  public internal(set) var end: Instant
  /// What it is kept for, in the order in which it was told; never empty.
  public internal(set) var triggers: [FlightTrigger]
}
