import Geodesy
import Glibc
import Model

/// Observations to tracks to crossing events, in the order in which it is given them.
///
/// - Filter: nearly constant velocity in the local frame; places and directions of detections and
///   the moments of an area sensor's cover are its measurements.
/// - Association: a detection goes to the track of the best assignment (`Assignment`), and counts as
///   much as it is probably that track's over all assignments (`AssociationMarginals`); an onset goes to
///   the track it fits best.
/// - Existence: log-odds from hits, misses in the cover, and silence.
/// - A measurement older than a track is compared with the state carried back to its time, with the
///   process noise since added to its own; `FusionEngine` puts that right a moment later.
/// - Strangers in the air: what aircraft broadcast of themselves, associated by their own names.
/// - Crossings: the filtered path against each line, decided when the track is beyond it with enough
///   probability; one event a crossing, later versions when it turns out otherwise.
///
/// All that it decides it decides by the times of the observations; when they arrived only stands in the
/// events. Its tracks follow from the observations and their order alone; its events also from what
/// was reported before the order was put right.
///
/// All memory is taken in `init`; `take` allocates nothing. One thread owns it.
struct Tracker: ~Copyable {
  /// Time between two rounds of housekeeping (ends, merges, versions), nanoseconds.
  static let roundNanos: Int64 = 200_000_000

  let parameters: FusionParameters
  let motion: MotionModel
  let classPriorLogs: SIMD8<Float>
  let site: SiteGeometry
  let tracks: FixedArray<Track>
  /// For each track and line, which side it was on.
  let lineStates: FixedArray<LineState>
  /// Where each camera's clutter comes from.
  let clutter: FixedArray<ClutterMap.Cell>
  let records: FixedArray<EventRecord>
  let pending: FixedArray<PendingDetection>
  /// Scratch of one scan.
  let candidates: FixedArray<Int>
  let predicted: FixedArray<KalmanState>
  let age: FixedArray<Double>
  let detectionTrack: FixedArray<Int>
  /// Probability that each detection is its track's.
  let detectionShare: FixedArray<Double>
  var assignment: Assignment
  var marginals: AssociationMarginals
  /// For each track and scanning sensor, how often it showed the track lately when it covered it.
  let shownRate: FixedArray<Double>
  /// Places of the tracks that the scan at work keeps though a neighbour has the detection.
  var sharedSlots = SIMD2<UInt64>.zero
  var clock = ClockMap(
    instant: .distantPast, wall: WallTime(unixNanos: 0), uncertaintyNanos: .max,
    state: .unsynchronised)
  var hasClock = false
  /// Latest time of an observation.
  var now = Instant.distantPast
  /// Latest arrival: what events say of when they were decided, and nothing else.
  var arrived = Instant.distantPast
  var nextRound = Instant.distantPast
  var names = TrackNames()
  var recordsMade = 0
  /// Whether it takes what it took before, in a better order.
  private(set) var isRepeating = false
  /// The health of platforms that was told, which a repetition does not tell again.
  let toldHealth: FixedArray<HealthState>
  /// Steps since the last `drainSteps`; no room without tracing.
  let steps: FixedArray<FusionStep>
  var stepCount = 0
  /// Steps made so far.
  var stepsMade: UInt64 = 0
  /// What was done and refused so far.
  var counters = FusionCounters()

  /// Fusion for `site`, which the site configuration has checked.
  ///
  /// `stepsMax`: how many steps are kept until they are drained, for who wants to know why; 0 keeps
  /// none.
  init(site: Site, parameters: FusionParameters, stepsMax: Int) {
    let idle = FusionStep(.began, track: TrackID(0), time: .distantPast, arrival: .distantPast)
    steps = FixedArray(repeating: idle, count: stepsMax)
    self.parameters = parameters
    motion = MotionModel(
      accelerationDensity: parameters.accelerationDensity, turnDensity: parameters.turnDensity)
    var logs = SIMD8<Float>.zero
    for lane in 0..<6 { logs[lane] = log(max(parameters.classPrior.lanes[lane], 1e-3)) }
    classPriorLogs = logs
    let geometry = SiteGeometry(site)
    let tracksMax = FusionLimits.tracksMax
    let scanMax = FusionLimits.scanDetectionsMax
    let nothing = KalmanState(position: .zero, covariance: Covariance2(sigma: 1), speedSigma: 1)
    lineStates = FixedArray(
      repeating: LineState(), count: tracksMax * max(1, geometry.lines.count))
    pending = FixedArray(
      repeating: PendingDetection(), count: scanMax * max(1, geometry.scanCount))
    clutter = FixedArray(
      repeating: ClutterMap.Cell(), count: ClutterMap.cellsMax * max(1, geometry.mapCount))
    shownRate = FixedArray(
      repeating: Self.shownAtBirth, count: tracksMax * max(1, geometry.scanCount))
    toldHealth = FixedArray(repeating: .ok, count: geometry.sensors.count)
    self.site = geometry
    tracks = FixedArray(
      repeating: Track(state: nothing, time: .distantPast, logOdds: 0, classLogs: logs),
      count: tracksMax)
    records = FixedArray(repeating: EventRecord(), count: FusionLimits.openEventsMax)
    candidates = FixedArray(repeating: 0, count: tracksMax)
    predicted = FixedArray(repeating: nothing, count: tracksMax)
    age = FixedArray(repeating: 0, count: tracksMax)
    detectionTrack = FixedArray(repeating: -1, count: scanMax)
    detectionShare = FixedArray(repeating: 1, count: scanMax)
    assignment = Assignment(rowsMax: scanMax, tracksMax: tracksMax)
    marginals = AssociationMarginals(rowsMax: scanMax, tracksMax: tracksMax)
  }

