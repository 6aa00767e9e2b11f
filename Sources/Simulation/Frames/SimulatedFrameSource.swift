public import Model

/// The pictures of one camera of a site while a scenario runs: 8-bit luma, whatever format the
/// camera is configured for, in its width, height and frame rate.
///
/// In real time, frames that nobody fetches are dropped, as a driver with four buffers does, and
/// leave a gap in the sequence. No allocation after `init`.
public struct SimulatedFrameSource: ~Copyable, FrameSource {
  /// Frames that wait at most.
  static let lagFramesMax = 4

  private let scenario: Scenario
  private let sensor: SensorID
  private var timeline: SampleTimeline
  private var health: OpeningHealth
  private var painter: FramePainter

  /// A source of `sensor`'s pictures that ends after `durationSeconds`, or never.
  ///
  /// Programmer error if `sensor` is no camera of the site.
  public init(
    scenario: Scenario, site: Site, sensor: SensorID, pace: Pace, durationSeconds: Double? = nil
  ) {
    guard let camera = site.sensors[sensor.index].camera else {
      preconditionFailure("sensor \(sensor.index) of the site is no camera")
    }
    precondition(camera.framesPerSecond > 0, "a camera's frame rate must be positive")
    self.scenario = scenario
    self.sensor = sensor
    timeline = SampleTimeline(
      pace: pace, intervalNanos: 1e9 / camera.framesPerSecond, firstIndex: 0,
      durationSeconds: durationSeconds)
    health = OpeningHealth(sensors: [sensor], start: pace.start)
    painter = FramePainter(
      camera: camera, place: site.sensors[sensor.index].place, sensor: sensor, scenario: scenario)
  }

  /// Once: the camera delivers.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` for the next frame and lends it to `body`.
  public mutating func read(
    timeoutMilliseconds: Int32, _ body: (FrameHeader, RawSpan) -> Void
  ) -> SourceReading {
    timeline.skipOverdue(lag: Self.lagFramesMax)
    let horizon = timeline.horizon(timeoutMilliseconds: timeoutMilliseconds)
    if let reading = timeline.pause(until: horizon) { return reading }
    timeline.wait(until: timeline.due)
    painter.draw(frame: timeline.index, seconds: timeline.seconds, scenario: scenario)
    let header = FrameHeader(
      sensor: sensor, sequence: UInt32(truncatingIfNeeded: timeline.index), time: timeline.due,
      width: Int32(painter.width), height: Int32(painter.height), stride: Int32(painter.width),
      format: .grey)
    body(header, unsafe painter.picture.span.bytes)
    timeline.advance()
    return .samples(1)
  }
}
