import Geodesy
import Glibc
import Model

/// A sensor as fusion reckons with it, and what fusion remembers of it.
struct SensorModel: BitwiseCopyable {
  enum Kind: UInt8, BitwiseCopyable {
    case motion, camera, drone, beacon, receiver
  }

  var kind: Kind
  /// Place of a motion sensor's technology in `MotionDetail.Technology.allCases`.
  var technology = 0
  /// Place on the ground.
  var place: SIMD2<Double>
  /// Where its cover's corners are in `SiteGeometry.corners`.
  var corners: Stretch
  /// Mean and covariance of a point somewhere in its cover.
  var centroid = SIMD2<Double>.zero
  var covariance = Covariance2(sigma: 1)
  /// Largest distance at which a target is believed, metres; infinite when not limited.
  var rangeMax: Double
  /// Smallest distance of its cover, metres, and the direction of a camera's axis, radians.
  var rangeMin = 2.0
  var axis = 0.0
  /// Detections of clutter a scan by the site, and scans so far.
  var siteClutterRate = 0.0
  var frames = 0.0
  /// Time between two scans, over some tens of them, seconds.
  var scanSeconds = 0.2
  var lastScan = Instant.distantPast
  /// Width of a camera's field of view, radians.
  var fieldOfView = 1.0
  /// Area of its cover, square metres, at least 1.
  var coverArea = 1.0
  /// Detections a scan that are no confirmed track's: starts at what the site says and follows what
  /// is seen over some tens of scans (rain, leaves, insects).
  var clutterRate = 0.0
  var detectionProbability: Double
  /// False onsets a second, for a motion sensor.
  var falseOnsetRate: Double
  /// How long its output stays active after a single motion, seconds; 0 when not known.
  var holdSeconds = 0.0
  /// Whether its output is active, since when, and whose onset that was.
  var isActive = false
  var pulseStart = Instant.distantPast
  var pulseTrack = TrackID(0)
  /// Place of its first clutter cell; -1 without a map.
  var cells = -1
  /// Place of its scan among the scan buffers; -1 for one that does not scan.
  var scanSlot = -1

  var health = HealthState.ok
  /// Whether a platform has been silent for so long that its track is its own no more.
  var isDisowned = false
  /// Onsets a second that no confirmed track explains, over about a minute.
  var unexplainedRate = 0.0
  var lastOnset = Instant.distantPast
  /// Ground that a drone's camera covers; radius 0 when it is not known.
  var footprintCentre = SIMD2<Double>.zero
  var footprintRadius = 0.0
  var footprintTime = Instant.distantPast
  /// Detections of the scan that is being told.
  var pendingCount = 0
  var pendingTime = Instant.distantPast

  /// Time over which unexplained onsets are averaged, seconds.
  static let rateSeconds = 60.0
  /// Time within which a target that is there makes a motion sensor fire, seconds: a passage.
  static let passageSeconds = 8.0
  /// A drone's footprint is believed for so long, nanoseconds.
  static let footprintNanosMax: Int64 = 3_000_000_000

  /// Scans farther apart than this are an outage, seconds.
  static let scanSecondsMax = 10.0
  /// Share of the newest scan in `clutterRate` and `scanSeconds`.
  static let clutterShare = 0.03

  /// Notes a scan, and how many of its detections no confirmed track explains.
  mutating func noteScan(at moment: Instant, unexplained: Int) {
    frames += 1
    let passed = moment.seconds(since: lastScan)
    if passed > 0, passed < Self.scanSecondsMax {
      scanSeconds += (passed - scanSeconds) * Self.clutterShare
    }
    lastScan = max(lastScan, moment)
    clutterRate += (Double(unexplained) - clutterRate) * Self.clutterShare
  }

  /// Whether its cover is thinner than a body: a beam, whose output is active only while somebody is
  /// in it.
  var isThin: Bool { covariance.trace - covariance.largestSigma * covariance.largestSigma < 1 }

  /// Whether it says when it sees nothing.
  var isDelivering: Bool { health == .ok || health == .degraded }

  /// Onsets a second that are not caused by a target, at `moment`, when all sensors of its
  /// technology together are disturbed by `weather`.
  func falseRate(at moment: Instant, weather: Double) -> Double {
    let quiet = max(0, moment.seconds(since: lastOnset))
    return max(
      falseOnsetRate * weather, unexplainedRate * exp(-min(quiet, 1e6) / Self.rateSeconds))
  }

  /// Unexplained onsets of its own at `moment`, over about `rateSeconds`.
  func unexplained(at moment: Instant) -> Double {
    let quiet = max(0, moment.seconds(since: lastOnset))
    return unexplainedRate * Self.rateSeconds * exp(-min(quiet, 1e6) / Self.rateSeconds)
  }

  /// Counts an onset at `moment`.
  mutating func noteOnset(at moment: Instant, isExplained: Bool) {
    let quiet = min(1e6, max(0, moment.seconds(since: lastOnset)))
    unexplainedRate *= exp(-quiet / Self.rateSeconds)
    if !isExplained { unexplainedRate += 1 / Self.rateSeconds }
    lastOnset = max(lastOnset, moment)
  }
}
