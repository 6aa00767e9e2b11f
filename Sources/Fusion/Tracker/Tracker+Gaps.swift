import Geodesy
import Model

// Crossings in gaps of the cover: what no sensor saw is told by the way a track had come when it was
// first placed, or by the way it was on when it was last.
extension Tracker {
  /// Step of the time that is looked through, seconds.
  private static let gapStep = 0.25
  /// A target slower than this across the line may as well have stood there, m/s.
  private static let gapSpeedMin = 0.4
  /// A track must have been placed for so long before its way tells where it came from, seconds.
  private static let originSecondsMin = 0.5
  /// Its way must lead away from the line by so many standard deviations.
  private static let originSigmas = 1.0
  /// Looks nearer together than this tell the same, seconds: misses come in runs.
  private static let lookSeconds = 0.2
  /// Who has not delivered a scan for so long does not look, seconds.
  private static let scanAgeMax = 2.0
  /// Nothing is said of a gap where a crossing was reported so near, in metres and seconds.
  private static let gapRepeatMetres = 15.0
  private static let gapRepeatSeconds = 12.0

  /// Reports the crossing by which a track came to the side on which it was first placed, when that
  /// is probable and it could have come so far unseen.
  ///
  /// The mean velocity since the first place leads back from it. With d the distance of the first place
  /// from the line, v the speed away from it, T the time since and P the variances across the line of the
  /// first place and of the present one, the place at t before the first one has the mean d - v·t and
  /// the variance P₀·(1 + t/T)² + P₁·(t/T)² + q·(T·t² + t³)/3.
  mutating func judgeOrigin(_ slot: Int, emit: (PostEvent) -> Void) {
    guard !tracks[slot].isOriginJudged, isPlacedTarget(slot) else { return }
    let seen = tracks[slot].time.seconds(since: tracks[slot].firstTime)
    guard seen <= parameters.originSecondsMax else {
      tracks[slot].isOriginJudged = true
      return
    }
    guard seen >= Self.originSecondsMin else { return }
    for line in site.lines.indices where !tracks[slot].isOriginJudged {
      judgeOrigin(slot, line: line, seen: seen, emit: emit)
    }
  }

  private mutating func judgeOrigin(
    _ slot: Int, line: Int, seen: Double, emit: (PostEvent) -> Void
  ) {
    let track = tracks[slot]
    let state = lineStates[lineIndex(slot, line)]
    let velocity = (track.state.position - track.firstPlace) / seen
    guard state.side != 0, !state.hasFlip,
      let way = wayAcross(line, from: track.firstPlace, side: state.side, velocity: velocity),
      way.speed > Self.gapSpeedMin
    else { return }
    let first = track.firstCovariance.variance(along: way.across)
    let last = track.state.positionCovariance.variance(along: way.across)
    let q = motion.density(at: velocity)
    let doubt = (first + last) / (seen * seen) + q * seen / 3
    guard way.speed > Self.originSigmas * doubt.squareRoot() else { return }
    var probability = 0.0
    var looks = 0.0
    var back = 0.0
    while probability < parameters.originProbability, looks <= parameters.gapLooksMax,
      back <= parameters.gapSecondsMax
    {
      let part = back / seen
      let variance =
        first * (1 + part) * (1 + part) + last * part * part
        + q * (seen + back) * back * back / 3 + gapVarianceMin
      probability = probabilityBelowZero(way.distance - way.speed * back, variance)
      looks += looksPerSecond(slot, at: track.firstPlace - velocity * back) * Self.gapStep
      back += Self.gapStep
    }
    guard probability >= parameters.originProbability else { return }
    tracks[slot].isOriginJudged = true
    let flip = flip(
      slot, way, from: track.firstPlace, at: track.firstTime, direction: -1, velocity: velocity,
      covariance: track.firstCovariance)
    guard !isBeyondEnd(flip, line: line), !wasCrossed(line, at: flip) else { return }
    traceTest(
      slot, line: line, other: probability, needed: parameters.originProbability, at: flip.time)
    report(
      slot, line: line, state.side > 0 ? .rightToLeft : .leftToRight, flip,
      probability: probability, emit: emit)
  }

  /// Reports the crossing of a track that was on its way to a line when it was last seen, when it is
  /// probably beyond it by now and nothing that looks there should have shown it.
  mutating func judgeDeparture(_ slot: Int, emit: (PostEvent) -> Void) {
    let silence = now.seconds(since: tracks[slot].time)
    guard silence > 2 * Self.gapStep, silence <= parameters.gapSecondsMax, isPlacedTarget(slot)
    else { return }
    for line in site.lines.indices {
      judgeDeparture(slot, line: line, silence: silence, emit: emit)
    }
  }

