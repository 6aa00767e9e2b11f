import Geodesy
import Model

extension Tracker {
  /// Starts a track; `nil` when there is no room, which is counted.
  mutating func startTrack(
    state: KalmanState, at moment: Instant, logOdds: Double, by observation: Observation
  ) -> Int? {
    startTrack(
      state: state, at: moment, logOdds: logOdds, source: observation.source,
      sequence: observation.sequence)
  }

  /// Starts a track from the observation `sequence` of `source`.
  mutating func startTrack(
    state: KalmanState, at moment: Instant, logOdds: Double, source: SourceID, sequence: UInt64
  ) -> Int? {
    for slot in tracks.indices where tracks[slot].id.rawValue == 0 {
      counters.tracksBorn += 1
      var track = Track(state: state, time: moment, logOdds: logOdds, classLogs: classPriorLogs)
      track.id = names.name(source, sequence, isRepeated: isRepeating)
      track.birthSource = source
      track.birthSequence = sequence
      track.birthTime = moment
      tracks[slot] = track
      clearShown(slot)
      for line in site.lines.indices { lineStates[lineIndex(slot, line)] = LineState() }
      return slot
    }
    counters.trackOverflow += 1
    return nil
  }

  /// Frees a track's place.
  mutating func endTrack(_ slot: Int, because obstacle: FusionStep.Obstacle = .none) {
    if obstacle != .none { trace(.ended, slot, at: now, obstacle: obstacle) }
    tracks[slot].id = TrackID(0)
    tracks[slot].isConfirmed = false
    for other in tracks.indices { tracks[other].seenApart = cleared(tracks[other].seenApart, slot) }
  }

  /// Confirms a track that has earned it: hits in enough of the last scans, or enough different
  /// area sensors, or parts of both that add up; and the odds.
  mutating func confirmIfDue(_ slot: Int) {
    guard !tracks[slot].isConfirmed, tracks[slot].logOdds > parameters.confirmLogOdds,
      initiation(of: slot) >= 1
    else { return }
    tracks[slot].isConfirmed = true
    counters.tracksConfirmed += 1
    trace(.confirmed, slot, at: now)
  }

  /// How much of what confirms a track it has: 1 is enough.
  func initiation(of slot: Int) -> Double {
    let window = UInt64.max >> UInt64(64 - min(max(parameters.initiationScans, 1), 64))
    let hits = (tracks[slot].scanHits & window).nonzeroBitCount
    var areas = 0
    for index in 0..<tracks[slot].contributionCount
    where kind(of: tracks[slot].contributions[index].sensor) == .motion { areas += 1 }
    let scanPart = Double(hits) / Double(max(parameters.initiationHits, 1))
    let areaPart = Double(areas) / Double(max(parameters.initiationAreaSensors, 1))
    return scanPart + areaPart
  }

  /// Adds to a track's log-odds within the bound.
  func addLogOdds(_ change: Double, to slot: Int) {
    let bound = parameters.logOddsMax
    let top = tracks[slot].isFeltOnly ? min(bound, parameters.areaLogOddsMax) : bound
    tracks[slot].logOdds = min(top, max(-bound, tracks[slot].logOdds + change))
  }

  func kind(of sensor: SensorID) -> SensorModel.Kind? {
    sensor.index < site.sensors.count ? site.sensors[sensor.index].kind : nil
  }

  func lineIndex(_ slot: Int, _ line: Int) -> Int { slot * site.lines.count + line }

  // MARK: - Sets of places in the track table

  func mask(_ slot: Int) -> SIMD2<UInt64> {
    slot < 64 ? SIMD2(1 << UInt64(slot), 0) : SIMD2(0, 1 << UInt64(slot - 64))
  }

  func cleared(_ set: SIMD2<UInt64>, _ slot: Int) -> SIMD2<UInt64> { set & ~mask(slot) }

  func contains(_ set: SIMD2<UInt64>, _ slot: Int) -> Bool { set & mask(slot) != .zero }

  // MARK: - Housekeeping

  /// Ends tracks that faded, joins tracks that are one, gives events their later versions.
  mutating func keepHouse(emit: (PostEvent) -> Void) {
    let quiet = parameters.quietLogOddsRate * Double(Self.roundNanos) * 1e-9
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 {
      let silence = now.nanos(since: tracks[slot].lastHit)
      if tracks[slot].isPlatform {
        if now.nanos(since: tracks[slot].wordTime) > parameters.platformNanosMax {
          disown(slot, emit: emit)
        }
        continue
      }
      if tracks[slot].isStranger {
        if silence > parameters.strangerNanosMax || !tracks[slot].state.isSound {
          trackFaded(slot, emit: emit)
          endTrack(slot, because: .silence)
        }
        continue
      }
      if silence > 1_000_000_000 {
        // Who was only ever felt by area sensors is silent between them.
        addLogOdds(tracks[slot].lastScanHit == .distantPast ? -quiet / 3 : -quiet, to: slot)
      }
      var carried = tracks[slot]
      carried.predict(to: now, motion: motion)
      let end = end(of: slot, carried: carried, silence: silence)
      if end != .none {
        trackFaded(slot, emit: emit)
        endTrack(slot, because: end)
      } else {
        judgeDeparture(slot, emit: emit)
      }
    }
    mergeTracks(emit: emit)
    reviewEvents(isLast: false, emit: emit)
  }

