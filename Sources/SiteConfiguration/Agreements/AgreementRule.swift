public import Model

/// One rule of an agreement: which events it is about, and what becomes of them.
public struct AgreementRule: Sendable, Equatable {
  /// What becomes of an event that the rule matches.
  public enum Outcome: Sendable, Equatable {
    /// It is released as the grant says.
    case release(ReleaseGrant)
    /// It is refused, for the reason in this word.
    case refuse(reason: String)
  }

  /// Name of the rule within its agreement; told in every decision.
  public var name: String
  /// Which events it is about.
  public var condition: RuleCondition
  /// What becomes of them.
  public var outcome: Outcome
}

/// The kinds of event that an agreement can be about.
public enum SharedEventKind: String, Sendable, CaseIterable {
  /// A crossing of a line or zone.
  case crossing
  /// A change of a sensor's health.
  case sensorHealth = "sensor-health"
  /// A word of the post on itself.
  case postStatus = "post-status"
}

/// Which events a rule is about: all that is named must hold.
public struct RuleCondition: Sendable, Equatable {
  /// The kind of event.
  public var kind: SharedEventKind
  /// Classes of target; `nil`: any (rules that refuse only).
  public var classes: [TargetClass]?
  /// Directions, `in` and `out`; `nil`: either.
  public var directions: [String]?
  /// Where; `nil`: anywhere.
  public var zone: Zone?
  /// Least probability that a real target crossed, percent; `nil`: any.
  public var confidencePercentMin: Int?
  /// Purposes that the recipient may have stated; `nil`: any of the agreement's.
  public var purposes: [String]?

  /// A strip along a line, or along the edge of a zone of the site.
  public struct Zone: Sendable, Equatable {
    /// Name of the line or zone in the site file.
    public var line: String
    /// Name of the side on which the event must lie; `nil`: either.
    public var side: String?
    /// Greatest distance from the line, metres, 1 ... 100,000.
    public var withinMetres: Int
  }
}

/// What a rule releases, and with which duties.
public struct ReleaseGrant: Sendable, Equatable {
  /// Pictures that go with an event.
  public enum Evidence: String, Sendable, CaseIterable {
    /// None.
    case none
    /// The recipient may ask the post's duty officer.
    case onRequest = "on-request"
    /// A still picture.
    case still
  }

  /// The fields that are released, in the order of their names, each once.
  public var fields: [ReleaseField]
  /// An event is released so long after its time, seconds, 0 ... 31 days.
  public var delaySeconds: Int
  /// Pictures.
  public var evidence: Evidence
  /// After so many days the recipient erases it, 1 ... 3,660; sent as a label.
  public var retentionDays: Int
}
