import Glibc
public import Model

/// All GPIO lines of the post: one `poll` over one descriptor a line, edges stamped by the kernel.
///
/// Called by one thread, which may be created before or after the reader. Opening happens inside
/// ``read(timeoutMilliseconds:_:)``: a post without GPIO chips runs on and its sensors are reported
/// lost. Rates: an edge costs two system calls when alone, 1/16 of that in a burst; no allocation
/// while nothing is opened.
///
/// - A chip is found by its label. Once a second each open one is compared with what stands in
///   `/dev` and `/sys` and each line is read without waiting, since removing a chip does not wake
///   `poll`. A lost chip is opened again by ``Backoff``.
/// - The kernel keeps 16 events a line and then drops the newest, so that the last known level may
///   be wrong: after a full batch, and after each opening, the level is read and, where it differs
///   from the last edge, an edge is made with the moment of the reading. After a loss the level is
///   always told. Before the first edge a line is taken to be at rest.
public struct GPIOReader: ~Copyable, EdgeSource {
  /// Time between two looks at whether an open chip still stands, nanoseconds.
  public static let presenceNanos: Int64 = 1_000_000_000
  /// The name under which the kernel lists the lines we hold.
  public static let consumer = "vedette"
  /// Readings of one line in one pass, so that a chattering line does not starve the others.
  static let batchesMax = 8

  /// What was counted since the start.
  public private(set) var counters = GPIOCounters()

  private var slots: OwnedArray<GPIOSlot>
  private var lines: [GPIOLine]
  private let sensors: [SensorID]
  private var polls: [pollfd]
  private var health: HealthBook
  private var nextDuty = Instant.distantPast
  private let clock: @Sendable () -> Instant
  private let devices: String

  /// A reader of all motion sensors of `site`; opens nothing yet.
  public init(site: Site) {
    self.init(site: site, devices: "/dev", clock: { MonotonicClock.now() })
  }

  /// A reader that looks for chips in the folder `devices` and asks `clock` for the time.
  init(site: Site, devices: String, clock: @escaping @Sendable () -> Instant) {
    var sensors: [SensorID] = []
    var lines: [GPIOLine] = []
    var labels: [String] = []
    for (index, sensor) in site.sensors.enumerated() {
      guard let motion = sensor.motion else { continue }
      let slot = labels.firstIndex(of: motion.chip) ?? labels.count
      if slot == labels.count { labels.append(motion.chip) }
      sensors.append(SensorID(UInt16(index)))
      lines.append(
        GPIOLine(
          name: motion.line, slot: slot, place: nil,
          track: EdgeTrack(restLevel: motion.isActiveLow)))
    }
    slots = OwnedArray(count: labels.count) { place in
      GPIOSlot(label: labels[place], lines: lines.indices.filter { lines[$0].slot == place })
    }
    polls = Array(repeating: pollfd(fd: -1, events: Int16(POLLIN), revents: 0), count: lines.count)
    health = HealthBook(sensors: sensors)
    self.lines = lines
    self.sensors = sensors
    self.devices = devices
    self.clock = clock
  }

  /// The next change of a sensor's health.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` for edges and hands all that came to `body`, in time order
  /// per line. Returns early, quiet, when a chip is due to be looked at.
  public mutating func read(timeoutMilliseconds: Int32, _ body: (GPIOEdge) -> Void) -> SourceReading
  {
    let before = counters.edges
    var now = clock()
    if now >= nextDuty {
      attend(at: now, body)
      if counters.edges > before { return .samples(Int(counters.edges - before)) }
    }
    let ready = wait(min(timeoutMilliseconds, milliseconds(until: nextDuty, from: now)))
    guard ready > 0 else { return .quiet }
    now = clock()
    for line in polls.indices where polls[line].revents != 0 {
      _ = drain(line, body)
    }
    let count = Int(counters.edges - before)
    return count > 0 ? .samples(count) : .quiet
  }

  private mutating func wait(_ milliseconds: Int32) -> Int32 {
    unsafe polls.withUnsafeMutableBufferPointer { list in
      unsafe poll(list.baseAddress, nfds_t(list.count), max(0, milliseconds))
    }
  }

