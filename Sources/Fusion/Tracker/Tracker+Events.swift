import Geodesy
import Glibc
import Model

/// A reported crossing that can still get a later version.
struct EventRecord: BitwiseCopyable {
  var isOpen = false
  /// The version that holds.
  var event = CrossingEvent(
    identity: CrossingIdentity(
      line: LineID(0), birthSource: .clock, birthSequence: 0, birthBranch: 0, ordinal: 0),
    direction: .leftToRight, time: .distantPast, decided: .distantPast,
    clock: ClockMap(
      instant: .distantPast, wall: WallTime(unixNanos: 0), uncertaintyNanos: 0,
      state: .unsynchronised),
    position: .zero, covariance: .zero, track: TrackID(0))
  /// The track that carries it now, another one after a merge.
  var track = TrackID(0)
  /// When the track of the event was last hit.
  var lastHit = Instant.distantPast
  /// When the observations led to it, by their own times.
  var reported = Instant.distantPast
  var nextReview = Instant.distantPast
  /// Whether the way to it was taken back and has not led to it again yet.
  var isInQuestion = false
}

extension Tracker {
  /// Time from one look at an event to the next, nanoseconds.
  static let reviewNanos: Int64 = 2_000_000_000
  /// An event is closed after so long, nanoseconds.
  static let reviewNanosMax: Int64 = 20_000_000_000
  /// A track that fades so soon after its crossing was clutter, nanoseconds.
  static let retractNanos: Int64 = 4_000_000_000
  /// What a better order of the observations has not confirmed so long after the last of them could have
  /// come is taken back, nanoseconds.
  static let questionNanos: Int64 = 2_000_000_000
  /// Distance within which one of our own is named beside a crossing, metres.
  static let nearbyMetres = 30.0

  /// Reports a crossing, unless it repeats an earlier one.
  mutating func report(
    _ slot: Int, line: Int, _ direction: CrossingDirection, _ flip: LineFlip,
    probability: Double, emit: (PostEvent) -> Void
  ) {
    tracks[slot].crossings += 1
    if let index = reportedBefore(slot, line: line, direction, flip) {
      confirm(index, slot: slot, emit: emit)
      return
    }
    guard !isRepetition(slot, line: line, direction, flip) else {
      counters.duplicates += 1
      traceWithheld(slot, line: line, .repetition, at: flip.time)
      return
    }
    var event = CrossingEvent(
      identity: CrossingIdentity(
        line: LineID(UInt16(line)), birthSource: tracks[slot].birthSource,
        birthSequence: tracks[slot].birthSequence, birthBranch: 0,
        ordinal: tracks[slot].crossings),
      direction: direction, time: flip.time, decided: arrived, clock: clockInForce,
      position: flip.position, covariance: flip.covariance.packed, track: tracks[slot].id)
    let speed = (flip.velocity * flip.velocity).sum().squareRoot()
    let fromSpeed = flip.sigma / max(speed, 0.3)
    // The moment is also no better known than the estimates around it are dense.
    event.timeSigma = Float((fromSpeed * fromSpeed + flip.gap * flip.gap / 12).squareRoot())
    event.velocity = SIMD2<Float>(flip.velocity)
    event.height = tracks[slot].height
    describe(&event, slot: slot)
    event.confidence = Float(tracks[slot].existence * probability)
    counters.crossings += 1
    keep(event, slot: slot)
    trace(
      .reported, slot, at: flip.time, line: event.identity.line,
      test: (tracks[slot].existence, confidenceMin))
    emit(.crossing(event))
  }

  /// Fills in what the track knows at this moment.
  private func describe(_ event: inout CrossingEvent, slot: Int) {
    let track = tracks[slot]
    event.isFriendly = track.isPlatform
    event.stranger = track.stranger
    event.classes = classes(of: track)
    let best = event.classes.best
    event.targetCount = track.isStranger ? track.airCount : best == .group ? 2 : 1
    event.targetCountMin = 1
    // Shoulder to shoulder people take about half a metre each.
    let most = track.width > 0 && best != .vehicle ? Int(track.width / 0.5) : 1
    event.targetCountMax = max(UInt16(min(most, 50)), event.targetCount)
    event.friendlyNearby = ownNear(event.position, besides: slot)
    event.contributionCount = UInt8(track.contributionCount)
    for index in 0..<track.contributionCount {
      var entry = track.contributions[index]
      entry.health =
        entry.sensor.index < site.sensors.count ? site.sensors[entry.sensor.index].health : .ok
      var place = index
      while place > 0, event.contributions[place - 1].sensor > entry.sensor {
        event.contributions[place] = event.contributions[place - 1]
        place -= 1
      }
      event.contributions[place] = entry
    }
    event.pathCount = UInt8(track.pathCount)
    event.path = track.path
  }

