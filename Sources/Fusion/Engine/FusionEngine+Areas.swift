import Geodesy
import Glibc
import Model

extension FusionEngine {
  /// Gate on an onset: a point spread over an area is never far out in standard deviations.
  static let areaGate = 9.0
  /// Onsets a second above which a motion sensor starts no tracks: it chatters.
  static let chatterRate = 0.1

  /// Takes the onset of an area sensor: a target is in its cover.
  ///
  /// The measurement is the mean of the cover with its covariance. A track placed much better than
  /// that is not moved: the cover tells it nothing.
  mutating func takeOnset(
    _ observation: Observation, at moment: Instant, emit: (PostEvent) -> Void
  ) {
    let sensor = observation.sensor.index
    guard site.sensors[sensor].kind == .motion else {
      counters.invalid += 1
      return
    }
    counters.areaOnsets += 1
    let model = site.sensors[sensor]
    let falseRate = model.falseRate(
      at: moment, weather: site.weather[model.technology].factor(at: moment))
    let slot = bestTrack(forOnsetOf: model, at: moment)
    let isExplained = slot.map { tracks[$0].isConfirmed } ?? false
    site.sensors[sensor].noteOnset(at: moment, isExplained: isExplained)
    if !isExplained { site.weather[model.technology].noteUnexplained(at: moment) }
    // Odds of an onset by a target that passes, against a false one in the same time.
    let ratio = log(model.detectionProbability / (falseRate * SensorModel.passageSeconds))
    if let slot {
      takeOnset(of: observation.sensor, model, ratio: ratio, slot: slot, at: moment)
      confirmIfDue(slot)
      examineLines(slot, emit: emit)
    } else if falseRate < Self.chatterRate {
      let state = KalmanState(
        position: model.centroid, covariance: model.covariance,
        speedSigma: parameters.areaBirthSpeedSigma)
      let odds = -1 + min(0, ratio - 3)
      if let slot = startTrack(state: state, at: moment, logOdds: odds, by: observation) {
        _ = tracks[slot].note(observation.sensor, at: moment)
        tracks[slot].extendPath()
        examineLines(slot, emit: emit)
      }
    } else {
      counters.chatter += 1
    }
  }

  /// The track an onset fits best.
  private func bestTrack(forOnsetOf model: SensorModel, at moment: Instant) -> Int? {
    var best: Int?
    var bestCost = Double.infinity
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && !tracks[slot].isAirborne {
      var state = tracks[slot].state
      state.predict(seconds: moment.seconds(since: tracks[slot].time), motion: motion)
      let age = max(0, tracks[slot].time.seconds(since: moment))
      let innovation = state.innovation(
        ofPlace: model.centroid, covariance: model.covariance, age: age, motion: motion)
      let squared = innovation.mahalanobisSquared
      guard squared >= 0, squared < Self.areaGate else { continue }
      let sigma = state.positionCovariance.largestSigma
      let place = state.position - state.velocity * age
      // Our own tells its place well; what is not in the cover did not cause the onset.
      let reach = tracks[slot].isPlatform ? 1 + sigma : 3 + 2 * sigma
      guard site.distance(from: place, toCoverOf: model) < reach else { continue }
      let cost =
        0.5 * squared + 0.5 * log(innovation.covariance.determinant)
        - log(max(tracks[slot].existence, 0.02))
      if cost < bestCost {
        bestCost = cost
        best = slot
      }
    }
    return best
  }

  private mutating func takeOnset(
    of sensor: SensorID, _ model: SensorModel, ratio: Double, slot: Int, at moment: Instant
  ) {
    if moment < tracks[slot].time { counters.outOfSequence += 1 }
    tracks[slot].predict(to: moment, motion: motion)
    let before = tracks[slot].state
    // Who was seen a moment ago is placed better by the eye than by the cover.
    if before.positionCovariance.trace > 0.25 * model.covariance.trace
      || model.covariance.determinant < before.positionCovariance.determinant
    {
      let age = max(0, tracks[slot].time.seconds(since: moment))
      tracks[slot].state.update(
        before.innovation(
          ofPlace: model.centroid, covariance: model.covariance, age: age, motion: motion))
      if !tracks[slot].state.isSound { tracks[slot].state = before }
    }
    tracks[slot].lastHit = max(tracks[slot].lastHit, moment)
    let isFirst = tracks[slot].note(sensor, at: moment)
    addLogOdds(isFirst ? min(3, max(0.1, 0.65 * ratio)) : 0.15, to: slot)
    tracks[slot].extendPath()
  }
}
