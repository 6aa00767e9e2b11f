/// The figures of one or more cases together; names on the wire as in the cases' own scorer.
public struct ScoreFigures: Sendable, Encodable {
  /// Mean GOSPA, metres.
  public var gospa = 0.0
  /// Root mean square of the distance of tracks from their targets, metres.
  public var localisation = 0.0
  /// Share of targets without a track.
  public var missRate = 0.0
  /// Targets without a track, and tracks without a target, in each second.
  public var missedPerSecond = 0.0
  /// Tracks without a target in each second.
  public var falsePerSecond = 0.0
  /// Identity switches.
  public var switches = 0
  /// Multiple object tracking accuracy.
  public var accuracy = 0.0
  /// Identification F1.
  public var identification = 0.0
  /// Alarms on threats, threats without, and alarms on nothing or on friends and animals.
  public var hits = 0
  /// Threats that crossed without an alarm.
  public var misses = 0
  /// False alarms, and of them those on animals, on friends, repeated, and on nothing.
  public var falseAlarms = 0
  /// False alarms on animals.
  public var onAnimals = 0
  /// False alarms on friends.
  public var onFriends = 0
  /// Alarms repeated.
  public var onDuplicates = 0
  /// Alarms on nothing.
  public var onGhosts = 0
  /// Repeated events, alarms or not.
  public var duplicates = 0
  /// Observable crossings of threats.
  public var threats = 0
  /// Incidents: threats that cross together.
  public var incidents = 0
  /// Crossings of friends.
  public var friends = 0
  /// Those that were called friendly.
  public var friendsKnown = 0
  /// Share of alarms that are right; 1 with nothing to report and nothing reported.
  public var precision = 0.0
  /// Share of threats that raised an alarm.
  public var recall = 0.0
  /// Harmonic mean of precision and recall.
  public var f1 = 0.0
  /// Precision whatever the class.
  public var anyPrecision = 0.0
  /// Recall whatever the class.
  public var anyRecall = 0.0
  /// Share of incidents of which at least one target raised an alarm.
  public var incidentRecall = 0.0
  /// Share of matched events with the right direction.
  public var directionAccuracy = 0.0
  /// Share of matched events with the right class.
  public var classAccuracy = 0.0
  /// Median latency, seconds; `nil` without a match.
  public var latencyMedian: Double?
  /// 95th percentile of latency, seconds.
  public var latencyTail: Double?
  /// Root mean square of the error of the crossing's time, seconds.
  public var timeError: Double?
  /// Root mean square of the error of the crossing's place, metres.
  public var placeError: Double?
  /// Share of the named sensors that had seen the target.
  public var attribution: Double?
  /// Brier score of the confidences of alarms.
  public var brier: Double?
  /// Repeated events for each threat.
  public var duplicatesPerCrossing = 0.0
  /// False alarms an hour.
  public var falseAlarmsPerHour = 0.0
  /// Detections for each second of processor time.
  public var detectionsPerSecond: Double?
  /// How many times faster than real time.
  public var realTimeFactor: Double?
  /// 90 % interval of F1, where it was asked for.
  public var f1Interval: [Double]?

  private enum CodingKeys: String, CodingKey {
    case gospa, idsw, mota, idf1, tp, fn, fp, dup, ncross, inc, precision, recall, f1, brier
    case localisation = "loc_rmse"
    case missRate = "miss_rate"
    case missedPerSecond = "missed_per_s"
    case falsePerSecond = "false_per_s"
    case onAnimals = "fp_nuis_animal"
    case onFriends = "fp_nuis_friendly"
    case onDuplicates = "fp_dup"
    case onGhosts = "fp_ghost"
    case friends = "friendly_n"
    case friendsKnown = "friendly_ok"
    case anyPrecision = "any_precision"
    case anyRecall = "any_recall"
    case incidentRecall = "incident_recall"
    case directionAccuracy = "dir_acc"
    case classAccuracy = "cls_acc"
    case latencyMedian = "lat_med"
    case latencyTail = "lat_p95"
    case timeError = "ev_dt_rms"
    case placeError = "ev_dd_rms"
    case attribution = "attrib_precision"
    case duplicatesPerCrossing = "dup_per_crossing"
    case falseAlarmsPerHour = "false_alarms_per_h"
    case detectionsPerSecond = "det_per_cpu_s"
    case realTimeFactor = "realtime_factor"
    case f1Interval = "f1_ci90"
  }

  /// The figures of `scores` together; at least one.
  public init(_ scores: [CaseScore]) {
    precondition(!scores.isEmpty, "figures of no case")
    setTracks(scores)
    setCrossings(scores)
    setRates(scores)
  }

  private mutating func setTracks(_ scores: [CaseScore]) {
    let all = scores.map(\.tracks)
    func sum(_ part: (CaseScore.Tracks) -> Int) -> Double {
      Double(all.reduce(0) { $0 + part($1) })
    }
    let seconds = all.flatMap(\.gospa)
    gospa = seconds.reduce(0, +) / Double(max(1, seconds.count))
    localisation =
      (all.reduce(0) { $0 + $1.localisation } / max(1, sum(\.matched))).squareRoot()
    missRate = sum(\.missed) / max(1, sum(\.targets))
    missedPerSecond = sum(\.missed) / max(1, sum(\.seconds))
    falsePerSecond = sum(\.falseOnes) / max(1, sum(\.seconds))
    switches = all.reduce(0) { $0 + $1.switches }
    accuracy =
      1 - (sum(\.clearMissed) + sum(\.clearFalse) + sum(\.switches)) / max(1, sum(\.targets))
    identification =
      2 * all.reduce(0) { $0 + $1.identityHits }
      / max(1, sum(\.targetSeconds) + sum(\.trackSeconds))
  }