  private mutating func judgeDeparture(
    _ slot: Int, line: Int, silence: Double, emit: (PostEvent) -> Void
  ) {
    let track = tracks[slot]
    let index = lineIndex(slot, line)
    let side = lineStates[index].side
    let velocity = track.state.velocity
    guard side != 0,
      let way = wayAcross(line, from: track.state.position, side: side, velocity: velocity),
      way.speed < -Self.gapSpeedMin
    else { return }
    var carried = track.state
    carried.predict(seconds: silence, motion: motion)
    let probability = probabilityBelowZero(
      way.distance + way.speed * silence,
      carried.positionCovariance.variance(along: way.across) + gapVarianceMin)
    guard probability >= parameters.departureProbability else { return }
    var looks = 0.0
    var ahead = Self.gapStep
    while ahead < silence {
      looks += looksPerSecond(slot, at: track.state.position + velocity * ahead) * Self.gapStep
      ahead += Self.gapStep
    }
    guard looks <= parameters.gapLooksMax else { return }
    let flip = flip(
      slot, way, from: track.state.position, at: track.time, direction: 1, velocity: velocity,
      covariance: track.state.positionCovariance)
    guard !isBeyondEnd(flip, line: line) else { return }
    lineStates[index].side = -side
    lineStates[index].hasFlip = false
    lineStates[index].lastDistance = -lineStates[index].lastDistance
    lineStates[index].isUnseen = true
    traceTest(
      slot, line: line, other: probability, needed: parameters.departureProbability,
      at: flip.time)
    report(
      slot, line: line, side > 0 ? .leftToRight : .rightToLeft, flip, probability: probability,
      emit: emit)
  }

  // MARK: - Both

  /// How a way leads away from a line: `across` points from the line to where it starts.
  private struct Way {
    var across: SIMD2<Double>
    var distance: Double
    /// Away from the line; negative towards it.
    var speed: Double
  }

  private func wayAcross(
    _ line: Int, from place: SIMD2<Double>, side: Int8, velocity: SIMD2<Double>
  ) -> Way? {
    guard let foot = foot(of: place, line: line), !foot.isBeyondEnd,
      (foot.signedDistance > 0) == (side > 0)
    else { return nil }
    let away = place - foot.place
    let distance = (away * away).sum().squareRoot()
    guard distance > 1e-6 else { return nil }
    let across = away / distance
    return Way(across: across, distance: distance, speed: (velocity * across).sum())
  }

  /// A target on the ground that detections have placed often enough to know its way.
  private func isPlacedTarget(_ slot: Int) -> Bool {
    let track = tracks[slot]
    return track.isConfirmed && !track.isAirborne && !track.isPlatform && !track.isFeltOnly
      && track.scanHits.nonzeroBitCount >= parameters.initiationHits
      && track.existence >= confidenceMin
  }

  /// Where and when a straight way meets the line; `direction` is 1 ahead in time and -1 back.
  private func flip(
    _ slot: Int, _ way: Way, from place: SIMD2<Double>, at moment: Instant, direction: Double,
    velocity: SIMD2<Double>, covariance: Covariance2
  ) -> LineFlip {
    let seconds = way.distance / abs(way.speed)
    // The speed itself is uncertain by about a metre a second in the unseen time.
    return LineFlip(
      time: moment.advanced(byNanos: Int64(direction * min(seconds, 60) * 1e9)),
      position: place + velocity * (direction * seconds),
      covariance: covariance.adding(Covariance2(sigma: max(0.5, seconds))), velocity: velocity,
      sigma: max(0.5, seconds), gap: seconds, isBeyondEnd: false)
  }

  private func isBeyondEnd(_ flip: LineFlip, line: Int) -> Bool {
    foot(of: flip.position, line: line)?.isBeyondEnd ?? true
  }

  private var gapVarianceMin: Double { parameters.crossingSigmaMin * parameters.crossingSigmaMin }

  private func probabilityBelowZero(_ mean: Double, _ variance: Double) -> Double {
    normalDistribution(-(mean / variance.squareRoot()))
  }

  /// How often a second the sensors that cover `place` would show the track there, by how often they
  /// showed it lately.
  private func looksPerSecond(_ slot: Int, at place: SIMD2<Double>) -> Double {
    var looks = 0.0
    for sensor in site.sensors.indices {
      let model = site.sensors[sensor]
      guard model.scanSlot >= 0, model.isDelivering,
        now.seconds(since: model.lastScan) < Self.scanAgeMax, site.covers(place, model, at: now)
      else { continue }
      looks +=
        min(model.detectionProbability, shownRate(slot, scan: model.scanSlot))
        / max(model.scanSeconds, Self.lookSeconds)
    }
    return looks
  }

  /// Whether a crossing of the line was reported there a moment before or after: a track that was
  /// lost and found again did not come from nowhere.
  private func wasCrossed(_ line: Int, at flip: LineFlip) -> Bool {
    for index in records.indices where records[index].track.rawValue != 0 {
      let event = records[index].event
      guard event.identity.line.index == line, event.disposition != .retracted,
        abs(flip.time.seconds(since: event.time)) < Self.gapRepeatSeconds
      else { continue }
      let away = event.position - flip.position
      if (away * away).sum() < Self.gapRepeatMetres * Self.gapRepeatMetres { return true }
    }
    return false
  }
}