  // MARK: - Edges

  /// Hands on all edges that wait at a line; false when its chip was lost over it.
  private mutating func drain(_ line: Int, _ body: (GPIOEdge) -> Void) -> Bool {
    let slot = lines[line].slot
    guard let place = lines[line].place else { return false }
    for _ in 0..<Self.batchesMax {
      let sensor = sensors[line]
      var track = lines[line].track
      var counted = counters
      let clock = self.clock
      let batch =
        slots[slot].chip?.readEdges(of: place) { isRising, time in
          let verdict = track.take(isRising: isRising, time: time, readAt: clock())
          counted.edges += 1
          if verdict.isTimeReplaced { counted.timesReplaced += 1 }
          if verdict.isEdgeMissing { counted.edgesMissed += 1 }
          body(GPIOEdge(sensor: sensor, isRising: isRising, time: verdict.time))
        } ?? .failed(ENODEV)
      lines[line].track = track
      lines[line].activity.edges &+= UInt32(truncatingIfNeeded: counted.edges &- counters.edges)
      counters = counted
      switch batch {
      case .failed(let code):
        lose(slot, systemError: code, at: clock())
        return false
      case .edges(GPIOChip.kernelQueueLength):
        let now = clock()
        counters.fullQueues += 1
        lines[line].track.markOverrun(at: now)
        health.note(line, .degraded, .overrun, at: now)
      case .edges:
        // A level that contradicts the last edge after an overrun is told at once.
        return lines[line].track.overrunUntil == nil || tellLevel(of: line, body)
      }
    }
    return true
  }

  /// Reads a line's level and makes an edge of it when the consumer does not know it.
  private mutating func tellLevel(of line: Int, _ body: (GPIOEdge) -> Void) -> Bool {
    let slot = lines[line].slot
    guard let place = lines[line].place else { return false }
    let level = slots[slot].chip?.level(of: place) ?? .failed(ENODEV)
    let now = clock()
    if case .failed(let code) = level {
      lose(slot, systemError: code, at: now)
      return false
    }
    let isHigh = level == .high
    guard lines[line].track.level != isHigh else { return true }
    // An edge that came while the level was read waits in the queue: it will tell the level itself.
    var request = pollfd(fd: polls[line].fd, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&request, 1, 0) == 0 else { return true }
    let verdict = lines[line].track.take(isRising: isHigh, time: now, readAt: now)
    counters.edges += 1
    counters.edgesFromLevel += 1
    body(GPIOEdge(sensor: sensors[line], isRising: isHigh, time: verdict.time))
    return true
  }

  // MARK: - Opening and losing

  /// Opens what is due, looks whether what is open still stands.
  private mutating func attend(at now: Instant, _ body: (GPIOEdge) -> Void) {
    var duty = now.advanced(byNanos: Self.presenceNanos)
    for slot in 0..<slots.count {
      if slots[slot].presence == nil, slots[slot].backoff.isDue(at: now) { open(slot, at: now) }
      guard let presence = slots[slot].presence else {
        duty = min(duty, slots[slot].backoff.nextAttempt)
        continue
      }
      guard presence.holds else {
        lose(slot, systemError: ENODEV, at: now)
        duty = min(duty, slots[slot].backoff.nextAttempt)
        continue
      }
      for line in slots[slot].lines {
        attend(line: line, at: now, body)
        if lines[line].place == nil, slots[slot].presence != nil {
          duty = min(duty, lines[line].backoff.nextAttempt)
        }
      }
    }
    nextDuty = max(duty, now.advanced(byNanos: 1_000_000))
  }

