import Geodesy
import Model

extension Tracker {
  /// Observations farther than this from a track, squared and in gates, are not worth telling.
  private static let refusalGates = 4.0

  /// Whether steps are kept. The daemon keeps none; a replay that explains does.
  var isTracing: Bool { steps.count > 0 }

  /// Hands the steps since the last call to `body`, in order, and forgets them.
  mutating func drainSteps(_ body: (FusionStep) -> Void) {
    for index in 0..<stepCount { body(steps[index]) }
    stepCount = 0
  }

  /// Hands each sensor to `body` whose cover holds `place` now, and whether it delivers.
  func forEachSensor(covering place: SIMD2<Double>, _ body: (SensorID, Bool) -> Void) {
    for index in site.sensors.indices {
      let model = site.sensors[index]
      let isCovered =
        model.kind == .motion
        ? site.distance(from: place, toCoverOf: model) == 0 : site.covers(place, model, at: now)
      if isCovered { body(SensorID(UInt16(index)), model.isDelivering) }
    }
  }

  /// Keeps a step of the track in `slot`.
  ///
  /// `before`: the log-odds before it, when it changed them. `fit`: how the observation compared.
  /// `test`: a probability, and what it must reach.
  @inline(__always)
  mutating func trace(
    _ action: FusionStep.Action, _ slot: Int, sensor: SensorID = .none, at moment: Instant,
    before: Double? = nil, fit: (squared: Double, gate: Double) = (.nan, .nan),
    line: LineID = LineID(0), test: (probability: Double, needed: Double) = (.nan, .nan),
    obstacle: FusionStep.Obstacle = .none, other: TrackID = TrackID(0)
  ) {
    guard isTracing else { return }
    var step = step(action, slot, at: moment)
    step.sensor = sensor
    step.logOddsBefore = before ?? step.logOdds
    (step.distanceSquared, step.gate) = fit
    step.line = line
    (step.probability, step.needed) = test
    step.obstacle = obstacle
    step.other = other
    append(step)
  }

  private func step(_ action: FusionStep.Action, _ slot: Int, at moment: Instant) -> FusionStep {
    let track = tracks[slot]
    var step = FusionStep(action, track: track.id, time: moment, arrival: arrived)
    step.logOdds = track.logOdds
    step.initiation = initiation(of: slot)
    step.isConfirmed = track.isConfirmed
    step.position = track.state.position
    step.sigma = track.state.positionCovariance.largestSigma
    step.velocity = track.state.velocity
    step.stateTime = track.time
    return step
  }

  private mutating func append(_ step: FusionStep) {
    stepsMade += 1
    guard stepCount < steps.count else {
      counters.stepsLost += 1
      return
    }
    steps[stepCount] = step
    steps[stepCount].number = stepsMade
    stepCount += 1
  }

  /// Keeps what was near a track in a scan and not taken for its own.
  mutating func traceRefusals(sensor: Int, count: Int, live: Int, at moment: Instant) {
    guard isTracing else { return }
    let model = site.sensors[sensor]
    let base = model.scanSlot * FusionLimits.scanDetectionsMax
    for row in 0..<count {
      for column in 0..<live where candidates[column] != detectionTrack[row] {
        let fit = fit(
          pending[base + row].detection, predicted[column], age: age[column], model: model)
        guard fit.squared >= 0, fit.squared < fit.gate * Self.refusalGates else { continue }
        let owner = detectionTrack[row]
        let other = owner < 0 ? TrackID(0) : tracks[owner].id
        trace(
          .refused, candidates[column], sensor: SensorID(UInt16(sensor)), at: moment, fit: fit,
          obstacle: fit.squared < fit.gate ? .taken : .gate, other: other)
      }
    }
  }

  /// Keeps with what probability a track is beyond a line.
  mutating func traceTest(
    _ slot: Int, line: Int, other: Double, needed: Double, at moment: Instant
  ) {
    trace(.tested, slot, at: moment, line: LineID(UInt16(line)), test: (other, needed))
  }

  /// Keeps that a track is beyond a line and gives no event, and why.
  mutating func traceWithheld(
    _ slot: Int, line: Int, _ obstacle: FusionStep.Obstacle, at moment: Instant
  ) {
    guard isTracing else { return }
    trace(
      .withheld, slot, at: moment, line: LineID(UInt16(line)),
      test: (tracks[slot].existence, confidenceMin), obstacle: obstacle)
  }

  /// Keeps which tracks an onset nearly fitted.
  mutating func traceRefusals(
    ofOnset sensor: SensorID, _ model: SensorModel, takenBy best: Int?, at moment: Instant
  ) {
    guard isTracing else { return }
    for slot in tracks.indices
    where tracks[slot].id.rawValue != 0 && !tracks[slot].isAirborne && slot != best {
      let squared = onsetDistanceSquared(slot, model, at: moment)
      guard squared >= 0, squared < Self.areaGate * Self.refusalGates else { continue }
      trace(
        .refused, slot, sensor: sensor, at: moment, fit: (squared, Self.areaGate),
        obstacle: best != nil && squared < Self.areaGate ? .taken : .gate,
        other: best.map { tracks[$0].id } ?? TrackID(0))
    }
  }

  /// Squared distance of an onset from a track.
  func onsetDistanceSquared(_ slot: Int, _ model: SensorModel, at moment: Instant) -> Double {
    comparison(slot, tracks[slot].state, model, at: moment).innovation.mahalanobisSquared
  }

  /// Keeps that a detection was taken into a track whose state was `state` before.
  mutating func traceHit(
    _ action: FusionStep.Action, _ slot: Int, _ detection: Detection, _ state: KalmanState,
    age: Double, sensor: Int, at moment: Instant, odds: Double, share: Double
  ) {
    guard isTracing else { return }
    let fit = fit(detection, state, age: age, model: site.sensors[sensor])
    trace(
      action, slot, sensor: SensorID(UInt16(sensor)), at: moment, before: odds, fit: fit,
      test: (share, 0))
  }

  /// Squared distance of a detection from a state, and its gate; infinite when they do not compare.
  private func fit(
    _ detection: Detection, _ state: KalmanState, age: Double, model: SensorModel
  ) -> (squared: Double, gate: Double) {
    if detection.hasPosition {
      let innovation = state.innovation(
        ofPlace: detection.position, covariance: noise(of: detection), age: age, motion: motion)
      return (innovation.mahalanobisSquared, parameters.gate)
    }
    guard let innovation = bearing(detection, state, age: age, model: model) else {
      return (.infinity, parameters.bearingGate)
    }
    return (innovation.residual * innovation.residual / innovation.variance, parameters.bearingGate)
  }
}
