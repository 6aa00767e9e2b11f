import Model

/// The last values of something that is told now and then, for a look back at an earlier moment.
struct History<Value: BitwiseCopyable>: BitwiseCopyable {
  /// Values kept: 3 s at 10 a second.
  static var capacity: Int { 32 }

  private var times: InlineArray<32, Instant>
  private var values: InlineArray<32, Value>
  private var first = 0
  private(set) var count = 0

  init(repeating value: Value) {
    times = InlineArray(repeating: .distantPast)
    values = InlineArray(repeating: value)
  }

  /// Adds a value; one that is not later than the latest is left out.
  mutating func add(_ value: Value, at time: Instant) {
    if count > 0 {
      guard time > times[place(count - 1)] else { return }
    }
    if count < Self.capacity {
      count += 1
    } else {
      first = (first + 1) % Self.capacity
    }
    times[place(count - 1)] = time
    values[place(count - 1)] = value
  }

  /// Forgets all.
  mutating func clear() { count = 0 }

  /// The values around `time` and how far it lies between them, 0 ... 1. Beyond the latest value it
  /// is that one twice; nil before the first, and `reachNanos` after the latest.
  func around(_ time: Instant, reachNanos: Int64) -> (Value, Value, Double, sinceNanos: Int64)? {
    guard count > 0 else { return nil }
    let latest = place(count - 1)
    if time >= times[latest] {
      let since = time.nanos(since: times[latest])
      return since <= reachNanos ? (values[latest], values[latest], 0, since) : nil
    }
    var index = count - 1
    while index > 0, times[place(index)] > time { index -= 1 }
    let (a, b) = (place(index), place(index + 1))
    guard times[a] <= time else { return nil }
    let span = times[b].nanos(since: times[a])
    // A hole in what was told is no way between two values.
    guard span <= 2 * reachNanos else { return nil }
    return (values[a], values[b], Double(time.nanos(since: times[a])) / Double(span), 0)
  }

  private func place(_ index: Int) -> Int { (first + index) % Self.capacity }
}

/// Ties a sender's time since boot to ours by listening: the smallest difference heard is the one that
/// the line delayed least. Sound up to that least delay, some tens of milliseconds.
struct BootClock: BitwiseCopyable {
  private var offset = Int64.max
  private var heard = Instant.distantPast

  /// Drift that is allowed between the clocks: 100 millionths.
  private static let driftShare: Int64 = 10_000
  /// A difference that moved by more is a new boot, or a queue that emptied, nanoseconds.
  private static let jumpNanosMax: Int64 = 2_000_000_000

  init() {}

  /// Our time of what the sender dated `bootMillis` and we read at `arrival`: never later than that.
  mutating func time(bootMillis: UInt32, arrival: Instant) -> Instant {
    let boot = Int64(bootMillis) * 1_000_000
    let difference = arrival.monotonicNanos &- boot
    let drift = offset == .max ? 0 : max(0, arrival.nanos(since: heard)) / Self.driftShare
    if offset == .max || difference < offset + drift
      || difference - offset > Self.jumpNanosMax
    {
      offset = difference
    } else {
      offset += drift
    }
    heard = arrival
    return Instant(monotonicNanos: boot &+ offset)
  }
}
