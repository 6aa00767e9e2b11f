import Geodesy
import Model

extension Tracker {
  /// Log-odds at which a stranger begins, and what each of its reports adds: the third confirms it.
  static let strangerBirthLogOdds = -0.5
  static let strangerHitLogOdds = 0.7
  /// Their bound: a broadcast may be a false one.
  static let strangerLogOddsMax = 3.0
  /// Reports of one aircraft nearer in time than this are one broadcast heard twice, nanoseconds.
  static let strangerEchoNanos: Int64 = 300_000_000
  /// A platform of ours whose word is older than this bears no claim out, nanoseconds.
  static let claimWordNanosMax: Int64 = 5_000_000_000
  /// The farthest from its platform that a claim is borne out, metres.
  static let claimMetresMax = 100.0
  /// A claim that kept to the platform for so long is the platform, nanoseconds.
  static let claimNanos: Int64 = 3_000_000_000
  /// Standard deviation of a broadcast velocity, metres per second.
  static let strangerSpeedSigma = 1.0
  /// What is added to the gate for turns between two reports, standard deviation in metres.
  static let strangerGateSigma = 5.0

  /// Takes the broadcast of an aircraft that is not ours: it becomes a track in the air, by its own
  /// word, and is never taken for a friend, whatever it claims.
  ///
  /// A claim to be one of ours makes no track of its own only while it agrees with what that platform
  /// tells itself over its own link: then it is that platform, heard a second time. What was once
  /// found elsewhere than the platform stays a stranger.
  mutating func takeStranger(
    _ report: AirReport, _ observation: Observation, at moment: Instant, emit: (PostEvent) -> Void
  ) {
    guard isUsable(report, of: observation.sensor) else {
      counters.invalid += 1
      return
    }
    counters.airReports += 1
    let known = strangerTrack(of: report, at: moment)
    let verdict = judgeClaim(report, at: moment)
    let isProved = known.map { tracks[$0].isProvedStranger } ?? false
    if verdict == .borneOut, !isProved {
      counters.claimsBorneOut += 1
      if let known { endIfKept(known, at: moment, emit: emit) }
      return
    }
    let slot: Int
    if let known {
      guard update(known, report, observation, at: moment) else { return }
      slot = known
    } else {
      guard let new = startStranger(report, observation, at: moment) else { return }
      slot = new
    }
    describe(slot, report, observation, at: moment)
    if verdict == .refuted { tracks[slot].isProvedStranger = true }
    tracks[slot].nearPlatformSince = .distantPast
    examineLines(slot, emit: emit)
  }

  private func isUsable(_ report: AirReport, of sensor: SensorID) -> Bool {
    switch site.sensors[sensor.index].kind {
    case .drone, .beacon, .receiver: break
    case .motion, .camera: return false
    }
    let squared = (report.velocity * report.velocity).sum()
    return abs(report.position.x) < 1e6 && abs(report.position.y) < 1e6
      && report.positionSigma > 0 && report.positionSigma < 1e4 && !(squared > 1e6)
      && (report.target == .drone || report.target == .aircraft)
      && (report.claim == .none || report.claim.index < site.sensors.count)
  }

  // MARK: - Which track

  /// The track of the aircraft that reports: of the same identification or transmitter, and where it
  /// could have flown since.
  private func strangerTrack(of report: AirReport, at moment: Instant) -> Int? {
    var best: Int?
    var least = parameters.gate
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && tracks[slot].isStranger {
      let track = tracks[slot]
      let isNamed = report.identity != 0 && track.airIdentity == report.identity
      let isHeard =
        track.airSender == report.sender && (track.airIdentity == 0 || report.identity == 0)
      guard isNamed || isHeard else { continue }
      let squared = distanceSquared(report, from: slot, at: moment)
      if squared < least {
        least = squared
        best = slot
      }
    }
    return best
  }

  /// Squared Mahalanobis distance of a report from where a track is at its time.
  private func distanceSquared(
    _ report: AirReport, from slot: Int, at moment: Instant
  ) -> Double {
    var state = tracks[slot].state
    state.predict(seconds: moment.seconds(since: tracks[slot].time), motion: motion)
    let age = max(0, tracks[slot].time.seconds(since: moment))
    return state.innovation(
      ofPlace: report.position,
      covariance: Covariance2(sigma: Double(report.positionSigma))
        .adding(Covariance2(sigma: Self.strangerGateSigma)), age: age, motion: motion
    ).mahalanobisSquared
  }

  // MARK: - Claims

  private enum ClaimVerdict {
    /// It claims nothing, or the platform is not heard.
    case open
    case borneOut
    case refuted
  }