  /// Why a track ends, or `.none`; `carried` is the track carried to the present.
  private func end(of slot: Int, carried: Track, silence: Int64) -> FusionStep.Obstacle {
    if tracks[slot].logOdds < parameters.endLogOdds { return .odds }
    if silence > parameters.coastNanosMax { return .silence }
    let isTooWide = carried.state.positionCovariance.largestSigma > parameters.sigmaMax
    return isTooWide || !tracks[slot].state.isSound ? .spread : .none
  }

  /// Joins pairs of tracks that are one target: near in place and velocity, and never hit by two
  /// detections of one scan.
  private mutating func mergeTracks(emit: (PostEvent) -> Void) {
    for a in tracks.indices where tracks[a].id.rawValue != 0 && !tracks[a].isAirborne {
      for b in (a + 1)..<tracks.count
      where tracks[b].id.rawValue != 0 && !tracks[b].isAirborne && tracks[a].id.rawValue != 0 {
        guard !contains(tracks[a].seenApart, b) else { continue }
        guard !(tracks[a].isPlatform && tracks[b].isPlatform) else { continue }
        if tracks[a].isPlatform || tracks[b].isPlatform {
          let (own, other) = tracks[a].isPlatform ? (a, b) : (b, a)
          joinWithPlatform(own, other, emit: emit)
        } else if areOne(a, b, distance: parameters.mergeDistance) {
          let keep = survivor(a, b)
          join(keep == a ? b : a, into: keep)
        }
      }
    }
  }

  /// A track that has kept to one of our own for 1.5 s is that one.
  private mutating func joinWithPlatform(
    _ own: Int, _ other: Int, emit: (PostEvent) -> Void
  ) {
    guard areOne(own, other, distance: parameters.mergeDistance * 1.6) else {
      tracks[other].nearPlatformSince = .distantPast
      return
    }
    if tracks[other].nearPlatformSince == .distantPast { tracks[other].nearPlatformSince = now }
    let near = now.nanos(since: tracks[other].nearPlatformSince)
    guard near >= 1_500_000_000 || !tracks[other].isConfirmed else { return }
    retractEvents(of: tracks[other].id, emit: emit)
    if tracks[other].isConfirmed, tracks[other].classes.best != .unknown {
      tracks[own].classLogs = tracks[other].classLogs
    }
    join(other, into: own)
  }

  /// The older of two confirmed tracks, or the confirmed one.
  private func survivor(_ a: Int, _ b: Int) -> Int {
    if tracks[a].isConfirmed != tracks[b].isConfirmed { return tracks[a].isConfirmed ? a : b }
    // Not by number: that of a track born in a repetition is the highest.
    let (first, second) = (tracks[a], tracks[b])
    let isOlder =
      (first.birthTime, first.birthSource.rawValue, first.birthSequence)
      <= (second.birthTime, second.birthSource.rawValue, second.birthSequence)
    return isOlder ? a : b
  }

  /// Whether two tracks agree in place and velocity at the present moment.
  private func areOne(_ a: Int, _ b: Int, distance: Double) -> Bool {
    let latest = max(tracks[a].time, tracks[b].time)
    var first = tracks[a]
    var second = tracks[b]
    first.predict(to: latest, motion: motion)
    second.predict(to: latest, motion: motion)
    let apart = first.state.position - second.state.position
    // An area-wide track is not joined by being wide: both must be placed.
    let spread = first.state.positionCovariance.adding(second.state.positionCovariance)
    let reach = min(spread.largestSigma, 4 * distance)
    guard (apart * apart).sum().squareRoot() < max(distance, reach) else { return false }
    guard spread.adding(Covariance2(sigma: distance / 2)).mahalanobisSquared(apart) < 4 else {
      return false
    }
    let faster = first.state.velocity - second.state.velocity
    let doubt = first.state.velocityCovariance.adding(second.state.velocityCovariance)
      .adding(Covariance2(sigma: 0.5))
    return doubt.mahalanobisSquared(faster) < 6
  }

  /// Gives what one track knows to another and ends it.
  private mutating func join(_ slot: Int, into other: Int) {
    counters.tracksMerged += 1
    for index in 0..<tracks[slot].contributionCount {
      let entry = tracks[slot].contributions[index]
      _ = tracks[other].note(entry.sensor, at: entry.first, from: entry.seenFrom)
      _ = tracks[other].note(entry.sensor, at: entry.last, from: entry.seenFrom)
    }
    if tracks[slot].state.positionCovariance.trace < tracks[other].state.positionCovariance.trace,
      tracks[slot].time >= tracks[other].time, !tracks[other].isPlatform
    {
      tracks[other].state = tracks[slot].state
      tracks[other].time = tracks[slot].time
    }
    tracks[other].lastHit = max(tracks[other].lastHit, tracks[slot].lastHit)
    tracks[other].logOdds = max(tracks[other].logOdds, tracks[slot].logOdds)
    tracks[other].scanHits |= tracks[slot].scanHits
    handEvents(of: tracks[slot].id, to: tracks[other].id)
    trace(.joined, other, at: now, other: tracks[slot].id)
    endTrack(slot)
    confirmIfDue(other)
  }
}
