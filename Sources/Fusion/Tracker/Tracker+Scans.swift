import Geodesy
import Glibc
import Model

/// A detection that waits for the end of its scan.
struct PendingDetection: BitwiseCopyable {
  var detection = Detection(azimuth: 0, azimuthSigma: 1)
  var source = SourceID.clock
  var sequence: UInt64 = 0
  /// From which side of the border a drone saw it.
  var seenFrom = BorderSide.fixed
}

extension Tracker {
  /// Smallest standard deviation of a place: a body's width.
  static let placeSigmaMin = 0.25
  /// Two targets nearer than this are often one blob, metres.
  static let blobMetres = 3.0
  /// Weight of the clutter map against new targets: the map lags behind a spot that wakes up.
  static let clutterWeight = 2.0
  /// Log-likelihood ratio against clutter from which a hit counts towards initiation.
  static let supportMin = 2.0

  /// Keeps a detection until its scan is whole.
  mutating func takeDetection(
    _ detection: Detection, _ observation: Observation, at moment: Instant,
    emit: (PostEvent) -> Void
  ) {
    let sensor = observation.sensor.index
    guard site.sensors[sensor].scanSlot >= 0, isUsable(detection) else {
      counters.invalid += 1
      return
    }
    if site.sensors[sensor].pendingCount > 0, site.sensors[sensor].pendingTime != moment {
      // The end of the scan before was lost; what it did not see is not known.
      workScan(
        sensor: sensor, at: site.sensors[sensor].pendingTime, isComplete: false, emit: emit)
    }
    let count = site.sensors[sensor].pendingCount
    guard count < FusionLimits.scanDetectionsMax else {
      counters.scanOverflow += 1
      return
    }
    counters.detections += 1
    pending[site.sensors[sensor].scanSlot * FusionLimits.scanDetectionsMax + count] =
      PendingDetection(
        detection: detection, source: observation.source, sequence: observation.sequence,
        seenFrom: viewpoint(of: observation.sensor, at: moment))
    site.sensors[sensor].pendingCount = count + 1
    site.sensors[sensor].pendingTime = moment
  }

  /// Works on a scan that was told to its end.
  mutating func takeScanEnd(
    _ observation: Observation, at moment: Instant, emit: (PostEvent) -> Void
  ) {
    let sensor = observation.sensor.index
    guard site.sensors[sensor].scanSlot >= 0 else {
      counters.invalid += 1
      return
    }
    if site.sensors[sensor].pendingCount > 0, site.sensors[sensor].pendingTime != moment {
      workScan(
        sensor: sensor, at: site.sensors[sensor].pendingTime, isComplete: false, emit: emit)
    }
    workScan(sensor: sensor, at: moment, isComplete: true, emit: emit)
  }

  /// Whether all numbers of a detection can be reckoned with.
  private func isUsable(_ detection: Detection) -> Bool {
    let scores = detection.classScores.lanes
    guard scores.min() >= 0, scores.sum().isFinite, detection.quality.isFinite else { return false }
    if detection.hasPosition {
      let covariance = Covariance2(packed: detection.covariance)
      return abs(detection.position.x) < 1e6 && abs(detection.position.y) < 1e6
        && covariance.isPositiveDefinite && covariance.trace < 1e6
    }
    return abs(detection.azimuth) < 100 && detection.azimuthSigma > 0
      && detection.azimuthSigma < 1.5
  }