  private mutating func setCrossings(_ scores: [CaseScore]) {
    for crossings in scores.map(\.crossings) {
      hits += crossings.hits
      misses += crossings.misses
      falseAlarms += crossings.falseAlarms
      onAnimals += crossings.onAnimals
      onFriends += crossings.onFriends
      onDuplicates += crossings.onDuplicates
      onGhosts += crossings.onGhosts
      duplicates += crossings.duplicates
      threats += crossings.threats
      incidents += crossings.incidents
      friends += crossings.friends
      friendsKnown += crossings.friendsKnown
    }
    precision =
      hits + falseAlarms > 0
      ? Double(hits) / Double(hits + falseAlarms) : misses == 0 ? 1 : 0
    recall = threats > 0 ? Double(hits) / Double(threats) : 1
    f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  private mutating func setRates(_ scores: [CaseScore]) {
    let all = scores.map(\.crossings)
    func sum(_ part: (CaseScore.Crossings) -> Int) -> Double {
      Double(all.reduce(0) { $0 + part($1) })
    }
    func share(_ part: Double, _ whole: Double) -> Double { part / max(1, whole) }
    anyPrecision = share(sum(\.anyHits), sum(\.anyHits) + sum(\.anyFalse))
    anyRecall = share(sum(\.anyHits), sum(\.anyHits) + sum(\.anyMisses))
    incidentRecall = incidents > 0 ? sum(\.incidentsHit) / Double(incidents) : 1
    directionAccuracy = share(sum(\.directionsRight), sum(\.directions))
    classAccuracy = share(sum(\.classesRight), sum(\.classes))
    let latencies = all.flatMap(\.latencies).sorted()
    latencyMedian = Self.quantile(latencies, 0.5)
    latencyTail = Self.quantile(latencies, 0.95)
    timeError = Self.rootMeanSquare(all.flatMap(\.timeErrors))
    placeError = Self.rootMeanSquare(all.flatMap(\.placeErrors))
    let named = sum(\.attributions)
    attribution = named > 0 ? sum(\.attributionsRight) / named : nil
    let squares = all.flatMap(\.brier)
    brier = squares.isEmpty ? nil : squares.reduce(0, +) / Double(squares.count)
    duplicatesPerCrossing = share(Double(duplicates), Double(threats))
    let duration = scores.reduce(0) { $0 + $1.duration }
    falseAlarmsPerHour = Double(falseAlarms) / (duration / 3600)
    let timed = scores.filter { $0.runtime != nil }
    if !timed.isEmpty {
      let cpu = max(1e-9, timed.reduce(0) { $0 + ($1.runtime?.cpuSeconds ?? 0) })
      detectionsPerSecond = timed.reduce(0) { $0 + ($1.runtime?.detections ?? 0) } / cpu
      realTimeFactor = timed.reduce(0) { $0 + $1.duration } / cpu
    }
  }

  /// The quantile of sorted values, interpolated between neighbours; `nil` of none.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    guard below + 1 < sorted.count else { return last }
    return sorted[below] + (sorted[below + 1] - sorted[below]) * (place - Double(below))
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double? {
    guard !values.isEmpty else { return nil }
    return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
  }

  /// Writes every figure by its name in the cases' own scorer.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let numbers: [(CodingKeys, Double?)] = [
      (.gospa, gospa), (.localisation, localisation), (.missRate, missRate),
      (.missedPerSecond, missedPerSecond), (.falsePerSecond, falsePerSecond), (.mota, accuracy),
      (.idf1, identification), (.precision, precision), (.recall, recall), (.f1, f1),
      (.anyPrecision, anyPrecision), (.anyRecall, anyRecall), (.incidentRecall, incidentRecall),
      (.directionAccuracy, directionAccuracy), (.classAccuracy, classAccuracy),
      (.latencyMedian, latencyMedian), (.latencyTail, latencyTail), (.timeError, timeError),
      (.placeError, placeError), (.attribution, attribution), (.brier, brier),
      (.duplicatesPerCrossing, duplicatesPerCrossing),
      (.falseAlarmsPerHour, falseAlarmsPerHour),
    ]
    for (key, value) in numbers {
      if let value {
        try container.encode(value, forKey: key)
      } else {
        try container.encodeNil(forKey: key)
      }
    }
    let counts: [(CodingKeys, Int)] = [
      (.idsw, switches), (.tp, hits), (.fn, misses), (.fp, falseAlarms), (.onAnimals, onAnimals),
      (.onFriends, onFriends), (.onDuplicates, onDuplicates), (.onGhosts, onGhosts),
      (.dup, duplicates), (.ncross, threats), (.inc, incidents), (.friends, friends),
      (.friendsKnown, friendsKnown),
    ]
    for (key, value) in counts { try container.encode(value, forKey: key) }
    try container.encodeIfPresent(detectionsPerSecond, forKey: .detectionsPerSecond)
    try container.encodeIfPresent(realTimeFactor, forKey: .realTimeFactor)
    try container.encodeIfPresent(f1Interval, forKey: .f1Interval)
  }
}
