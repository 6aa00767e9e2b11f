import Model

/// States of the tracker at several moments, newest last, of which only what is alive is copied.
struct CheckpointRing: ~Copyable {
  /// What is one value of its own.
  private struct Scalars: BitwiseCopyable {
    /// Everything before it is in the state, and nothing else.
    var time = Instant.distantPast
    var live = 0
    var now = Instant.distantPast
    var nextRound = Instant.distantPast
    var clock: ClockMap
    var hasClock = false
    var counters = FusionCounters()
    var stepsMade: UInt64 = 0
  }

  private let capacity: Int
  private var first = 0
  private(set) var count = 0
  private let scalars: FixedArray<Scalars>
  /// Tracks and, for each, its place in the table.
  private let tracks: FixedArray<Track>
  private let slots: FixedArray<Int>
  private let lines: FixedArray<LineState>
  private let shown: FixedArray<Double>
  private let clutter: FixedArray<ClutterMap.Cell>
  private let pending: FixedArray<PendingDetection>
  private let sensors: FixedArray<SensorModel>
  private let weather: FixedArray<OnsetWeather>

  /// Room for `capacity` states of `tracker`.
  init(of tracker: borrowing Tracker, capacity: Int) {
    self.capacity = capacity
    scalars = FixedArray(repeating: Scalars(clock: tracker.clock), count: capacity)
    tracks = FixedArray(unwritten: capacity * tracker.tracks.count)
    slots = FixedArray(unwritten: capacity * tracker.tracks.count)
    lines = FixedArray(unwritten: capacity * tracker.lineStates.count)
    shown = FixedArray(unwritten: capacity * tracker.shownRate.count)
    clutter = FixedArray(unwritten: capacity * tracker.clutter.count)
    pending = FixedArray(unwritten: capacity * tracker.pending.count)
    sensors = FixedArray(unwritten: capacity * tracker.site.sensors.count)
    weather = FixedArray(unwritten: capacity * tracker.site.weather.count)
  }

  /// The time of the oldest and of the newest.
  var oldest: Instant? { count > 0 ? scalars[first].time : nil }
  var newest: Instant? { count > 0 ? scalars[place(count - 1)].time : nil }

  private func place(_ index: Int) -> Int { (first + index) % capacity }

  mutating func forgetAll() { count = 0 }

  /// Forgets those that are not needed to go back to `moment`.
  mutating func forget(notNeededFor moment: Instant) {
    while count > 1, scalars[place(1)].time <= moment { forgetOldest() }
  }

  mutating func forgetOldest() {
    first = (first + 1) % capacity
    count -= 1
  }

  /// Keeps the state of `tracker`, which took all that is before `moment` and nothing else; the oldest
  /// one gives way when there is no room.
  mutating func keep(_ tracker: borrowing Tracker, at moment: Instant) {
    if count == capacity { forgetOldest() }
    let to = place(count)
    count += 1
    var live = 0
    for slot in tracker.tracks.indices where tracker.tracks[slot].id.rawValue != 0 {
      let row = to * tracker.tracks.count + live
      tracks[row] = tracker.tracks[slot]
      slots[row] = slot
      copyRow(slot, of: tracker.lineStates, to: row, in: lines, of: tracker.tracks.count)
      copyRow(slot, of: tracker.shownRate, to: row, in: shown, of: tracker.tracks.count)
      live += 1
    }
    scalars[to] = Scalars(
      time: moment, live: live, now: tracker.now, nextRound: tracker.nextRound,
      clock: tracker.clock, hasClock: tracker.hasClock, counters: tracker.counters,
      stepsMade: tracker.stepsMade)
    copyWhole(tracker.clutter, to, in: clutter)
    copyWhole(tracker.site.sensors, to, in: sensors)
    copyWhole(tracker.site.weather, to, in: weather)
    for sensor in tracker.site.sensors.indices {
      let scan = Self.pendingStretch(of: tracker.site.sensors[sensor])
      pending.copy(scan, of: tracker.pending, to: to * tracker.pending.count + scan.first)
    }
  }

  /// Sets `tracker` back to the newest state from which `moment` can be put in its place, and forgets
  /// the newer ones; returns that state's time, or `nil` when there is none.
  mutating func restore(_ tracker: inout Tracker, for moment: Instant) -> Instant? {
    while count > 0, scalars[place(count - 1)].time > moment { count -= 1 }
    guard count > 0 else { return nil }
    let from = place(count - 1)
    for slot in tracker.tracks.indices {
      tracker.tracks[slot].id = TrackID(0)
      tracker.tracks[slot].isConfirmed = false
    }
    for index in 0..<scalars[from].live {
      let row = from * tracker.tracks.count + index
      let slot = slots[row]
      tracker.tracks[slot] = tracks[row]
      copyRow(row, of: lines, to: slot, in: tracker.lineStates, of: tracker.tracks.count)
      copyRow(row, of: shown, to: slot, in: tracker.shownRate, of: tracker.tracks.count)
    }
    restoreWhole(from, of: clutter, in: tracker.clutter)
    restoreWhole(from, of: sensors, in: tracker.site.sensors)
    restoreWhole(from, of: weather, in: tracker.site.weather)
    for sensor in tracker.site.sensors.indices {
      let scan = Self.pendingStretch(of: tracker.site.sensors[sensor])
      let base = from * tracker.pending.count
      tracker.pending.copy(
        Stretch(first: base + scan.first, end: base + scan.end), of: pending, to: scan.first)
    }
    tracker.now = scalars[from].now
    tracker.nextRound = scalars[from].nextRound
    tracker.clock = scalars[from].clock
    tracker.hasClock = scalars[from].hasClock
    tracker.counters.setBack(to: scalars[from].counters)
    tracker.stepsMade = scalars[from].stepsMade
    return scalars[from].time
  }

  private static func pendingStretch(of sensor: SensorModel) -> Stretch {
    guard sensor.scanSlot >= 0 else { return Stretch(first: 0, end: 0) }
    let first = sensor.scanSlot * FusionLimits.scanDetectionsMax
    return Stretch(first: first, end: first + sensor.pendingCount)
  }

  /// Copies row `from` of a table to row `to` of another one; both have as many columns as a table of
  /// `rows` rows of the tracker has.
  private func copyRow<Element>(
    _ from: Int, of source: borrowing FixedArray<Element>, to: Int,
    in target: borrowing FixedArray<Element>, of rows: Int
  ) {
    let columns = min(source.count, target.count) / rows
    target.copy(
      Stretch(first: from * columns, end: (from + 1) * columns), of: source, to: to * columns)
  }

  private func copyWhole<Element>(
    _ source: borrowing FixedArray<Element>, _ to: Int, in target: borrowing FixedArray<Element>
  ) {
    target.copy(
      Stretch(first: 0, end: source.count), of: source, to: to * source.count)
  }

  private func restoreWhole<Element>(
    _ from: Int, of source: borrowing FixedArray<Element>, in target: borrowing FixedArray<Element>
  ) {
    target.copy(
      Stretch(first: from * target.count, end: (from + 1) * target.count), of: source, to: 0)
  }
}
