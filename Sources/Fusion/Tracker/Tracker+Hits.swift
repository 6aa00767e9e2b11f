import Geodesy
import Glibc
import Model

extension Tracker {
  /// Takes a detection into the track it was assigned to; `share` is the probability that it is the
  /// track's.
  mutating func takeHit(
    _ pending: PendingDetection, slot: Int, sensor: Int, at moment: Instant, share: Double
  ) {
    let model = site.sensors[sensor]
    if tracks[slot].isPlatform {
      // Our own tells its place itself; a detection wrongly taken for it must not pull it away.
      _ = tracks[slot].note(SensorID(UInt16(sensor)), at: moment, from: pending.seenFrom)
      return
    }
    let odds = tracks[slot].logOdds
    tracks[slot].predict(to: moment, motion: motion)
    let age = max(0, tracks[slot].time.seconds(since: moment))
    let before = tracks[slot].state
    let support = -pairCost(pending.detection, before, age: age, model: model, existence: 1)
    if pending.detection.hasPosition {
      tracks[slot].state.update(
        before.innovation(
          ofPlace: pending.detection.position, covariance: noise(of: pending.detection), age: age,
          motion: motion))
    } else if let innovation = bearing(pending.detection, before, age: age, model: model) {
      tracks[slot].state.update(innovation)
    }
    tracks[slot].state.mix(with: before, share: share)
    if !tracks[slot].state.isSound { tracks[slot].state = before }
    // A wide track is hit by any clutter: such hits are no scans towards initiation. Nor does a
    // bearing place a track that only area sensors felt: some clutter always lies in its direction.
    let isPlacing = pending.detection.hasPosition || tracks[slot].lastScanHit != .distantPast
    if isPlacing || support > Self.supportMin {
      tracks[slot].lastHit = max(tracks[slot].lastHit, moment)
    }
    if isPlacing, tracks[slot].lastScanHit == .distantPast {
      tracks[slot].firstTime = moment
      tracks[slot].firstPlace = tracks[slot].state.position
      tracks[slot].firstCovariance = tracks[slot].state.positionCovariance
    }
    if isPlacing { tracks[slot].lastScanHit = max(tracks[slot].lastScanHit, moment) }
    if isPlacing, support > Self.supportMin { tracks[slot].noteScan(hit: true) }
    noteDetection(pending, slot: slot, sensor: sensor, at: moment, isPlacing: isPlacing)
    addLogOdds(share * min(isPlacing ? 0.7 : 0.1, max(0, 0.25 * support)), to: slot)
    tracks[slot].extendPath()
    let action = pending.detection.hasPosition ? FusionStep.Action.placed : .directed
    traceHit(
      action, slot, pending.detection, before, age: age, sensor: sensor, at: moment, odds: odds,
      share: share)
  }

  /// The detection that hides a track: one nearby that went to a neighbour from which the track was
  /// told apart before. Two people side by side are one blob to a camera, for seconds.
  func mergedBlob(
    _ slot: Int, at position: SIMD2<Double>, base: Int, count: Int
  ) -> Int? {
    guard tracks[slot].isConfirmed, !tracks[slot].isPlatform else { return nil }
    for row in 0..<count where detectionTrack[row] >= 0 {
      let neighbour = detectionTrack[row]
      guard tracks[neighbour].isConfirmed, contains(tracks[slot].seenApart, neighbour),
        pending[base + row].detection.hasPosition
      else { continue }
      let away = pending[base + row].detection.position - position
      if (away * away).sum() < Self.blobMetres * Self.blobMetres { return row }
    }
    return nil
  }

