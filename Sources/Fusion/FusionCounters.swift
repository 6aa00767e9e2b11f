/// What fusion did and what it refused, counted since its start.
public struct FusionCounters: BitwiseCopyable, Sendable, Equatable {
  /// Arrivals taken.
  public var arrivals: UInt64 = 0
  /// Detections taken into scans.
  public var detections: UInt64 = 0
  /// Scans worked on.
  public var scans: UInt64 = 0
  /// Onsets of area sensors.
  public var areaOnsets: UInt64 = 0
  /// Words of platforms of our own.
  public var platformStates: UInt64 = 0
  /// What a platform said on a second link while the first one was heard: not used.
  public var echoes: UInt64 = 0
  /// Tracks of platforms that fell silent and became unknown.
  public var disowned: UInt64 = 0
  /// Broadcasts of aircraft that are not ours.
  public var airReports: UInt64 = 0
  /// Broadcasts heard twice: taken once.
  public var airEchoes: UInt64 = 0
  /// Broadcasts that claim to be a platform of ours and agree with its own word: no track.
  public var claimsBorneOut: UInt64 = 0
  /// Aircraft that got no track because `FusionLimits.strangersMax` have one.
  public var strangerOverflow: UInt64 = 0
  /// Observations older than the bound at arrival: not used.
  public var late: UInt64 = 0
  /// Observations older than what was taken before them, within the bound.
  public var outOfSequence: UInt64 = 0
  /// How often the state was set back because of late observations.
  public var repetitions: UInt64 = 0
  /// Observations that were taken again then.
  public var repeated: UInt64 = 0
  /// Late observations that came when there was nothing to go back to any more: too much was said since.
  public var unrepaired: UInt64 = 0
  /// Observations stamped later than their arrival; taken as of the arrival.
  public var fromTheFuture: UInt64 = 0
  /// Observations with unknown sensors, numbers that are not finite or covariances that are none.
  public var invalid: UInt64 = 0
  /// Detections beyond `FusionLimits.scanDetectionsMax` in one scan.
  public var scanOverflow: UInt64 = 0
  /// Births refused because `FusionLimits.tracksMax` tracks live.
  public var trackOverflow: UInt64 = 0
  /// Onsets of chattering area sensors that started no track.
  public var chatter: UInt64 = 0
  /// Tracks started.
  public var tracksBorn: UInt64 = 0
  /// Tracks confirmed.
  public var tracksConfirmed: UInt64 = 0
  /// Tracks joined with another.
  public var tracksMerged: UInt64 = 0
  /// Crossings reported, first versions only.
  public var crossings: UInt64 = 0
  /// Corrections of crossings.
  public var corrections: UInt64 = 0
  /// Retractions of crossings.
  public var retractions: UInt64 = 0
  /// Crossings taken for a repetition of an earlier one.
  public var duplicates: UInt64 = 0
  /// Steps beyond what was asked to be kept of one arrival.
  public var stepsLost: UInt64 = 0

  /// All zero.
  public init() {}

  /// What the counts of an earlier moment were, but for what cannot be undone: what was told.
  mutating func setBack(to earlier: FusionCounters) {
    let told = self
    self = earlier
    crossings = told.crossings
    corrections = told.corrections
    retractions = told.retractions
    duplicates = told.duplicates
    stepsLost = told.stepsLost
  }
}
