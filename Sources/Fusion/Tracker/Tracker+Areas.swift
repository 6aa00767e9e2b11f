import Geodesy
import Glibc
import Model

extension Tracker {
  /// Gate on an onset: a point spread over an area is never far out in standard deviations.
  static let areaGate = 9.0
  /// Deviation of each velocity component of a vehicle, m/s: 7 m/s in any direction.
  static let vehicleSpeedSigma = 5.0
  /// What a vehicle costs more than a walker, of which there are four times as many.
  static let vehicleCost = 1.5
  /// Longest time from one onset to the next at which both are taken for one vehicle, seconds; it is
  /// soon gone, and anything can be reached in a long time at that speed.
  static let vehicleGapSeconds = 3.0
  /// Gate for such an onset, two standard deviations.
  static let vehicleGate = 4.0
  /// What the length of an onset adds to the log-odds of a track that only area sensors felt.
  static let glitchLogOdds = -3.0
  static let singleLogOdds = -1.2
  static let sustainedLogOdds = 1.0
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
    let slot = bestTrack(forOnsetOf: observation.sensor, model, at: moment)
    site.sensors[sensor].isActive = true
    site.sensors[sensor].pulseStart = moment
    site.sensors[sensor].pulseTrack = slot.map { tracks[$0].id } ?? TrackID(0)
    let isExplained = slot.map { tracks[$0].isConfirmed } ?? false
    site.sensors[sensor].noteOnset(at: moment, isExplained: isExplained)
    if !isExplained, model.unexplained(at: moment) < OnsetWeather.ownMax {
      site.weather[model.technology].noteUnexplained(at: moment)
    }
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
        site.sensors[sensor].pulseTrack = tracks[slot].id
        _ = tracks[slot].note(observation.sensor, at: moment)
        tracks[slot].extendPath()
        trace(.began, slot, sensor: observation.sensor, at: moment, before: odds)
        examineLines(slot, emit: emit)
      }
    } else {
      counters.chatter += 1
    }
  }

  /// Takes the end of an onset: how long the output was active tells a target from a glitch.
  ///
  /// A detector holds its output for its hold time after the last motion. Shorter than that is an
  /// electrical glitch or an insect; just that is a single motion, as wind and warm air give; longer
  /// is something that kept moving.
  mutating func takeRelease(
    _ observation: Observation, at moment: Instant, emit: (PostEvent) -> Void
  ) {
    let sensor = observation.sensor.index
    guard site.sensors[sensor].kind == .motion, site.sensors[sensor].isActive else { return }
    site.sensors[sensor].isActive = false
    let model = site.sensors[sensor]
    let length = moment.seconds(since: model.pulseStart)
    guard model.holdSeconds > 0, length >= 0 else { return }
    let change: Double
    if length < 0.6 * model.holdSeconds {
      change = Self.glitchLogOdds
      site.sensors[sensor].noteOnset(at: moment, isExplained: false)
    } else if model.isThin {
      change = 0
    } else if length < 1.05 * model.holdSeconds + 0.05 {
      change = Self.singleLogOdds
    } else {
      change = Self.sustainedLogOdds
    }
    for slot in tracks.indices
    where tracks[slot].id.rawValue != 0 && tracks[slot].id == model.pulseTrack
      && tracks[slot].isFeltOnly
    {
      let odds = tracks[slot].logOdds
      addLogOdds(change, to: slot)
      trace(.pulseEnded, slot, sensor: observation.sensor, at: moment, before: odds)
      confirmIfDue(slot)
      examineLines(slot, emit: emit)
    }
  }

  /// The track an onset fits best. Of what only area sensors felt nothing is known of the speed: a
  /// walker is supposed, and where none fits as well, a vehicle.
  private mutating func bestTrack(
    forOnsetOf sensor: SensorID, _ model: SensorModel, at moment: Instant
  ) -> Int? {
    var best: Int?
    var bestCost = Double.infinity
    var isVehicle = false
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && !tracks[slot].isAirborne {
      let state = tracks[slot].state
      if let cost = onsetCost(slot, state, model, at: moment, gate: Self.areaGate), cost < bestCost
      {
        (best, bestCost, isVehicle) = (slot, cost, false)
      }
      guard tracks[slot].isFeltOnly,
        moment.seconds(since: tracks[slot].time) < Self.vehicleGapSeconds
      else { continue }
      let faster = state.hastened(by: Self.vehicleSpeedSigma)
      if let cost = onsetCost(slot, faster, model, at: moment, gate: Self.vehicleGate),
        cost + Self.vehicleCost < bestCost
      {
        (best, bestCost, isVehicle) = (slot, cost + Self.vehicleCost, true)
      }
    }
    traceRefusals(ofOnset: sensor, model, takenBy: best, at: moment)
    if isVehicle, let best {
      tracks[best].state = tracks[best].state.hastened(by: Self.vehicleSpeedSigma)
    }
    return best
  }

  /// Negative logarithm of the likelihood of an onset by a track in `state`, or `nil` outside of the
  /// gate.
  private func onsetCost(
    _ slot: Int, _ state: KalmanState, _ model: SensorModel, at moment: Instant, gate: Double
  ) -> Double? {
    let (state, age, innovation) = comparison(slot, state, model, at: moment)
    let squared = innovation.mahalanobisSquared
    guard squared >= 0, squared < gate else { return nil }
    let sigma = state.positionCovariance.largestSigma
    let place = state.position - state.velocity * age
    // Our own tells its place well; what is not in the cover did not cause the onset.
    let reach = tracks[slot].isPlatform ? 1 + sigma : 3 + 2 * sigma
    guard site.distance(from: place, toCoverOf: model) < reach else { return nil }
    return 0.5 * squared + 0.5 * log(innovation.covariance.determinant)
      - log(max(tracks[slot].existence, 0.02))
  }

  /// A track in `state` carried to an onset, and how the cover compares with it.
  func comparison(
    _ slot: Int, _ state: KalmanState, _ model: SensorModel, at moment: Instant
  ) -> (state: KalmanState, age: Double, innovation: KalmanState.PlaceInnovation) {
    var state = state
    state.predict(seconds: moment.seconds(since: tracks[slot].time), motion: motion)
    let age = max(0, tracks[slot].time.seconds(since: moment))
    return (
      state, age,
      state.innovation(
        ofPlace: model.centroid, covariance: model.covariance, age: age, motion: motion)
    )
  }

  private mutating func takeOnset(
    of sensor: SensorID, _ model: SensorModel, ratio: Double, slot: Int, at moment: Instant
  ) {
    let odds = tracks[slot].logOdds
    let squared = isTracing ? onsetDistanceSquared(slot, model, at: moment) : .nan
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
    addLogOdds(
      isFirst ? min(3, max(0, 0.65 * ratio - 0.4)) : min(0.15, max(0, 0.05 * ratio)), to: slot)
    tracks[slot].extendPath()
    trace(
      .felt, slot, sensor: sensor, at: moment, before: odds, fit: (squared, Self.areaGate))
  }
}
