public import Ledger
public import Model
public import SiteConfiguration

/// One line of the release log: what became of one event for one partner, when, under which rule of
/// which agreement.
public struct ReleaseEntry: Sendable, Equatable {
  /// Who was to receive it, the URN of the agreement.
  public var partner: String
  /// Name of the agreement.
  public var agreement: String
  /// SHA-256 of the agreement's file.
  public var agreementDigest: String
  /// What the partner said that it asks for.
  public var purpose: String
  /// Place of the event in the ledger; 0 for a line about no event.
  public var sequence: UInt64
  /// The event; its kind, time and exercise mark.
  public var event: EventHeader
  /// `released`, `recalled`, `refused`, `delayed`, `acknowledged`, or `agreement` when an agreement
  /// comes into force.
  public var outcome: String
  /// Names of the fields that were released, in order.
  public var fields: [String]
  /// The rule that decided.
  public var rule: String?
  /// Why.
  public var reason: String
  /// Signed distance from the rule's line, millimetres.
  public var distanceMillimetres: Int64?
  /// When it was decided.
  public var time: WallTime

  /// The line on `decision`.
  public init(
    _ decision: Decision, on event: ShareableEvent, by evaluator: Evaluator, purpose: String,
    at time: WallTime
  ) {
    let agreement = evaluator.agreement
    partner = agreement.recipient
    self.agreement = agreement.id
    agreementDigest = agreement.digest
    self.purpose = purpose
    sequence = event.sequence
    self.event = event.header
    outcome = decision.outcomeName
    fields = if case .released(let fields) = decision.outcome { fields.map(\.rawValue) } else { [] }
    rule = decision.rule
    reason = decision.reason
    distanceMillimetres = decision.distanceMillimetres
    self.time = time
  }

  /// The line that says that `agreement` is in force from now on.
  public init(inForce agreement: Agreement, at time: WallTime) {
    partner = agreement.recipient
    self.agreement = agreement.id
    agreementDigest = agreement.digest
    purpose = ""
    sequence = 0
    event = EventHeader(
      kind: .release, id: EventID(high: 0, low: 0), version: 0, time: time, isExercise: false)
    outcome = "agreement"
    fields = []
    reason = "in-force"
    self.time = time
  }

  /// The line that says that the recipient of `agreement` has stored what it was given up to event
  /// `sequence`.
  public init(
    acknowledged sequence: UInt64, under agreement: Agreement, purpose: String, at time: WallTime
  ) {
    self.init(inForce: agreement, at: time)
    self.sequence = sequence
    self.purpose = purpose
    outcome = "acknowledged"
    reason = "stored"
  }

  /// The header under which the line stands in its log.
  public var header: EventHeader {
    EventHeader(
      kind: .release, id: event.id, version: event.version, time: time,
      isExercise: event.isExercise)
  }

  /// The line in canonical JSON.
  public var json: [UInt8] {
    var members: [(String, [UInt8])] = [
      ("agreement", CanonicalString.quoted(agreement)),
      ("agreement_sha256", CanonicalString.quoted(agreementDigest)),
      ("event", CanonicalString.quoted(event.cloudEventID)),
      ("exercise", Array("\(event.isExercise)".utf8)),
      ("fields", Self.list(fields)), ("outcome", CanonicalString.quoted(outcome)),
      ("partner", CanonicalString.quoted(partner)), ("purpose", CanonicalString.quoted(purpose)),
      ("reason", CanonicalString.quoted(reason)), ("sequence", Array("\(sequence)".utf8)),
      ("time", CanonicalString.quoted(header.timeText)),
      ("type", CanonicalString.quoted("\(event.kind.typeName)")),
    ]
    if let distanceMillimetres {
      members.append(("distance_mm", Array("\(distanceMillimetres)".utf8)))
    }
    if let rule { members.append(("rule", CanonicalString.quoted(rule))) }
    members.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    let inside = members.map { CanonicalString.quoted($0.0) + [UInt8(ascii: ":")] + $0.1 }
    return [UInt8(ascii: "{")] + inside.joined(separator: [UInt8(ascii: ",")])
      + [UInt8(ascii: "}")]
  }

  private static func list(_ words: [String]) -> [UInt8] {
    [UInt8(ascii: "[")]
      + words.map { CanonicalString.quoted($0) }.joined(separator: [UInt8(ascii: ",")])
      + [UInt8(ascii: "]")]
  }
}
