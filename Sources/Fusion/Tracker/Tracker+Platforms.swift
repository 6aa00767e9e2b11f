import Geodesy
import Model

extension Tracker {
  /// Takes the word of one of our own on its place: its track is friendly and certain.
  mutating func takePlatform(
    _ platform: PlatformState, _ observation: Observation, at moment: Instant,
    emit: (PostEvent) -> Void
  ) {
    let sensor = observation.sensor.index
    let kind = site.sensors[sensor].kind
    let position = SIMD2(platform.position.x, platform.position.y)
    let velocity = SIMD2(Double(platform.velocity.x), Double(platform.velocity.y))
    guard kind == .drone || kind == .beacon, abs(position.x) < 1e6, abs(position.y) < 1e6,
      (velocity * velocity).sum() < 1e6, platform.positionSigma.isFinite
    else {
      counters.invalid += 1
      return
    }
    counters.platformStates += 1
    let centre = platform.footprintCentre
    if platform.footprintRadius > 0, platform.footprintRadius < 1e4, centre.x.isFinite,
      centre.y.isFinite
    {
      site.sensors[sensor].footprintCentre = centre
      site.sensors[sensor].footprintRadius = Double(platform.footprintRadius)
      site.sensors[sensor].footprintTime = moment
    }
    let sigma = min(100, max(0.5, Double(platform.positionSigma)))
    var own = -1
    for slot in tracks.indices
    where tracks[slot].id.rawValue != 0 && tracks[slot].platform == observation.sensor {
      own = slot
    }
    if own < 0 {
      var state = KalmanState(
        position: position, covariance: Covariance2(sigma: sigma), speedSigma: 3)
      state.update(velocity: velocity, sigma: 0.5)
      guard
        let slot = startTrack(
          state: state, at: moment, logOdds: parameters.logOddsMax, by: observation)
      else { return }
      own = slot
      tracks[own].platform = observation.sensor
      tracks[own].isAirborne = kind == .drone
      tracks[own].isConfirmed = true
      counters.tracksConfirmed += 1
    } else {
      tracks[own].predict(to: moment, motion: motion)
      let age = max(0, tracks[own].time.seconds(since: moment))
      let before = tracks[own].state
      tracks[own].state.update(
        before.innovation(
          ofPlace: position, covariance: Covariance2(sigma: sigma), age: age, motion: motion))
      if age == 0 { tracks[own].state.update(velocity: velocity, sigma: 0.5) }
      if !tracks[own].state.isSound { tracks[own].state = before }
      tracks[own].lastHit = max(tracks[own].lastHit, moment)
    }
    tracks[own].wordTime = max(tracks[own].wordTime, moment)
    tracks[own].wordSource = observation.source
    tracks[own].wordSequence = observation.sequence
    welcome(sensor, backAt: moment, by: observation, emit: emit)
    tracks[own].logOdds = parameters.logOddsMax
    if kind == .drone {
      tracks[own].height = Float(platform.position.z)
      tracks[own].classLogs = Self.droneLogs
    }
    _ = tracks[own].note(observation.sensor, at: moment)
    tracks[own].extendPath()
    trace(.told, own, sensor: observation.sensor, at: moment)
    examineLines(own, emit: emit)
  }

  /// A platform whose track had become unknown speaks again.
  private mutating func welcome(
    _ sensor: Int, backAt moment: Instant, by observation: Observation, emit: (PostEvent) -> Void
  ) {
    guard site.sensors[sensor].isDisowned else { return }
    site.sensors[sensor].isDisowned = false
    site.sensors[sensor].health = .ok
    guard isNews(sensor, .ok) else { return }
    let report = HealthReport(
      sensor: observation.sensor, state: .ok, reason: .delivering, time: moment)
    emit(
      .health(
        SensorHealthEvent(
          report: report, source: observation.source, sequence: observation.sequence,
          clock: clockInForce)))
  }

  /// Who has not told its place for long is taken for ours no more: its track becomes an unknown one,
  /// that cameras may keep, and a health event says so, unless its silence was told already. The event
  /// bears the name of the last word.
  mutating func disown(_ slot: Int, emit: (PostEvent) -> Void) {
    let sensor = tracks[slot].platform
    tracks[slot].platform = .none
    tracks[slot].classLogs = classPriorLogs
    counters.disowned += 1
    guard site.sensors[sensor.index].isDelivering else { return }
    site.sensors[sensor.index].isDisowned = true
    site.sensors[sensor.index].health = .lost
    guard isNews(sensor.index, .lost) else { return }
    let report = HealthReport(sensor: sensor, state: .lost, reason: .silent, time: now)
    emit(
      .health(
        SensorHealthEvent(
          report: report, source: tracks[slot].wordSource, sequence: tracks[slot].wordSequence,
          clock: clockInForce)))
  }

  /// Whether the state of a platform that fusion itself found was not told before.
  private func isNews(_ sensor: Int, _ state: HealthState) -> Bool {
    if isRepeating, toldHealth[sensor] == state { return false }
    toldHealth[sensor] = state
    return true
  }

  /// Class weights of what says itself that it is a drone.
  private static let droneLogs = SIMD8<Float>(-6, -6, -6, -6, 0, -6, 0, 0)
}
