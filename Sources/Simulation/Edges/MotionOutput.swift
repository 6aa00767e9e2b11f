import Model

/// The output of one simulated motion sensor: hold time, polarity, contact bounce, false alarms.
struct MotionOutput {
  /// Longest bounce of a contact, nanoseconds.
  static let bounceNanosMax: Int64 = 3_000_000
  /// How long a false alarm lasts besides the hold time, nanoseconds.
  static let falseAlarmNanos: Int64 = 200_000_000
  /// Most edges of one change: the change itself and three bounces.
  static let edgesMax = 7

  let reach: MotionReach
  private let sensor: SensorID
  private let isActiveLow: Bool
  private let holdNanos: Int64
  /// 0 where the site says that the contact does not bounce.
  private let bounceNanos: Int64
  private let falseAlarmChance: Double
  private let falseAlarms: Noise
  private let bounces: Noise
  private var isActive = false
  private var activeUntil = Int64.min

  init(id: SensorID, sensor: Sensor, motion: MotionDetail, seed: UInt64, tickNanos: Int64) {
    reach = MotionReach(sensor: sensor, motion: motion)
    self.sensor = id
    isActiveLow = motion.isActiveLow
    holdNanos = motion.holdNanos
    bounceNanos = min(Self.bounceNanosMax, motion.debounceNanos / 2)
    falseAlarmChance = sensor.falseAlarmRate / 3600 * Double(tickNanos) * 1e-9
    falseAlarms = Noise(seed: seed, purpose: .falseAlarm, sensor: id.index)
    bounces = Noise(seed: seed, purpose: .bounce, sensor: id.index)
  }

  /// Lets the sensor look once, `nanos` after the start, and appends the edges of a change.
  ///
  /// All edges lie within the `tickNanos` before `nanos`: what is handed over has happened.
  mutating func look(
    tick: Int, nanos: Int64, tickNanos: Int64, hasMotion: Bool, start: Instant,
    into edges: inout [GPIOEdge]
  ) {
    if hasMotion { activeUntil = max(activeUntil, nanos + holdNanos) }
    if falseAlarms.uniform(tick) < falseAlarmChance {
      activeUntil = max(activeUntil, nanos + holdNanos + Self.falseAlarmNanos)
    }
    let wasActive = isActive
    isActive = nanos <= activeUntil
    guard isActive != wasActive else { return }
    let random = bounces.bits(tick)
    let slack = tickNanos - Self.bounceNanosMax - 1
    var time = nanos - tickNanos + 1 + Int64(random & 0xFFFF) * slack / 0x1_0000
    append(isActive, start.advanced(byNanos: time), &edges)
    guard bounceNanos >= 1_000 else { return }
    let count = 1 + Int64(random >> 16 & 0xFF) % 3
    for bounce in 0..<(2 * count) {
      let share = bounceNanos / (2 * count)
      time += 1 + Int64(random >> (24 + UInt64(bounce) * 6) & 0x3F) * (share - 1) / 64
      append(isActive == (bounce % 2 == 1), start.advanced(byNanos: time), &edges)
    }
  }

  private func append(_ isOn: Bool, _ time: Instant, _ edges: inout [GPIOEdge]) {
    edges.append(GPIOEdge(sensor: sensor, isRising: isOn != isActiveLow, time: time))
  }
}