  /// The track's classes with what its speed says: log-normal speeds by class, softened.
  private func classes(of track: Track) -> ClassScores {
    if track.isAirborne { return track.classes }
    let velocity = track.state.velocity
    let speed = max(0.3, (velocity * velocity).sum().squareRoot())
    var scores = track.classes
    for target in Self.speeds.indices {
      let (usual, width) = Self.speeds[target]
      let off = log(speed / usual) / width
      scores.lanes[target] *= Float(exp(-0.25 * min(off * off, 16)) / width.squareRoot())
    }
    return scores.normalised
  }

  /// Usual speed in m/s and the spread of its logarithm: person, group, vehicle, animal.
  private static var speeds: InlineArray<4, (Double, Double)> {
    [(1.4, 0.45), (1.3, 0.4), (7, 0.8), (1.8, 0.8)]
  }

  /// One of our own near a place, or `.none`.
  private func ownNear(_ position: SIMD2<Double>, besides slot: Int) -> SensorID {
    var nearest = Self.nearbyMetres
    var own = SensorID.none
    for other in tracks.indices
    where other != slot && tracks[other].id.rawValue != 0 && tracks[other].isPlatform {
      let away = tracks[other].state.position - position
      let distance = (away * away).sum().squareRoot()
      if distance < nearest {
        nearest = distance
        own = tracks[other].platform
      }
    }
    return own
  }

  /// Whether this crossing was reported before: by this very track a moment ago, or by one that
  /// was lost before this one came up.
  private func isRepetition(
    _ slot: Int, line: Int, _ direction: CrossingDirection, _ flip: LineFlip
  ) -> Bool {
    for index in records.indices where records[index].track.rawValue != 0 {
      let record = records[index]
      guard record.event.identity.line.index == line, record.event.direction == direction,
        record.event.disposition != .retracted,
        (record.event.stranger != nil) == tracks[slot].isStranger,
        abs(flip.time.seconds(since: record.event.time)) * 1e9 < Double(parameters.duplicateNanos)
      else { continue }
      let away = record.event.position - flip.position
      guard (away * away).sum().squareRoot() < parameters.duplicateDistance else { continue }
      let isSame = record.track == tracks[slot].id
      let cameAfter =
        tracks[slot].birthTime > record.lastHit.advanced(byNanos: -500_000_000)
      if isSame || cameAfter { return true }
    }
    return false
  }

  /// The record of this crossing if it was reported before the order of the observations was put right: of
  /// this very track, or of one that is this one now.
  private func reportedBefore(
    _ slot: Int, line: Int, _ direction: CrossingDirection, _ flip: LineFlip
  ) -> Int? {
    for index in records.indices where records[index].track.rawValue != 0 {
      let event = records[index].event
      guard event.identity.line.index == line, event.direction == direction else { continue }
      let isItself =
        event.identity.birthSource == tracks[slot].birthSource
        && event.identity.birthSequence == tracks[slot].birthSequence
        && event.identity.ordinal == tracks[slot].crossings
      let away = event.position - flip.position
      let isNear =
        abs(flip.time.nanos(since: event.time)) < parameters.duplicateNanos
        && (away * away).sum().squareRoot() < parameters.duplicateDistance
      if isItself || (records[index].isInQuestion && isNear) { return index }
    }
    return nil
  }

  /// The better order led to a reported crossing again; one that was taken back meanwhile holds again.
  private mutating func confirm(_ index: Int, slot: Int, emit: (PostEvent) -> Void) {
    records[index].isInQuestion = false
    records[index].reported = now
    records[index].track = tracks[slot].id
    let event = records[index].event
    trace(
      .reported, slot, at: event.time, line: event.identity.line,
      test: (tracks[slot].existence, confidenceMin))
    guard event.disposition == .retracted, event.version < parameters.versionsMax else { return }
    records[index].event.version += 1
    records[index].event.disposition = .corrected
    records[index].event.decided = arrived
    records[index].event.clock = clockInForce
    records[index].isOpen = true
    counters.corrections += 1
    emit(.crossing(records[index].event))
  }

