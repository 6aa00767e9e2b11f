/// What an answer to one case got right and wrong, in counts and sums that can be added over cases.
///
/// Definitions as in the observation cases' own scorer: GOSPA (Rahmathullah, García-Fernández,
/// Svensson, "Generalized optimal sub-pattern assignment metric", FUSION 2017) with p 2, c 20 m and
/// alpha 2 each second; identity switches as CLEAR MOT (Bernardin, Stiefelhagen, 2008) and IDF1
/// (Ristani et al., 2016) within 15 m; events matched one to one within 5 s and 15 m.
public struct CaseScore: Sendable {
  /// GOSPA's cut-off, metres.
  static let cutoff = 20.0
  /// The farthest that an estimate is of a target, for identities, metres.
  static let gate = 15.0
  /// The farthest that an event is of a crossing, seconds and metres.
  static let match = (seconds: 5.0, metres: 15.0)
  /// A further event this near to a crossing is a duplicate, seconds and metres.
  static let duplicate = (seconds: 12.0, metres: 30.0)
  /// When an event may be issued, seconds from the crossing.
  static let latency = -2.0...15.0
  /// Crossings this near to each other are one incident, seconds and metres.
  static let incident = (seconds: 5.0, metres: 12.0)

  /// What is counted of tracks.
  struct Tracks: Sendable {
    var gospa: [Double] = []
    var localisation = 0.0
    var matched = 0
    var missed = 0
    var falseOnes = 0
    var targets = 0
    var seconds = 0
    var switches = 0
    var clearMissed = 0
    var clearFalse = 0
    var identityHits = 0.0
    var targetSeconds = 0
    var trackSeconds = 0
  }

  /// What is counted of events.
  struct Crossings: Sendable {
    var hits = 0
    var misses = 0
    var falseAlarms = 0
    var onAnimals = 0
    var onFriends = 0
    var onDuplicates = 0
    var onGhosts = 0
    var anyHits = 0
    var anyMisses = 0
    var anyFalse = 0
    var directionsRight = 0
    var directions = 0
    var classesRight = 0
    var classes = 0
    var latencies: [Double] = []
    var timeErrors: [Double] = []
    var placeErrors: [Double] = []
    var duplicates = 0
    var attributionsRight = 0
    var attributions = 0
    var brier: [Double] = []
    var incidents = 0
    var incidentsHit = 0
    var threats = 0
    var friends = 0
    var friendsKnown = 0
  }

  var tracks = Tracks()
  var crossings = Crossings()
  /// Length of the case, seconds.
  var duration: Double
  /// Processor time and detections, where the answer tells them.
  var runtime: (cpuSeconds: Double, detections: Double)?

  /// Scores the answer in folder `out` to the case in folder `case`.
  ///
  /// - Throws: when the case is missing or a file cannot be understood.
  public init(case folder: String, out: String) throws(ScoringError) {
    let data = try CaseData(case: folder, out: out)
    duration = data.duration
    runtime = data.runtime.map { ($0.cpuSeconds, $0.detections) }
    scoreTracks(data)
    scoreCrossings(data)
  }
}
