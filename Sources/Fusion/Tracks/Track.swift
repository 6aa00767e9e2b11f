import Geodesy
import Glibc
import Model

/// One target under track, in fixed size.
struct Track: BitwiseCopyable {
  /// Number from 1; 0 marks a free place.
  var id = TrackID(0)
  /// The observation that started it.
  var birthSource = SourceID.clock
  var birthSequence: UInt64 = 0
  var birthTime = Instant.distantPast
  /// Place and velocity at `time`.
  var state: KalmanState
  var time: Instant
  /// When it was last hit by anything, and by a detection with a place or a bearing.
  var lastHit: Instant
  var lastScanHit = Instant.distantPast
  /// Log-odds of being a real target.
  var logOdds: Double
  var isConfirmed = false
  /// When and where it was first placed, by a detection or, until then, by the cover that felt it.
  var firstTime: Instant
  var firstPlace: SIMD2<Double>
  var firstCovariance: Covariance2
  /// Whether it is settled from where it came there.
  var isOriginJudged = false
  /// The platform of our own that it is, or `.none`.
  var platform = SensorID.none
  /// The platform's last word: when, and which observation.
  var wordTime = Instant.distantPast
  var wordSource = SourceID.clock
  var wordSequence: UInt64 = 0
  /// What an aircraft that is not ours says of itself; `nil` for everything else.
  var stranger: AirStranger?
  /// By which it is known again: transmitter, and identification or 0.
  var airSender: UInt64 = 0
  var airIdentity: UInt64 = 0
  var airTarget = TargetClass.drone
  var airCount: UInt16 = 1
  /// Whether it was found elsewhere than the platform of ours that it claims to be.
  var isProvedStranger = false
  /// Whether it flies: nothing on the ground is associated with it.
  var isAirborne = false
  /// Metres above the origin; NaN on the ground.
  var height = Float.nan
  /// The last scans that covered it, newest in bit 0: set for a hit.
  var scanHits: UInt64 = 0
  var scanCount: UInt32 = 0
  /// Logarithms of class weights.
  var classLogs: SIMD8<Float>
  /// Mean apparent width, metres; 0 when never told.
  var width: Float = 0
  /// Places of tracks that were seen beside this one in one scan: certainly others.
  var seenApart = SIMD2<UInt64>.zero
  /// Since when a platform of our own has been as near as if it were this track.
  var nearPlatformSince = Instant.distantPast
  /// Crossings reported so far.
  var crossings: UInt32 = 0
  /// Sensors that hit it.
  var contributionCount = 0
  var contributions = InlineArray<16, Contribution>(
    repeating: Contribution(
      sensor: .none, count: 0, first: .distantPast, last: .distantPast, health: .ok))
  /// The way it came, thinned.
  var pathCount = 0
  var pathStepNanos: Int64 = 500_000_000
  var path = InlineArray<24, PathPoint>(
    repeating: PathPoint(time: .distantPast, position: .zero))

  init(state: KalmanState, time: Instant, logOdds: Double, classLogs: SIMD8<Float>) {
    self.state = state
    self.time = time
    self.lastHit = time
    firstTime = time
    firstPlace = state.position
    firstCovariance = state.positionCovariance
    self.logOdds = logOdds
    self.classLogs = classLogs
  }

  /// Probability of being a real target.
  var existence: Double { 1 / (1 + exp(-logOdds)) }

  var isPlatform: Bool { platform != .none }
  /// Whether only area sensors ever hit it.
  var isFeltOnly: Bool { lastScanHit == .distantPast && !isPlatform }

  var isStranger: Bool { stranger != nil }

  /// Probability of each class; sums to 1.
  var classes: ClassScores {
    var weights = SIMD8<Float>.zero
    if isStranger {
      weights[Int(airTarget.rawValue)] = 1
      return ClassScores(lanes: weights)
    }
    let top = max(
      max(classLogs[0], classLogs[1]),
      max(max(classLogs[2], classLogs[3]), max(classLogs[4], classLogs[5])))
    for lane in 0..<6 { weights[lane] = exp(classLogs[lane] - top) }
    return ClassScores(lanes: weights).normalised
  }

  /// Lets time pass until `moment`; nothing when it is not later.
  mutating func predict(to moment: Instant, motion: MotionModel) {
    guard moment > time else { return }
    state.predict(seconds: moment.seconds(since: time), motion: motion)
    time = moment
  }

  /// Notes that `sensor` hit at `moment`, seeing from `side`; returns whether it is the first time.
  mutating func note(
    _ sensor: SensorID, at moment: Instant, from side: BorderSide = .fixed
  ) -> Bool {
    for index in 0..<contributionCount where contributions[index].sensor == sensor {
      contributions[index].count = min(contributions[index].count, .max - 1) + 1
      contributions[index].first = min(contributions[index].first, moment)
      contributions[index].last = max(contributions[index].last, moment)
      contributions[index].seenFrom = contributions[index].seenFrom.joined(with: side)
      return false
    }
    let entry = Contribution(
      sensor: sensor, count: 1, first: moment, last: moment, health: .ok, seenFrom: side)
    if contributionCount < CrossingEvent.contributionsMax {
      contributions[contributionCount] = entry
      contributionCount += 1
    } else {
      // The one heard least gives way.
      var least = 0
      for index in 1..<contributionCount
      where contributions[index].count < contributions[least].count { least = index }
      contributions[least] = entry
    }
    return true
  }

  /// Whether `sensor` hit since `moment`.
  func wasHit(by sensor: SensorID, since moment: Instant) -> Bool {
    for index in 0..<contributionCount where contributions[index].sensor == sensor {
      return contributions[index].last >= moment
    }
    return false
  }

  /// Takes in what a detection says of the class: w ← prior + memory·(w - prior) + temper·log q.
  mutating func take(_ scores: ClassScores, prior: SIMD8<Float>, memory: Float, temper: Float) {
    let q = scores.normalised
    var logs = SIMD8<Float>.zero
    for lane in 0..<6 { logs[lane] = log(max(q.lanes[lane], 0.02)) }
    classLogs = prior + (classLogs - prior) * memory + logs * temper
  }

  /// Notes a scan that covered the track.
  mutating func noteScan(hit: Bool) {
    scanHits = scanHits << 1 | (hit ? 1 : 0)
    scanCount = min(scanCount, 1_000_000) + 1
  }

  /// Adds the place to the path; when the path is full every second point goes.
  mutating func extendPath() {
    if pathCount > 0 {
      let last = path[pathCount - 1].time
      guard time.nanos(since: last) >= pathStepNanos else { return }
    }
    if pathCount == CrossingEvent.pathPointsMax {
      for index in 0..<(pathCount / 2) { path[index] = path[index * 2] }
      pathCount /= 2
      pathStepNanos = min(pathStepNanos * 2, 60_000_000_000)
    }
    path[pathCount] = PathPoint(time: time, position: SIMD2<Float>(state.position))
    pathCount += 1
  }
}
