import Model

/// The health of a reader's sensors and the changes not yet fetched, in storage made once.
struct HealthBook {
  private var sensors: [SensorID]
  private var states: [(state: HealthState, reason: HealthReason)?]
  private var queue: [HealthReport]
  private var first = 0
  private var count = 0
  /// Changes that nobody fetched in time: the oldest make room.
  private(set) var overwritten = 0

  /// Nothing known yet of `sensors`; room for 8 changes of each.
  init(sensors: [SensorID]) {
    self.sensors = sensors
    self.states = Array(repeating: nil, count: sensors.count)
    let blank = HealthReport(
      sensor: .none, state: .ok, reason: .delivering, time: Instant(monotonicNanos: 0))
    self.queue = Array(repeating: blank, count: max(8, sensors.count * 8))
  }

  /// Notes the health of the sensor at `place` in the list; a report is queued when it changed.
  mutating func note(
    _ place: Int, _ state: HealthState, _ reason: HealthReason, systemError: Int32 = 0,
    at now: Instant
  ) {
    if let known = states[place] {
      if known.state == state, known.reason == reason { return }
      // What went away and is not there yet is still what went away.
      if known.reason == .deviceGone, reason == .deviceAbsent { return }
    }
    states[place] = (state, reason)
    add(place, state, reason, systemError, now)
  }

  /// Tells the health of the sensor at `place` once more if it is well, though nothing changed:
  /// perception may have judged it worse in the meantime and cannot know that time passes.
  mutating func renewIfOK(_ place: Int, at now: Instant) {
    guard let known = states[place], known.state == .ok else { return }
    add(place, known.state, known.reason, 0, now)
  }

  private mutating func add(
    _ place: Int, _ state: HealthState, _ reason: HealthReason, _ systemError: Int32,
    _ now: Instant
  ) {
    if count == queue.count {
      first = (first + 1) % queue.count
      count -= 1
      overwritten += 1
    }
    queue[(first + count) % queue.count] = HealthReport(
      sensor: sensors[place], state: state, reason: reason, systemError: systemError, time: now)
    count += 1
  }

  /// Notes the same for all sensors.
  mutating func noteAll(
    _ state: HealthState, _ reason: HealthReason, systemError: Int32 = 0, at now: Instant
  ) {
    for place in sensors.indices { note(place, state, reason, systemError: systemError, at: now) }
  }

  /// What is known of the sensor at `place`.
  func state(of place: Int) -> HealthState? { states[place]?.state }

  /// The oldest change not yet fetched.
  mutating func next() -> HealthReport? {
    guard count > 0 else { return nil }
    defer {
      first = (first + 1) % queue.count
      count -= 1
    }
    return queue[first]
  }
}