  private mutating func attend(line: Int, at now: Instant, _ body: (GPIOEdge) -> Void) {
    if lines[line].place != nil {
      guard drain(line, body) else { return }
      if lines[line].track.endsOverrun(at: now) { health.note(line, .ok, .delivering, at: now) }
      if lines[line].activity.hasCalmed() { health.renewIfOK(line, at: now) }
      return
    }
    guard slots[lines[line].slot].presence != nil, lines[line].backoff.isDue(at: now) else {
      return
    }
    do throws(DeviceError) {
      try request(line)
      lines[line].backoff.attemptSucceeded(at: now)
      health.note(line, .ok, .delivering, at: now)
      if drain(line, body) { _ = tellLevel(of: line, body) }
    } catch {
      lines[line].backoff.attemptFailed(at: now)
      health.note(
        line, .lost, error.code.healthReason, systemError: error.systemError, at: now)
    }
  }

  private mutating func request(_ line: Int) throws(DeviceError) {
    let slot = lines[line].slot
    guard
      let place = try slots[slot].chip?.requestEdges(
        of: lines[line].name, consumer: Self.consumer),
      let number = slots[slot].chip?.descriptorNumber(of: place)
    else { return }
    lines[line].place = place
    polls[line].fd = number
  }

  private mutating func open(_ slot: Int, at now: Instant) {
    do throws(DeviceError) {
      let path = try findChip(label: slots[slot].label)
      // Its presence is taken first: a chip replaced in between is noticed at the next look.
      let presence = DevicePresence(
        path: path, entry: "/sys/bus/gpio/devices/\(lastComponent(path))")
      slots[slot].chip = try GPIOChip(path: path)
      slots[slot].presence = presence
      slots[slot].backoff.attemptSucceeded(at: now)
      counters.openings += 1
    } catch {
      counters.failedOpenings += 1
      slots[slot].backoff.attemptFailed(at: now)
      for line in slots[slot].lines {
        health.note(
          line, .lost, error.code.healthReason, systemError: error.systemError, at: now)
      }
    }
  }

  private func findChip(label: String) throws(DeviceError) -> String {
    var refusal: DeviceError?
    for path in deviceNodes(prefix: "gpiochip", in: devices) {
      do throws(DeviceError) {
        if try GPIOChip(path: path).label == label { return path }
      } catch {
        if error.code == .accessDenied { refusal = error }
      }
    }
    throw refusal
      ?? DeviceError(
        code: .absent, operation: "finding a GPIO chip", subject: label, systemError: ENOENT,
        underlying: "no chip in \(devices) has this label")
  }

  private mutating func lose(_ slot: Int, systemError: Int32, at now: Instant) {
    slots[slot].chip = nil
    slots[slot].presence = nil
    slots[slot].backoff.lost(at: now)
    let isGone = systemError == ENODEV || systemError == ENXIO
    for line in slots[slot].lines {
      lines[line].place = nil
      lines[line].track.forget()
      lines[line].backoff = Backoff()
      polls[line].fd = -1
      polls[line].revents = 0
      health.note(
        line, .lost, isGone ? .deviceGone : .inputOutputError, systemError: systemError, at: now)
    }
    nextDuty = min(nextDuty, slots[slot].backoff.nextAttempt)
  }
}

/// One chip of the site file: open, or waiting for its next attempt.
struct GPIOSlot: ~Copyable {
  /// The label it is found by.
  var label: String
  /// Places of its lines in the reader's list.
  var lines: [Int]
  /// The chip while it is open.
  var chip: GPIOChip?
  /// Tells whether it still stands; `nil` while it is not open.
  var presence: DevicePresence?
  /// When it is tried again.
  var backoff = Backoff()
}

/// One line of the site file.
struct GPIOLine {
  /// Its name or offset.
  var name: String
  /// Place of its chip in the reader's list.
  var slot: Int
  /// Its place among the chip's requested lines; `nil` while it is not held.
  var place: Int?
  /// Its edges so far.
  var track: EdgeTrack
  /// When a line that somebody else holds is asked for again.
  var backoff = Backoff()
  /// Whether a burst of edges is over.
  var activity = LineActivity()
}

/// Whole milliseconds from `now` to `moment`, rounded up, 0 ... 24 days.
func milliseconds(until moment: Instant, from now: Instant) -> Int32 {
  Int32(clamping: max(0, (moment.nanos(since: now) &+ 999_999) / 1_000_000))
}
