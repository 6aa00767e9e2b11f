import Model

/// What a simulated source says of its sensors: once, at the start, that each delivers.
struct OpeningHealth {
  private let sensors: [SensorID]
  private let start: Instant
  private var told = 0

  init(sensors: [SensorID], start: Instant) {
    self.sensors = sensors
    self.start = start
  }

  mutating func next() -> HealthReport? {
    guard told < sensors.count else { return nil }
    defer { told += 1 }
    return HealthReport(sensor: sensors[told], state: .ok, reason: .delivering, time: start)
  }
}
