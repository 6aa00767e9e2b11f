public import Model

/// Makes triggers into stretches of time: each from `before` ahead of it to `after` behind it, those
/// that overlap as one. A trigger's pictures belong to its stretch, as far as it may reach back.
///
/// A pure function of what it is told. A stretch that would become longer than `lengthMax`, or have
/// more than `triggersMax` triggers, ends, and another begins where it ends, so that a busy night
/// gives captures that can be opened.
public struct FlightWindows: Sendable {
  /// The most triggers of one stretch.
  public static let triggersMax = 256

  /// How much ahead of a picture is kept with it, nanoseconds.
  private static let pictureNanos: Int64 = 1_000_000_000

  private let beforeNanos: Int64
  private let afterNanos: Int64
  private let lengthNanosMax: Int64
  private var open: FlightWindow?
  /// What lies before was cut off into a stretch of its own.
  private var taken = Instant.distantPast
  private var finished: [FlightWindow] = []

  /// Stretches that reach `beforeNanos` and `afterNanos` around a trigger, at most `lengthNanosMax`
  /// long, which is at least the sum of both.
  public init(beforeNanos: Int64, afterNanos: Int64, lengthNanosMax: Int64) {
    self.beforeNanos = beforeNanos
    self.afterNanos = afterNanos
    self.lengthNanosMax = max(lengthNanosMax, beforeNanos + afterNanos)
  }

  /// The earliest moment that is still wanted of what was recorded; nothing while nothing is.
  public var earliest: Instant? { finished.first?.start ?? open?.start }

  /// Takes a trigger; another version of an event replaces the one before.
  public mutating func add(_ trigger: FlightTrigger) {
    let end = trigger.time.advanced(byNanos: afterNanos)
    var start = trigger.time.advanced(byNanos: -beforeNanos)
    if let picture = trigger.pictures.map(\.time).min() {
      start = min(start, picture.advanced(byNanos: -Self.pictureNanos))
      start = max(start, end.advanced(byNanos: -lengthNanosMax))
    }
    start = min(max(start, taken), end)
    if var window = open, start <= window.end {
      let place = window.triggers.firstIndex { $0.name == trigger.name }
      let joined = max(window.end, end).nanos(since: min(window.start, start))
      if joined <= lengthNanosMax, place != nil || window.triggers.count < Self.triggersMax {
        window.start = min(window.start, start)
        window.end = max(window.end, end)
        window.put(trigger)
        open = window
        return
      }
      taken = window.end
      start = min(max(start, taken), end)
    }
    if let open { finished.append(open) }
    open = FlightWindow(start: start, end: end, triggers: [trigger])
  }

  /// The next stretch whose end has come, in the order of their beginnings.
  public mutating func take(at now: Instant) -> FlightWindow? {
    if let window = finished.first {
      guard window.end <= now else { return nil }
      return finished.removeFirst()
    }
    guard let window = open, window.end <= now else { return nil }
    open = nil
    return window
  }

  /// The next stretch, ended at `now`, when there is nothing more to come.
  ///
  /// One that would have begun later, because the one before reaches beyond `now`, gives its triggers
  /// to that one.
  public mutating func takeLast(at now: Instant) -> FlightWindow? {
    var all = finished + (open.map { [$0] } ?? [])
    guard !all.isEmpty else { return nil }
    var window = all.removeFirst()
    while let next = all.first, next.start >= now {
      for trigger in next.triggers { window.put(trigger) }
      all.removeFirst()
    }
    finished = all
    open = nil
    window.end = min(window.end, now)
    window.start = min(window.start, window.end)
    return window
  }
}

extension FlightWindow {
  /// Takes a trigger; another version of an event replaces the one before.
  fileprivate mutating func put(_ trigger: FlightTrigger) {
    if let place = triggers.firstIndex(where: { $0.name == trigger.name }) {
      triggers[place] = trigger
    } else {
      triggers.append(trigger)
    }
  }
}
