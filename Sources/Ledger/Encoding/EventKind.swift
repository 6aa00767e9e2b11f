/// The kinds of event that the ledger keeps; the raw value is what stands in a record.
public enum EventKind: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// A crossing of a line, with its corrections and retractions.
  case crossing = 1
  /// A change of a sensor's health.
  case sensorHealth = 2
  /// A word of the post on itself.
  case postStatus = 3
  /// A line of the release log, which is a log of its own: what became of an event for a partner.
  case release = 4
  /// A crossing by an aircraft that is not ours and tells of itself, with its corrections.
  case airCrossing = 5
  /// A word of a log on its own epochs (``EpochRecord``).
  case epoch = 6
  /// A word of a log on content that was erased from it (``ErasureRecord``).
  case erasure = 7

  /// CloudEvents `type` of the event; the number at the end counts incompatible changes of `data`.
  public var typeName: StaticString {
    switch self {
    case .crossing: "org.vedette.crossing.v1"
    case .sensorHealth: "org.vedette.sensor-health.v1"
    case .postStatus: "org.vedette.post-status.v1"
    case .release: "org.vedette.release.v1"
    case .airCrossing: "org.vedette.air-crossing.v1"
    case .epoch: "org.vedette.epoch.v1"
    case .erasure: "org.vedette.erasure.v1"
    }
  }
}