  private mutating func keep(_ event: CrossingEvent, slot: Int) {
    let index = recordsMade % records.count
    recordsMade += 1
    records[index] = EventRecord(
      isOpen: true, event: event, track: tracks[slot].id, lastHit: tracks[slot].lastHit,
      reported: now, nextReview: now.advanced(byNanos: Self.reviewNanos))
  }

  // MARK: - Later versions

  /// Looks again at the open events whose time has come.
  mutating func reviewEvents(isLast: Bool, emit: (PostEvent) -> Void) {
    for index in records.indices where records[index].isOpen {
      if records[index].isInQuestion,
        now.nanos(since: records[index].reported) > parameters.lateNanosMax + Self.questionNanos
      {
        retract(index, emit: emit)
        continue
      }
      guard let slot = place(of: records[index].track) else { continue }
      records[index].lastHit = tracks[slot].lastHit
      guard isLast || now >= records[index].nextReview else { continue }
      records[index].nextReview = now.advanced(byNanos: Self.reviewNanos)
      correct(index, slot: slot, emit: emit)
      if now.nanos(since: records[index].reported) > Self.reviewNanosMax {
        records[index].isOpen = false
      }
    }
  }

  /// Gives an event a new version when it would now say something else.
  private mutating func correct(_ index: Int, slot: Int, emit: (PostEvent) -> Void) {
    var event = records[index].event
    guard event.version < parameters.versionsMax else { return }
    let before = event
    event.classes = classes(of: tracks[slot])
    event.confidence = Float(tracks[slot].existence)
    event.isFriendly = tracks[slot].isPlatform
    event.stranger = tracks[slot].stranger
    // To know it less well than before is no correction: a patrol that left the camera's view does
    // not become unknown.
    if event.classes.best == .unknown { event.classes = before.classes }
    let isOtherClass =
      event.classes.best != before.classes.best
      && event.classes[event.classes.best] - event.classes[before.classes.best] > 0.2
    guard
      isOtherClass || abs(event.confidence - before.confidence) > 0.25
        || event.isFriendly != before.isFriendly || event.stranger != before.stranger
    else { return }
    event.version += 1
    event.disposition = .corrected
    event.decided = arrived
    event.clock = clockInForce
    records[index].event = event
    counters.corrections += 1
    trace(.corrected, slot, at: event.time, line: event.identity.line)
    emit(.crossing(event))
  }

  /// The track ends: what it crossed just before it faded was no target.
  mutating func trackFaded(_ slot: Int, emit: (PostEvent) -> Void) {
    let id = tracks[slot].id
    for index in records.indices where records[index].isOpen && records[index].track == id {
      records[index].lastHit = tracks[slot].lastHit
      let wasClutter =
        !tracks[slot].isPlatform && tracks[slot].logOdds < parameters.endLogOdds
        && tracks[slot].lastHit.nanos(since: records[index].event.time) < Self.retractNanos / 2
        && now.nanos(since: records[index].reported) < Self.retractNanos
      if wasClutter { retract(index, emit: emit) }
      records[index].isOpen = false
    }
  }

  /// Takes back the open events of a track, at one line only when it is given.
  mutating func retractEvents(
    of track: TrackID, line: Int? = nil, emit: (PostEvent) -> Void
  ) {
    for index in records.indices where records[index].isOpen && records[index].track == track {
      guard line == nil || records[index].event.identity.line.index == line else { continue }
      retract(index, emit: emit)
    }
  }

  private mutating func retract(_ index: Int, emit: (PostEvent) -> Void) {
    records[index].event.version += 1
    records[index].event.disposition = .retracted
    records[index].event.decided = arrived
    records[index].event.clock = clockInForce
    records[index].isOpen = false
    counters.retractions += 1
    if let slot = place(of: records[index].track) {
      let event = records[index].event
      trace(.retracted, slot, at: event.time, line: event.identity.line)
    }
    emit(.crossing(records[index].event))
  }

  /// After a merge another track carries the events.
  mutating func handEvents(of track: TrackID, to other: TrackID) {
    for index in records.indices where records[index].track == track {
      records[index].track = other
    }
  }

  private func place(of track: TrackID) -> Int? {
    for slot in tracks.indices where tracks[slot].id == track { return slot }
    return nil
  }
}
