public import MAVLink

/// What a `TelemetryPerception` has done since its start.
public struct TelemetryCounters: PerceptionCounters {
  /// What the frame parser counted.
  public var parser = ParserCounters()
  /// Places of platforms told.
  public var places: UInt64 = 0
  /// Detections told.
  public var detections: UInt64 = 0
  /// Valid frames of systems that are not of the site.
  public var unknownSystems: UInt64 = 0
  /// Reports told of aircraft that are not ours.
  public var airReports: UInt64 = 0
  /// Those of them that claim to be ours.
  public var airClaims: UInt64 = 0
  /// Reports not told: too far, too high, too vague, old, simulated, or of no aircraft.
  public var airLeftOut: UInt64 = 0
  /// Messages by which a vehicle of ours has its own Remote ID broadcast.
  public var ownBroadcasts: UInt64 = 0
  /// Answers to our questions for the time.
  public var timeAnswers: UInt64 = 0
  /// Answers that are not to questions of ours, or took seconds.
  public var timeAnswersRefused: UInt64 = 0
  /// Places that cannot be: 0/0, off the Earth, or more than 200 km away.
  public var implausible: UInt64 = 0

  /// All zero.
  public init() {}

  /// Names in the order of `forEach`.
  public static let names: [StaticString] = [
    "bytes_total", "frames_total", "bytes_skipped_total", "crc_errors_total",
    "unknown_messages_total", "frames_lost_total", "places_total", "detections_total",
    "unknown_systems_total", "implausible_total", "signed_frames_total",
    "unsigned_refused_frames_total", "forged_frames_total", "replayed_frames_total",
    "air_reports_total", "air_claims_total", "air_left_out_total", "own_broadcasts_total",
    "time_answers_total", "time_answers_refused_total",
  ]

  /// Calls `body` with each counter.
  public func forEach(_ body: (Int, UInt64) -> Void) {
    body(0, parser.bytes)
    body(1, parser.frames)
    body(2, parser.bytesSkipped)
    body(3, parser.crcErrors)
    body(4, parser.unknownMessages)
    body(5, parser.framesLost)
    body(6, places)
    body(7, detections)
    body(8, unknownSystems)
    body(9, implausible)
    body(10, parser.signedFrames)
    body(11, parser.unsignedFrames)
    body(12, parser.forgedFrames)
    body(13, parser.replayedFrames)
    body(14, airReports)
    body(15, airClaims)
    body(16, airLeftOut)
    body(17, ownBroadcasts)
    body(18, timeAnswers)
    body(19, timeAnswersRefused)
  }
}
