import Geodesy
import Glibc
import Model

extension Tracker {
  /// Share of the newest scan in how often a sensor shows a track.
  private static let shownShare = 0.15
  /// How often a sensor shows a new track that it covers, and the most that is believed.
  static let shownAtBirth = 0.8
  private static let shownMax = 0.95

  /// Finds the track of each detection, -1 for none, and how probable each pairing is.
  mutating func assign(sensor: Int, count: Int, live: Int) {
    for row in 0..<count { detectionTrack[row] = -1 }
    guard count > 0, live > 0 else { return }
    let model = site.sensors[sensor]
    let base = model.scanSlot * FusionLimits.scanDetectionsMax
    assignment.begin(rows: count, tracks: live)
    marginals.begin(rows: count, tracks: live)
    for column in 0..<live {
      let slot = candidates[column]
      let existence = tracks[slot].existence
      // Odds of being shown against not: one that the sensor did not show for long is not suddenly
      // what it shows now.
      let shown = min(shownRate[shownIndex(slot, model.scanSlot)], Self.shownMax)
      let odds = shown / (1 - shown * existence)
      for row in 0..<count {
        let cost = pairCost(
          pending[base + row].detection, predicted[column], age: age[column], model: model,
          existence: existence)
        guard cost < Assignment.forbidden else { continue }
        marginals.add(weight: exp(-max(cost, -60)) * odds, row: row, track: column)
        if cost < 0 { assignment.setCost(cost, row: row, track: column) }
      }
    }
    assignment.solve()
    marginals.solve()
    for column in 0..<live {
      guard let row = assignment.row(ofTrack: column) else { continue }
      detectionTrack[row] = candidates[column]
      detectionShare[row] = marginals.probability(row: row, track: column)
    }
  }

  /// Notes whether a scan that covered a track showed it.
  func noteShown(_ isShown: Bool, slot: Int, scan: Int) {
    let index = shownIndex(slot, scan)
    shownRate[index] += ((isShown ? 1 : 0) - shownRate[index]) * Self.shownShare
  }

  /// Forgets how often sensors showed the track that had this place before.
  func clearShown(_ slot: Int) {
    for scan in 0..<site.scanCount { shownRate[shownIndex(slot, scan)] = Self.shownAtBirth }
  }

  /// How often a sensor showed the track in `slot` lately when it covered it.
  func shownRate(_ slot: Int, scan: Int) -> Double { shownRate[shownIndex(slot, scan)] }

  private func shownIndex(_ slot: Int, _ scan: Int) -> Int { slot * site.scanCount + scan }

  /// Negative logarithm of the likelihood that the detection is the track's, against its being new
  /// or clutter; `Assignment.forbidden` outside the gate.
  func pairCost(
    _ detection: Detection, _ state: KalmanState, age: Double, model: SensorModel,
    existence: Double
  ) -> Double {
    let prior = -log(max(existence, 0.02))
    let clutter = clutterDensity(at: detection, model)
    if detection.hasPosition {
      let innovation = state.innovation(
        ofPlace: detection.position, covariance: noise(of: detection), age: age, motion: motion)
      let squared = innovation.mahalanobisSquared
      guard squared >= 0, squared < parameters.gate else { return Assignment.forbidden }
      let volume = 2 * Double.pi * innovation.covariance.determinant.squareRoot()
      return 0.5 * squared
        + log(volume * max(parameters.newTargetDensity, Self.clutterWeight * clutter)) + prior
    }
    let away = state.position - model.place
    guard (away * away).sum() < model.rangeMax * model.rangeMax,
      let innovation = bearing(detection, state, age: age, model: model)
    else { return Assignment.forbidden }
    let squared = innovation.residual * innovation.residual / innovation.variance
    guard squared >= 0, squared < parameters.bearingGate else { return Assignment.forbidden }
    let width = (2 * Double.pi * innovation.variance).squareRoot()
    let density = max(0.2 / model.fieldOfView, clutter)
    return 0.5 * squared + log(width * density) + prior
  }

  /// Covariance of a detection's place with mounting errors and the width of a body.
  func noise(of detection: Detection) -> Covariance2 {
    Covariance2(packed: detection.covariance).scaled(by: 1 + parameters.biasVarianceRatio)
      .adding(Covariance2(sigma: Self.placeSigmaMin))
  }

  func bearing(
    _ detection: Detection, _ state: KalmanState, age: Double, model: SensorModel
  ) -> KalmanState.ScalarInnovation? {
    state.innovation(
      ofAzimuth: Double(detection.azimuth),
      sigma: Double(detection.azimuthSigma) * (1 + parameters.biasVarianceRatio).squareRoot(),
      from: model.place, age: age, motion: motion)
  }
}