  /// Takes an observation of a known sensor that is not from the future, and hands the events that
  /// follow from it to `emit`, in order.
  mutating func take(
    _ observation: Observation, arrived moment: Instant, emit: (PostEvent) -> Void
  ) {
    arrived = max(arrived, moment)
    now = max(now, observation.time)
    let moment = observation.time
    switch observation.content {
    case .clock(let map):
      clock = map
      hasClock = true
    case .health(let report):
      takeHealth(report, observation, emit: emit)
    case .area(let isActive):
      if isActive {
        takeOnset(observation, at: moment, emit: emit)
      } else {
        takeRelease(observation, at: moment, emit: emit)
      }
    case .detection(let detection):
      takeDetection(detection, observation, at: moment, emit: emit)
    case .scanEnd:
      takeScanEnd(observation, at: moment, emit: emit)
    case .platform(let state):
      takePlatform(state, observation, at: moment, emit: emit)
    case .air(let report):
      takeStranger(report, observation, at: moment, emit: emit)
    }
    if now >= nextRound {
      keepHouse(emit: emit)
      nextRound = now.advanced(byNanos: Self.roundNanos)
    }
  }

  /// From here on what was taken from `moment` on is taken again.
  mutating func beginRepeating(from moment: Instant) {
    isRepeating = true
    for index in records.indices where records[index].isOpen && records[index].reported >= moment {
      records[index].isInQuestion = true
    }
  }

  mutating func endRepeating() { isRepeating = false }

  /// Says the last words: scans whose end never came are worked on, open events get their last
  /// version. Call it once, after the last arrival.
  mutating func finish(emit: (PostEvent) -> Void) {
    for index in site.sensors.indices where site.sensors[index].pendingCount > 0 {
      workScan(
        sensor: index, at: site.sensors[index].pendingTime, isComplete: false, emit: emit)
    }
    reviewEvents(isLast: true, emit: emit)
  }

  /// Hands each confirmed track, carried to `moment`, to `body`, in the order of their places.
  /// Left out are those that are more likely not there than there, and those not hit for long.
  /// Changes nothing.
  func forEachTrack(at moment: Instant, _ body: (TrackSnapshot) -> Void) {
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && tracks[slot].isConfirmed {
      var track = tracks[slot]
      let patience =
        track.lastScanHit == .distantPast
        ? parameters.shownAreaNanosMax : parameters.shownNanosMax
      guard track.isPlatform || moment.nanos(since: track.lastHit) <= patience else { continue }
      guard track.existence >= 0.5 else { continue }
      track.predict(to: moment, motion: motion)
      body(
        TrackSnapshot(
          id: track.id, position: track.state.position,
          covariance: track.state.positionCovariance, velocity: track.state.velocity,
          classes: track.classes, existence: track.existence, platform: track.platform,
          lastHit: track.lastHit))
    }
  }

  // MARK: - Health and clock

  private mutating func takeHealth(
    _ report: HealthReport, _ observation: Observation, emit: (PostEvent) -> Void
  ) {
    if report.sensor.index < site.sensors.count {
      site.sensors[report.sensor.index].health = report.state
    } else if report.sensor != .none {
      counters.invalid += 1
      return
    }
    guard !isRepeating else { return }
    emit(
      .health(
        SensorHealthEvent(
          report: report, source: observation.source, sequence: observation.sequence,
          clock: clockInForce)))
  }

  /// The map to UTC that holds; before the first one, one that claims nothing.
  var clockInForce: ClockMap {
    hasClock
      ? clock
      : ClockMap(
        instant: arrived, wall: WallTime(unixNanos: 0), uncertaintyNanos: .max,
        state: .unsynchronised)
  }
}
