import Geodesy
import Model

extension FusionEngine {
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
      if moment < tracks[own].time { counters.outOfSequence += 1 }
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
    tracks[own].logOdds = parameters.logOddsMax
    if kind == .drone {
      tracks[own].height = Float(platform.position.z)
      tracks[own].classLogs = Self.droneLogs
    }
    _ = tracks[own].note(observation.sensor, at: moment)
    tracks[own].extendPath()
    examineLines(own, emit: emit)
  }

  /// Class weights of what says itself that it is a drone.
  private static let droneLogs = SIMD8<Float>(-6, -6, -6, -6, 0, -6, 0, 0)
}
