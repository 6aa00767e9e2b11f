public import Model
public import SiteConfiguration

/// What an agreement says of one event at one moment, and why.
public struct Decision: Sendable, Equatable {
  /// What becomes of the event.
  public enum Outcome: Sendable, Equatable {
    /// These fields of it are released.
    case released([ReleaseField])
    /// An earlier version was released and this one may not be: the partner is told that what it has
    /// does not hold any more, and nothing else.
    case recalled
    /// Nothing of it is released.
    case refused
    /// It is released once this moment has come.
    case delayed(until: WallTime)
  }

  /// What becomes of the event.
  public var outcome: Outcome
  /// Name of the rule that decided; `nil` when none did.
  public var rule: String?
  /// Why, in one word; `released` and `delayed` give the name of their outcome.
  public var reason: String
  /// Distance from the line that the rule names, millimetres, positive on its left; `nil` when the
  /// deciding rule names none.
  public var distanceMillimetres: Int64?
  /// What the rule releases, with its duties; `nil` when nothing is released.
  public var grant: ReleaseGrant?

  /// The word for the outcome.
  public var outcomeName: String {
    switch outcome {
    case .released: "released"
    case .recalled: "recalled"
    case .refused: "refused"
    case .delayed: "delayed"
    }
  }

  /// A refusal.
  static func refused(
    _ reason: String, rule: String? = nil, distance: Int64? = nil
  ) -> Decision {
    Decision(
      outcome: .refused, rule: rule, reason: reason, distanceMillimetres: distance, grant: nil)
  }
}
