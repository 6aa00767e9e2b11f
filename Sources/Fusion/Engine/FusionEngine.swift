public import Model

/// Observations to tracks to crossing events: a pure function of the arrivals.
///
/// What arrives in the order of its time is taken and decided on at once. What arrives late is taken at
/// once too, compared with the state carried back to its time; up to `repairNanos` later the state is set
/// back to a checkpoint before it and all since is taken again in the order of its time. So the tracks are,
/// bit by bit, those of a run in which everything came in order, and the good sensors do not wait for the
/// late ones. Events that were reported meanwhile stand, unless the better order does not lead to them
/// again: then they are taken back. What is older than `FusionParameters.lateNanosMax` at its arrival is
/// counted and not used.
///
/// Rate: made for 20,000 detections a second with 50 targets. All memory is taken in `init`; `take`
/// allocates nothing. One thread owns it.
public struct FusionEngine: ~Copyable {
  /// Longest time from a late observation to the better order, nanoseconds: each time about that much is
  /// taken again.
  static let repairNanos: Int64 = 500_000_000
  /// Time between two checkpoints, nanoseconds.
  static let checkpointNanos: Int64 = 100_000_000

  private let parameters: FusionParameters
  private let sensorCount: Int
  private var tracker: Tracker
  private var voices: PlatformVoices
  private var log = ObservationLog(capacity: FusionLimits.observationsMax)
  private var checkpoints: CheckpointRing
  /// What was refused or changed before the tracker saw it.
  private var intake = FusionCounters()
  /// Latest arrival.
  private var now = Instant.distantPast
  /// The oldest observation that was not taken in its order.
  private var oldestLate: Instant?
  private var nextRepair = Instant.distantPast

  /// Fusion for `site`, which the site configuration has checked.
  ///
  /// `stepsMax`: how many steps are kept until they are drained, for who wants to know why; 0 keeps
  /// none.
  public init(site: Site, parameters: FusionParameters = FusionParameters(), stepsMax: Int = 0) {
    self.parameters = parameters
    sensorCount = site.sensors.count
    let tracker = Tracker(site: site, parameters: parameters, stepsMax: stepsMax)
    let most = parameters.lateNanosMax / Self.checkpointNanos + 2
    checkpoints = CheckpointRing(of: tracker, capacity: Int(min(max(most, 2), 64)))
    self.tracker = tracker
    voices = PlatformVoices(site)
  }

  /// What was done and refused so far.
  public var counters: FusionCounters {
    var all = tracker.counters
    all.arrivals = intake.arrivals
    all.echoes = intake.echoes
    all.late = intake.late
    all.outOfSequence = intake.outOfSequence
    all.fromTheFuture = intake.fromTheFuture
    all.invalid += intake.invalid
    all.repetitions = intake.repetitions
    all.repeated = intake.repeated
    all.unrepaired = intake.unrepaired
    return all
  }

  /// Takes one arrival and hands the events that follow from it to `emit`, in order.
  public mutating func take(_ arrival: Arrival, emit: (PostEvent) -> Void) {
    intake.arrivals += 1
    now = max(now, arrival.time)
    if now >= nextRepair {
      repair(emit: emit)
      forgetOld()
      nextRepair = now.advanced(byNanos: Self.repairNanos)
    }
    var observation = arrival.observation
    guard admit(&observation) else { return }
    makeRoom()
    if checkpoints.count == 0 { startOver() }
    if observation.time < tracker.now {
      intake.outOfSequence += 1
      oldestLate = min(oldestLate ?? observation.time, observation.time)
    } else if oldestLate == nil {
      keepCheckpoint(before: observation)
    }
    log.insert(observation)
    tracker.take(observation, arrived: now, emit: emit)
  }

  /// Says the last words: scans whose end never came are worked on, open events get their last
  /// version. Call it once, after the last arrival.
  public mutating func finish(emit: (PostEvent) -> Void) {
    repair(emit: emit)
    tracker.finish(emit: emit)
  }

  /// Hands each confirmed track, carried to `moment`, to `body`, in the order of their places.
  /// Left out are those that are more likely not there than there, and those not hit for long.
  /// Changes nothing.
  public func forEachTrack(at moment: Instant, _ body: (TrackSnapshot) -> Void) {
    tracker.forEachTrack(at: moment, body)
  }

  /// Hands each sensor to `body` whose cover holds `place` now, and whether it delivers.
  public func forEachSensor(covering place: SIMD2<Double>, _ body: (SensorID, Bool) -> Void) {
    tracker.forEachSensor(covering: place, body)
  }

  /// Hands the steps since the last call to `body`, in order, and forgets them.
  public mutating func drainSteps(_ body: (FusionStep) -> Void) { tracker.drainSteps(body) }

  // MARK: - What every observation passes

  /// Whether an observation is to be used, as of when; counts why not.
  private mutating func admit(_ observation: inout Observation) -> Bool {
    if voices.isEcho(observation, at: now) {
      intake.echoes += 1
      return false
    }
    switch observation.content {
    case .clock:
      observation.time = now
    case .health(let report):
      // What the post itself finds holds from when it says so.
      observation.time = now
      observation.content = .health(voices.asHeard(report, by: observation.source, at: now))
    case .area, .detection, .scanEnd, .platform, .air:
      guard observation.sensor.index < sensorCount else {
        intake.invalid += 1
        return false
      }
      if observation.time > now {
        intake.fromTheFuture += 1
        observation.time = now
      } else if observation.time < now.advanced(byNanos: -parameters.lateNanosMax) {
        intake.late += 1
        return false
      }
    }
    return true
  }

  // MARK: - The better order

  /// Sets the state back to before the oldest late observation and takes all since in order.
  private mutating func repair(emit: (PostEvent) -> Void) {
    guard let late = oldestLate else { return }
    oldestLate = nil
    guard let start = checkpoints.restore(&tracker, for: late) else {
      intake.unrepaired += 1
      return
    }
    intake.repetitions += 1
    tracker.beginRepeating(from: start)
    for place in log.place(of: start)..<log.count {
      let observation = log[place]
      keepCheckpoint(before: observation)
      tracker.take(observation, arrived: now, emit: emit)
      intake.repeated += 1
    }
    tracker.endRepeating()
  }

  /// Keeps a checkpoint when it is time for one and everything before `observation` was taken.
  private mutating func keepCheckpoint(before observation: Observation) {
    guard let newest = checkpoints.newest, observation.time > tracker.now,
      newest == .distantPast || observation.time.nanos(since: newest) >= Self.checkpointNanos
    else { return }
    checkpoints.keep(tracker, at: observation.time)
  }

  /// Keeps a first checkpoint, before which there is nothing to go back to.
  private mutating func startOver() {
    if oldestLate != nil { intake.unrepaired += 1 }
    oldestLate = nil
    let isFirst = tracker.now == .distantPast
    checkpoints.keep(tracker, at: isFirst ? .distantPast : tracker.now.advanced(byNanos: 1))
  }

  /// Forgets what nothing that is still used can go back to.
  private mutating func forgetOld() {
    checkpoints.forget(notNeededFor: now.advanced(byNanos: -parameters.lateNanosMax))
    if let oldest = checkpoints.oldest { log.forget(before: oldest) }
  }

  /// When more is said than the log holds, the oldest goes: later observations cannot go back so far.
  private mutating func makeRoom() {
    while log.isFull {
      if checkpoints.count > 1 {
        checkpoints.forgetOldest()
      } else {
        checkpoints.forgetAll()
        log.forgetAll()
      }
      if let oldest = checkpoints.oldest { log.forget(before: oldest) }
    }
  }
}
