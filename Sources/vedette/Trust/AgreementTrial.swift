import Ledger
import Model
import Sharing
import SiteConfiguration

/// Recorded events put to an agreement, one after the other, as a partner's feed would.
struct AgreementTrial {
  let evaluator: Evaluator
  let purpose: String
  let isExercise: Bool
  let now: WallTime
  let post: String
  private var held: Set<EventID> = []
  private var counts: [String: Int] = [:]

  init(
    evaluator: Evaluator, purpose: String, isExercise: Bool, now: WallTime, post: String
  ) {
    self.evaluator = evaluator
    self.purpose = purpose
    self.isExercise = isExercise
    self.now = now
    self.post = post
  }

  /// How many of each outcome.
  var summary: String {
    counts.isEmpty
      ? "no events"
      : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  /// What becomes of the event, and of each of its fields.
  mutating func tell(_ record: LedgerRecord, _ feature: [UInt8], asJSON: Bool) -> String {
    guard
      let event = ShareableEvent(
        sequence: record.sequence, header: record.header, feature: feature)
    else { return "\(record.sequence)  unreadable: nothing of it is released" }
    let decision = evaluator.decide(
      event, purpose: purpose, isExercise: isExercise,
      hadEarlierVersion: held.contains(record.header.id), at: now)
    counts[decision.outcomeName, default: 0] += 1
    var given: [ReleaseField] = []
    if case .released(let fields) = decision.outcome { given = fields }
    if case .released = decision.outcome { held.insert(record.header.id) }
    let names = given.map(\.rawValue)
    let withheld = event.fields.fields.map(\.name).filter { !names.contains($0) }
    let why = decision.rule.map { "rule \($0): \(decision.reason)" } ?? decision.reason
    if asJSON {
      let released = Release(
        of: event, post: post, fields: given, isRecall: decision.outcome == .recalled)
      let isOut = decision.outcomeName == "released" || decision.outcomeName == "recalled"
      return #"{"event":\#(quoted(record.header.cloudEventID)),"given":\#(list(names)),"#
        + #""outcome":\#(quoted(decision.outcomeName)),"reason":\#(quoted(decision.reason)),"#
        + #""release":\#(isOut ? String(decoding: released.feature, as: UTF8.self) : "null"),"#
        + #""rule":\#(decision.rule.map(quoted) ?? "null"),"sequence":\#(record.sequence),"#
        + #""withheld":\#(list(withheld))}"#
    }
    var text = "\(record.sequence)  \(record.header.cloudEventID)  "
    text += "\(record.header.kind.typeName)  \(decision.outcomeName) (\(why))"
    if !names.isEmpty {
      text += "\n    given, as the rule lists them: \(names.joined(separator: " "))"
      text += "\n    withheld, as it does not: \(withheld.joined(separator: " "))"
    }
    return text
  }

  private func list(_ words: [String]) -> String {
    "[\(words.map(quoted).joined(separator: ","))]"
  }
}