  /// Compares a claim with what the platform says itself.
  private func judgeClaim(_ report: AirReport, at moment: Instant) -> ClaimVerdict {
    guard report.claim != .none else { return .open }
    for slot in tracks.indices
    where tracks[slot].id.rawValue != 0 && tracks[slot].platform == report.claim {
      guard abs(moment.nanos(since: tracks[slot].wordTime)) <= Self.claimWordNanosMax else {
        return .open
      }
      let away = carriedPosition(slot, to: moment) - report.position
      let isNear = (away * away).sum() < Self.claimMetresMax * Self.claimMetresMax
      let squared = distanceSquared(report, from: slot, at: moment)
      return isNear && squared < parameters.gate ? .borneOut : .refuted
    }
    return .open
  }

  /// A stranger that turns out to be a platform of ours, whose word came later, ends; what it crossed
  /// meanwhile is taken back.
  private mutating func endIfKept(_ slot: Int, at moment: Instant, emit: (PostEvent) -> Void) {
    if tracks[slot].nearPlatformSince == .distantPast { tracks[slot].nearPlatformSince = moment }
    guard moment.nanos(since: tracks[slot].nearPlatformSince) >= Self.claimNanos else { return }
    retractEvents(of: tracks[slot].id, emit: emit)
    endTrack(slot)
  }

  // MARK: - The track

  private mutating func startStranger(
    _ report: AirReport, _ observation: Observation, at moment: Instant
  ) -> Int? {
    var strangers = 0
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && tracks[slot].isStranger {
      strangers += 1
    }
    guard strangers < FusionLimits.strangersMax else {
      counters.strangerOverflow += 1
      return nil
    }
    var state = KalmanState(
      position: report.position, covariance: Covariance2(sigma: Double(report.positionSigma)),
      speedSigma: report.target == .aircraft ? 100 : 20)
    if report.velocity.x.isFinite {
      state.update(velocity: SIMD2<Double>(report.velocity), sigma: Self.strangerSpeedSigma)
    }
    guard
      let slot = startTrack(
        state: state, at: moment, logOdds: Self.strangerBirthLogOdds, by: observation)
    else { return nil }
    tracks[slot].isAirborne = true
    return slot
  }

  /// Takes a report into its track; false for an echo of the last one.
  private mutating func update(
    _ slot: Int, _ report: AirReport, _ observation: Observation, at moment: Instant
  ) -> Bool {
    if abs(moment.nanos(since: tracks[slot].lastHit)) < Self.strangerEchoNanos {
      counters.airEchoes += 1
      note(observation.sensor, in: slot, at: moment)
      return false
    }
    tracks[slot].predict(to: moment, motion: motion)
    let age = max(0, tracks[slot].time.seconds(since: moment))
    let before = tracks[slot].state
    tracks[slot].state.update(
      before.innovation(
        ofPlace: report.position, covariance: Covariance2(sigma: Double(report.positionSigma)),
        age: age, motion: motion))
    if age == 0, report.velocity.x.isFinite {
      tracks[slot].state.update(
        velocity: SIMD2<Double>(report.velocity), sigma: Self.strangerSpeedSigma)
    }
    if !tracks[slot].state.isSound { tracks[slot].state = before }
    tracks[slot].logOdds = min(
      Self.strangerLogOddsMax, tracks[slot].logOdds + Self.strangerHitLogOdds)
    if !tracks[slot].isConfirmed, tracks[slot].logOdds > parameters.confirmLogOdds {
      tracks[slot].isConfirmed = true
      counters.tracksConfirmed += 1
    }
    return true
  }

  /// Notes what the report says beside the place.
  private mutating func describe(
    _ slot: Int, _ report: AirReport, _ observation: Observation, at moment: Instant
  ) {
    tracks[slot].lastHit = max(tracks[slot].lastHit, moment)
    tracks[slot].lastScanHit = tracks[slot].lastHit
    tracks[slot].airSender = report.sender
    if report.identity != 0 { tracks[slot].airIdentity = report.identity }
    tracks[slot].airTarget = report.target
    tracks[slot].airCount = report.count
    // A claim once made is not unsaid by a report that came before the name.
    let claim =
      report.claim == .none ? tracks[slot].stranger?.claim ?? .none : report.claim
    tracks[slot].stranger = AirStranger(broadcast: report.broadcast, claim: claim)
    if report.height.isFinite { tracks[slot].height = report.height }
    note(observation.sensor, in: slot, at: moment)
    tracks[slot].extendPath()
  }

  private func note(_ sensor: SensorID, in slot: Int, at moment: Instant) {
    _ = tracks[slot].note(sensor, at: moment, from: viewpoint(of: sensor, at: moment))
  }
}
