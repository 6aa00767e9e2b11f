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
  /// `sequence` in one of its feeds.
  public init(
    acknowledged sequence: UInt64, under agreement: Agreement, purpose: String, isExercise: Bool,
    at time: WallTime
  ) {
    self.init(inForce: agreement, at: time)
    self.sequence = sequence
    self.purpose = purpose
    event.isExercise = isExercise
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
    var text: [UInt8] = []
    append(to: &text)
    return text
  }

  /// Appends the line in canonical JSON.
  public func append(to text: inout [UInt8]) {
    func word(_ name: StaticString, _ value: String) {
      name.withUTF8Buffer { text.append(contentsOf: $0) }
      CanonicalString.append(value, to: &text)
    }
    func plain(_ name: StaticString, _ value: String) {
      name.withUTF8Buffer { text.append(contentsOf: $0) }
      text.append(contentsOf: value.utf8)
    }
    // In the order of the names.
    word(#"{"agreement":"#, agreement)
    word(#","agreement_sha256":"#, agreementDigest)
    if let distanceMillimetres { plain(#","distance_mm":"#, "\(distanceMillimetres)") }
    word(#","event":"#, event.cloudEventID)
    plain(#","exercise":"#, event.isExercise ? "true" : "false")
    plain(#","fields":["#, "")
    for (index, field) in fields.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      CanonicalString.append(field, to: &text)
    }
    word(#"],"outcome":"#, outcome)
    word(#","partner":"#, partner)
    word(#","purpose":"#, purpose)
    word(#","reason":"#, reason)
    if let rule { word(#","rule":"#, rule) }
    plain(#","sequence":"#, "\(sequence)")
    word(#","time":"#, header.timeText)
    word(#","type":"#, "\(event.kind.typeName)")
    text.append(UInt8(ascii: "}"))
  }
}
