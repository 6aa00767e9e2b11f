public import Model

/// Edges of all GPIO lines to onsets and ends of motion: polarity, debounce, hold, plausibility.
///
/// A pure function of the samples in their order; there are no timers, so a state changes only when
/// a sample comes. No allocation after `init`. One owner, one thread at a time.
///
/// - **Polarity**: the level that means motion is the site's.
/// - **Debounce**: the first edge counts at once; edges within `debounceNanos` after an edge that
///   counted are bounce.
/// - **Hold**: an activation within `holdNanos` after the last activation is the same motion, which
///   it prolongs; neither it nor its end is told.
/// - **Chatter**: after more than `edgesPerSecondMax` edges within a second (bounce included) the
///   sensor is reported implausible and its edges are ignored until a second passes with fewer, or
///   the reader says that the line is calm.
public struct MotionPerception: ~Copyable {
  /// What was done so far.
  public private(set) var counters = MotionCounters()

  private var numbering: ObservationNumbering
  private var lines: StateTable<LineState>
  private var chatteringCount = 0

  /// Length of the window in which edges are counted, nanoseconds.
  private static let windowNanos: Int64 = 1_000_000_000

  /// Perception of all motion sensors of `site`, whose observations come through `source`.
  public init(site: Site, source: SourceID) {
    numbering = ObservationNumbering(source: source)
    lines = StateTable(count: site.sensors.count, repeating: LineState())
    for (index, sensor) in site.sensors.enumerated() {
      guard let motion = sensor.motion else { continue }
      lines[index] = LineState(motion: motion)
    }
  }

  /// Takes one edge and tells what it means, if anything.
  public mutating func take(_ edge: GPIOEdge, emit: (Observation) -> Void) {
    counters.edges &+= 1
    if chatteringCount > 0 { calm(at: edge.time, emit) }
    guard edge.sensor.index < lines.count, lines[edge.sensor.index].isMotion else {
      counters.unknownSensors &+= 1
      return
    }
    var line = lines[edge.sensor.index]
    judge(edge, &line, emit)
    lines[edge.sensor.index] = line
  }

  /// Passes a report of the reader on; a lost line starts anew when it is back.
  ///
  /// The reader says "ok" again when a burst of edges is over: that ends chatter, and is not passed
  /// on where the sensor was well all the time.
  public mutating func take(_ health: HealthReport, emit: (Observation) -> Void) {
    let index = health.sensor.index
    if index < lines.count {
      let wasChattering = lines[index].isChattering
      let isOK = health.state == .ok
      if isOK && lines[index].isOK && !wasChattering { return }
      if wasChattering && (isOK || health.state == .lost) {
        chatteringCount -= 1
        lines[index].isChattering = false
        lines[index].edgesInWindow = 0
      }
      if health.state == .lost { lines[index].restart() }
      lines[index].isOK = isOK
    }
    emit(numbering.make(health.sensor, health.time, .health(health)))
  }

  private mutating func judge(
    _ edge: GPIOEdge, _ line: inout LineState, _ emit: (Observation) -> Void
  ) {
    let isActive = edge.isRising != line.isActiveLow
    let wasActive = line.isLevelActive
    line.isLevelActive = isActive
    countInWindow(edge, &line, emit)
    guard !line.isChattering else {
      counters.chatter &+= 1
      return
    }
    if edge.time.nanos(since: line.acceptedTime) < line.debounceNanos {
      counters.bounces &+= 1
      return
    }
    line.acceptedTime = edge.time
    guard isActive else {
      if line.isTold {
        line.isTold = false
        emit(numbering.make(edge.sensor, edge.time, .area(isActive: false)))
      }
      return
    }
    let sinceActive = edge.time.nanos(since: line.activeTime)
    line.activeTime = edge.time
    guard sinceActive >= line.holdNanos else {
      counters.retriggers &+= 1
      return
    }
    // Two rising edges in a row: the fall between them was lost in the kernel, nothing is new.
    guard !(wasActive && line.isTold) else { return }
    line.isTold = true
    counters.onsets &+= 1
    emit(numbering.make(edge.sensor, edge.time, .area(isActive: true)))
  }

  /// Counts the edge in its second, and tells when they become too many or few again.
  private mutating func countInWindow(
    _ edge: GPIOEdge, _ line: inout LineState, _ emit: (Observation) -> Void
  ) {
    if edge.time.nanos(since: line.windowStart) >= Self.windowNanos {
      if line.isChattering && line.edgesInWindow <= line.edgesPerSecondMax {
        tellCalm(edge.sensor, edge.time, &line, emit)
      }
      line.windowStart = edge.time
      line.edgesInWindow = 0
    }
    line.edgesInWindow += 1
    guard line.edgesInWindow > line.edgesPerSecondMax, !line.isChattering else { return }
    line.isChattering = true
    line.isTold = false
    chatteringCount += 1
    emitHealth(edge.sensor, .degraded, .implausible, edge.time, emit)
  }

  /// Ends the chatter of lines that have been quiet for a whole window, whatever line `time` is of.
  private mutating func calm(at time: Instant, _ emit: (Observation) -> Void) {
    for index in 0..<lines.count where lines[index].isChattering {
      var line = lines[index]
      guard time.nanos(since: line.windowStart) >= 2 * Self.windowNanos else { continue }
      tellCalm(SensorID(UInt16(index)), time, &line, emit)
      line.edgesInWindow = 0
      lines[index] = line
    }
  }

  private mutating func tellCalm(
    _ sensor: SensorID, _ time: Instant, _ line: inout LineState, _ emit: (Observation) -> Void
  ) {
    line.isChattering = false
    chatteringCount -= 1
    emitHealth(sensor, .ok, .delivering, time, emit)
  }

  private mutating func emitHealth(
    _ sensor: SensorID, _ state: HealthState, _ reason: HealthReason, _ time: Instant,
    _ emit: (Observation) -> Void
  ) {
    let report = HealthReport(sensor: sensor, state: state, reason: reason, time: time)
    emit(numbering.make(sensor, time, .health(report)))
  }
}

/// What is remembered of one line.
struct LineState: BitwiseCopyable {
  var isMotion = false
  var isActiveLow = false
  var debounceNanos: Int64 = 0
  var holdNanos: Int64 = 0
  var edgesPerSecondMax: Int32 = 0
  /// The line's level as of the last edge, bounce included.
  var isLevelActive = false
  /// Whether an onset was told whose end was not.
  var isTold = false
  var isChattering = false
  /// Whether the reader's last report was that the line is well.
  var isOK = false
  /// Last edge that was no bounce, and last activation.
  var acceptedTime = Instant.distantPast
  var activeTime = Instant.distantPast
  var windowStart = Instant.distantPast
  var edgesInWindow: Int32 = 0

  init() {}

  init(motion: MotionDetail) {
    isMotion = true
    isActiveLow = motion.isActiveLow
    debounceNanos = motion.debounceNanos
    holdNanos = motion.holdNanos
    edgesPerSecondMax = Int32(clamping: motion.edgesPerSecondMax)
  }

  /// Forgets what the line did, keeps what it is.
  mutating func restart() {
    isLevelActive = false
    isTold = false
    isChattering = false
    acceptedTime = .distantPast
    activeTime = .distantPast
    windowStart = .distantPast
    edgesInWindow = 0
  }
}
