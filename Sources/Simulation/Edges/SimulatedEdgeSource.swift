public import Model

/// The edges of all motion sensors of a site while a scenario runs.
///
/// Every sensor is looked at a hundred times a second. Since a look needs nothing but the time, a
/// read looks ahead to the next edge and then waits once. No allocation after `init`.
public struct SimulatedEdgeSource: ~Copyable, EdgeSource {
  /// Time between two looks, nanoseconds.
  static let tickNanos: Int64 = 10_000_000

  private let scenario: Scenario
  private var timeline: SampleTimeline
  private var health: OpeningHealth
  private var outputs: [MotionOutput] = []
  private var states: [Actor.State?]
  private var edges: [GPIOEdge] = []

  /// A source that ends after `durationSeconds`, or never.
  public init(scenario: Scenario, site: Site, pace: Pace, durationSeconds: Double? = nil) {
    self.scenario = scenario
    timeline = SampleTimeline(
      pace: pace, intervalNanos: Double(Self.tickNanos), firstIndex: 1,
      durationSeconds: durationSeconds)
    var sensors: [SensorID] = []
    for (index, sensor) in site.sensors.enumerated() {
      guard let motion = sensor.motion else { continue }
      sensors.append(SensorID(UInt16(index)))
      outputs.append(
        MotionOutput(
          id: SensorID(UInt16(index)), sensor: sensor, motion: motion, seed: scenario.seed,
          tickNanos: Self.tickNanos))
    }
    health = OpeningHealth(sensors: sensors, start: pace.start)
    states = Array(repeating: nil, count: scenario.actors.count)
    edges.reserveCapacity(outputs.count * MotionOutput.edgesMax)
  }

  /// Once for each sensor: it delivers.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` (of the scenario's time when the pace is immediate) for
  /// the next edges and hands them to `body`.
  public mutating func read(
    timeoutMilliseconds: Int32, _ body: (GPIOEdge) -> Void
  ) -> SourceReading {
    let horizon = timeline.horizon(timeoutMilliseconds: timeoutMilliseconds)
    while true {
      if let reading = timeline.pause(until: horizon) { return reading }
      look()
      let due = timeline.due
      timeline.advance()
      guard !edges.isEmpty else { continue }
      timeline.wait(until: due)
      for edge in edges { body(edge) }
      return .samples(edges.count)
    }
  }

  private mutating func look() {
    edges.removeAll(keepingCapacity: true)
    for index in states.indices {
      states[index] = scenario.state(of: index, at: timeline.seconds)
    }
    for index in outputs.indices {
      var hasMotion = false
      for (actor, state) in states.enumerated() {
        guard let state, !hasMotion else { continue }
        hasMotion = outputs[index].reach.notices(state, kind: scenario.actors[actor].kind)
      }
      outputs[index].look(
        tick: timeline.index, nanos: Int64(timeline.index) * Self.tickNanos,
        tickNanos: Self.tickNanos, hasMotion: hasMotion, start: timeline.pace.start, into: &edges)
    }
  }
}