  /// Assigns the pending detections of `sensor` to tracks, takes them in, charges misses and starts
  /// tracks.
  mutating func workScan(
    sensor: Int, at moment: Instant, isComplete: Bool, emit: (PostEvent) -> Void
  ) {
    counters.scans += 1
    let count = site.sensors[sensor].pendingCount
    site.sensors[sensor].pendingCount = 0
    let live = predictCandidates(to: moment)
    assign(sensor: sensor, count: count, live: live)
    traceRefusals(sensor: sensor, count: count, live: live, at: moment)
    sharedSlots = .zero
    countUnexplained(sensor: sensor, count: count, at: moment)
    let hit = takeDetections(sensor: sensor, count: count, at: moment)
    for column in 0..<live {
      takeAbsence(
        column: column, hit: hit, sensor: sensor, count: count, at: moment,
        isComplete: isComplete)
    }
    for column in 0..<live where contains(sharedSlots, candidates[column]) {
      examineLines(candidates[column], emit: emit)
    }
    for row in 0..<count where detectionTrack[row] >= 0 {
      confirmIfDue(detectionTrack[row])
      examineLines(detectionTrack[row], emit: emit)
    }
  }

  /// Carries the tracks on the ground to `moment`; returns how many there are.
  private func predictCandidates(to moment: Instant) -> Int {
    var live = 0
    for slot in tracks.indices where tracks[slot].id.rawValue != 0 && !tracks[slot].isAirborne {
      var state = tracks[slot].state
      state.predict(seconds: moment.seconds(since: tracks[slot].time), motion: motion)
      candidates[live] = slot
      predicted[live] = state
      age[live] = max(0, tracks[slot].time.seconds(since: moment))
      live += 1
    }
    return live
  }

  /// Lets the sensor's clutter rate follow what no confirmed track explains.
  private func countUnexplained(sensor: Int, count: Int, at moment: Instant) {
    var unexplained = 0
    for row in 0..<count {
      let slot = detectionTrack[row]
      if slot < 0 || !tracks[slot].isConfirmed { unexplained += 1 }
    }
    site.sensors[sensor].noteScan(at: moment, unexplained: unexplained)
    let base = site.sensors[sensor].scanSlot * FusionLimits.scanDetectionsMax
    for row in 0..<count {
      let slot = detectionTrack[row]
      if slot < 0 || !tracks[slot].isConfirmed {
        // What may yet be a target is not fully clutter.
        let share = slot < 0 ? 1 : 1 - tracks[slot].existence
        noteClutter(pending[base + row].detection, share: share, site.sensors[sensor])
      }
    }
  }

  /// Takes the assigned detections into their tracks and starts tracks from the others; returns the
  /// places of all of them.
  private mutating func takeDetections(
    sensor: Int, count: Int, at moment: Instant
  ) -> SIMD2<UInt64> {
    let base = site.sensors[sensor].scanSlot * FusionLimits.scanDetectionsMax
    var hit = SIMD2<UInt64>.zero
    for row in 0..<count where detectionTrack[row] >= 0 {
      hit |= mask(detectionTrack[row])
      takeHit(
        pending[base + row], slot: detectionTrack[row], sensor: sensor, at: moment,
        share: detectionShare[row])
      noteShown(true, slot: detectionTrack[row], scan: site.sensors[sensor].scanSlot)
    }
    for row in 0..<count where detectionTrack[row] < 0 {
      guard pending[base + row].detection.hasPosition,
        let slot = startTrack(pending[base + row], sensor: sensor, at: moment)
      else { continue }
      detectionTrack[row] = slot
      hit |= mask(slot)
    }
    return hit
  }

  /// What a scan says of a track that it did not give a detection of its own; for one that it did,
  /// that the others hit are others.
  private mutating func takeAbsence(
    column: Int, hit: SIMD2<UInt64>, sensor: Int, count: Int, at moment: Instant,
    isComplete: Bool
  ) {
    let slot = candidates[column]
    if contains(hit, slot) {
      tracks[slot].seenApart |= cleared(hit, slot)
      return
    }
    let base = site.sensors[sensor].scanSlot * FusionLimits.scanDetectionsMax
    let position = predicted[column].position
    if let row = mergedBlob(slot, at: position, base: base, count: count) {
      shareHit(pending[base + row], slot: slot, sensor: sensor, at: moment)
    } else if isComplete {
      chargeMiss(slot, at: position, sensor: sensor, moment: moment)
    }
  }
}