  /// Keeps a track that is hidden in a neighbour's blob: it is somewhere in there.
  mutating func shareHit(
    _ pending: PendingDetection, slot: Int, sensor: Int, at moment: Instant
  ) {
    let detection = pending.detection
    tracks[slot].predict(to: moment, motion: motion)
    let age = max(0, tracks[slot].time.seconds(since: moment))
    let before = tracks[slot].state
    let spread = noise(of: detection).scaled(by: 2).adding(Covariance2(sigma: 1))
    let innovation = before.innovation(
      ofPlace: detection.position, covariance: spread, age: age, motion: motion)
    guard innovation.mahalanobisSquared < parameters.gate else { return }
    tracks[slot].state.update(innovation)
    if !tracks[slot].state.isSound { tracks[slot].state = before }
    tracks[slot].lastHit = max(tracks[slot].lastHit, moment)
    tracks[slot].lastScanHit = max(tracks[slot].lastScanHit, moment)
    _ = tracks[slot].note(SensorID(UInt16(sensor)), at: moment, from: pending.seenFrom)
    tracks[slot].extendPath()
    sharedSlots |= mask(slot)
    trace(
      .shared, slot, sensor: SensorID(UInt16(sensor)), at: moment,
      fit: (innovation.mahalanobisSquared, parameters.gate))
  }

  /// What any detection adds to a track beside its place.
  private mutating func noteDetection(
    _ pending: PendingDetection, slot: Int, sensor: Int, at moment: Instant, isPlacing: Bool = true
  ) {
    let detection = pending.detection
    _ = tracks[slot].note(SensorID(UInt16(sensor)), at: moment, from: pending.seenFrom)
    guard isPlacing else { return }
    tracks[slot].take(
      detection.classScores, prior: classPriorLogs, memory: Float(parameters.classMemory),
      temper: Float(parameters.classTemper))
    addLogOdds(qualityLogOdds(detection), to: slot)
    guard detection.hasPosition, detection.angularWidth > 0, detection.angularWidth < 1 else {
      return
    }
    let away = detection.position - site.sensors[sensor].place
    let width = detection.angularWidth * Float((away * away).sum().squareRoot())
    tracks[slot].width = tracks[slot].width == 0 ? width : tracks[slot].width * 0.9 + width * 0.1
  }

  /// What the detector's own word on clutter adds to the odds, softened.
  private func qualityLogOdds(_ detection: Detection) -> Double {
    let quality = min(0.95, max(0.05, Double(detection.quality)))
    return min(0.7, max(-0.7, 0.5 * log(quality / (1 - quality))))
  }

  /// Starts a track from a detection that is nobody's.
  mutating func startTrack(
    _ pending: PendingDetection, sensor: Int, at moment: Instant
  ) -> Int? {
    let state = KalmanState(
      position: pending.detection.position, covariance: noise(of: pending.detection),
      speedSigma: parameters.birthSpeedSigma)
    guard
      let slot = startTrack(
        state: state, at: moment, logOdds: -1.5, source: pending.source,
        sequence: pending.sequence)
    else { return nil }
    tracks[slot].lastScanHit = moment
    tracks[slot].noteScan(hit: true)
    noteDetection(pending, slot: slot, sensor: sensor, at: moment)
    tracks[slot].extendPath()
    trace(.began, slot, sensor: SensorID(UInt16(sensor)), at: moment, before: -1.5)
    return slot
  }

  /// Charges a track for not being in a scan that covered it.
  mutating func chargeMiss(
    _ slot: Int, at position: SIMD2<Double>, sensor: Int, moment: Instant
  ) {
    let model = site.sensors[sensor]
    let odds = tracks[slot].logOdds
    guard model.isDelivering, !tracks[slot].isPlatform, moment >= tracks[slot].birthTime,
      site.covers(position, model, at: moment)
    else { return }
    // A wide track may well be elsewhere, and who stands still is not seen by motion.
    let sigma = tracks[slot].state.positionCovariance.largestSigma
    let certainty = 1 / (1 + sigma * sigma / 25)
    let velocity = tracks[slot].state.velocity
    noteShown(false, slot: slot, scan: model.scanSlot)
    let stillness = (velocity * velocity).sum() < 0.09 ? 0.3 : 1.0
    let weight = parameters.missWeight * certainty * stillness
    addLogOdds(log(1 - weight * model.detectionProbability), to: slot)
    if certainty > 0.5 { tracks[slot].noteScan(hit: false) }
    trace(.missed, slot, sensor: SensorID(UInt16(sensor)), at: moment, before: odds)
  }
}
