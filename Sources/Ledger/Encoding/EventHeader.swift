public import Model

/// What is known of an event without reading its payload: it stands in front of the payload in the
/// ledger, and it is what an envelope needs.
public struct EventHeader: BitwiseCopyable, Sendable, Equatable {
  /// Kind of the payload.
  public var kind: EventKind
  /// The event's name; all versions of an event share it.
  public var id: EventID
  /// 1, 2, …: later versions replace earlier ones.
  public var version: UInt32
  /// When it happened, UTC.
  public var time: WallTime
  /// Whether it belongs to an exercise.
  public var isExercise: Bool

  /// The header of version `version` of event `id`.
  public init(kind: EventKind, id: EventID, version: UInt32, time: WallTime, isExercise: Bool) {
    self.kind = kind
    self.id = id
    self.version = version
    self.time = time
    self.isExercise = isExercise
  }

  /// CloudEvents `id`: `<event id>/<version>`.
  public var cloudEventID: String { "\(id)/\(version)" }

  /// CloudEvents `time`: RFC 3339 in UTC with microseconds, as in the payload.
  public var timeText: String { UTCText(time).description }

  /// What ``timeText`` says of events that happened `seconds` after 1970, UTC.
  public static func timeText(unixSeconds seconds: Int64) -> String {
    UTCText(WallTime(unixNanos: seconds * 1_000_000_000)).description
  }
}
