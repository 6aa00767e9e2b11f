import Geodesy
import Glibc
import Model

/// What is remembered of one track and one line.
struct LineState: BitwiseCopyable {
  /// The side it is known to be on: 1 left, -1 right, 0 not known yet.
  var side: Int8 = 0
  /// Whether an estimate was taken before.
  var hasLast = false
  /// Whether `flip` tells where the path met the line on its way to the other side.
  var hasFlip = false
  /// Whether it is there by a crossing that no sensor saw, and was not seen since.
  var isUnseen = false
  var lastDistance = 0.0
  var lastTime = Instant.distantPast
  var lastPosition = SIMD2<Double>.zero
  var flip = LineFlip()
}

/// Where and when a path met a line.
struct LineFlip: BitwiseCopyable {
  var time = Instant.distantPast
  var position = SIMD2<Double>.zero
  var covariance = Covariance2(sigma: 1)
  var velocity = SIMD2<Double>.zero
  /// Standard deviation of the distance from the line, metres.
  var sigma = 0.0
  /// Seconds between the two estimates that the line lies between.
  var gap = 0.0
  /// Whether the path passed beyond an end of the line.
  var isBeyondEnd = false
}

extension Tracker {
  /// Probability of the side at which a new track is taken to be there.
  static let sideProbability = 0.7

  /// Factor on the false onsets of a technology from which on the weather is bad.
  static let stormFactor = 3.0

  /// Tests the newest estimate of a track against all lines.
  ///
  /// With signed distance d from the line and its standard deviation σ across the line the track is
  /// on the left with probability Φ(d/σ). A crossing counts once the other side has
  /// `crossingProbability`: someone who walks along the line, or stands on it, gives none.
  mutating func examineLines(_ slot: Int, emit: (PostEvent) -> Void) {
    let position = tracks[slot].state.position
    let time = tracks[slot].time
    let spread = tracks[slot].state.positionCovariance
      .adding(Covariance2(sigma: parameters.crossingSigmaMin))
    let probability =
      tracks[slot].isFeltOnly
      ? parameters.areaCrossingProbability : parameters.crossingProbability
    for line in site.lines.indices {
      guard let foot = foot(of: position, line: line) else { continue }
      let d = foot.signedDistance
      var across = position - foot.place
      let length = (across * across).sum().squareRoot()
      across = length > 1e-6 ? across / length : SIMD2(0, 1)
      let sigma = spread.variance(along: across).squareRoot()
      let index = lineIndex(slot, line)
      var state = lineStates[index]
      if state.hasLast, (state.lastDistance > 0) != (d > 0) {
        state.flip = flip(slot, from: state, to: d, sigma: sigma, spread: spread, line: line)
        state.hasFlip = (d > 0) == (state.side < 0)
      }
      state.hasLast = true
      state.lastDistance = d
      state.lastTime = time
      state.lastPosition = position
      let left = normalDistribution(d / sigma)
      if state.side == 0 {
        if max(left, 1 - left) >= Self.sideProbability { state.side = left > 0.5 ? 1 : -1 }
      } else {
        let other = state.side > 0 ? 1 - left : left
        traceTest(slot, line: line, other: other, needed: probability, at: time)
        if 1 - other >= probability { state.isUnseen = false }
        if other >= probability, abs(d) >= parameters.crossingDistanceMin {
          if !state.hasFlip {
            state.flip = here(slot, sigma: sigma, spread: spread)
            state.flip.isBeyondEnd = foot.isBeyondEnd
            state.hasFlip = true
          }
          let isReady =
            tracks[slot].isConfirmed && tracks[slot].existence >= confidenceMin
          let isStale = now.nanos(since: state.flip.time) > parameters.decisionNanosMax
          if isReady || isStale || state.flip.isBeyondEnd {
            let direction: CrossingDirection = state.side > 0 ? .leftToRight : .rightToLeft
            let isDisproved = state.isUnseen
            state.side = -state.side
            state.hasFlip = false
            state.isUnseen = false
            if isDisproved {
              retractEvents(of: tracks[slot].id, line: line, emit: emit)
            } else if isReady, !isStale, !state.flip.isBeyondEnd {
              report(slot, line: line, direction, state.flip, probability: other, emit: emit)
            } else {
              let obstacle =
                state.flip.isBeyondEnd ? FusionStep.Obstacle.beyondEnd : .stale
              traceWithheld(slot, line: line, obstacle, at: state.flip.time)
            }
          } else {
            let isUnsure = tracks[slot].isConfirmed
            traceWithheld(
              slot, line: line, isUnsure ? .existence : .unconfirmed, at: state.flip.time)
          }
        }
      }
      lineStates[index] = state
    }
    judgeOrigin(slot, emit: emit)
  }

  /// Probability of existence that a crossing needs now: more while the weather disturbs the sensors,
  /// when most of what seems to cross is nothing.
  var confidenceMin: Double {
    for technology in site.weather.indices
    where site.weather[technology].factor(at: now) >= Self.stormFactor {
      return max(parameters.stormConfidenceMin, parameters.eventConfidenceMin)
    }
    return parameters.eventConfidenceMin
  }

  func foot(of position: SIMD2<Double>, line: Int) -> PolylineFoot? {
    let isClosed = site.lines[line].isClosed
    return site.linePoints.withSpan(site.lines[line].points) {
      polylineFoot(of: position, on: $0, isClosed: isClosed)
    }
  }

  /// Where the straight way from the last estimate to this one meets the line: distances change
  /// evenly along it.
  private func flip(
    _ slot: Int, from state: LineState, to d: Double, sigma: Double, spread: Covariance2,
    line: Int
  ) -> LineFlip {
    var flip = here(slot, sigma: sigma, spread: spread)
    let span = abs(state.lastDistance) + abs(d)
    let fraction = span > 0 ? abs(state.lastDistance) / span : 1
    flip.gap = max(0, tracks[slot].time.seconds(since: state.lastTime))
    flip.time = state.lastTime.advanced(byNanos: Int64(fraction * min(flip.gap, 60) * 1e9))
    flip.position = state.lastPosition + (flip.position - state.lastPosition) * fraction
    flip.isBeyondEnd = foot(of: flip.position, line: line)?.isBeyondEnd ?? true
    return flip
  }

  private func here(_ slot: Int, sigma: Double, spread: Covariance2) -> LineFlip {
    LineFlip(
      time: tracks[slot].time, position: tracks[slot].state.position, covariance: spread,
      velocity: tracks[slot].state.velocity, sigma: sigma, gap: 0, isBeyondEnd: false)
  }

  /// Φ(x).
  func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }
}
