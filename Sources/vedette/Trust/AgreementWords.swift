import Model
import SiteConfiguration

/// An agreement in words, for who has to stand for it.
enum AgreementWords {
  /// The agreement, a line for each thing.
  static func lines(of agreement: Agreement) -> [String] {
    var lines = [
      "\(agreement.id): \(agreement.releaser) gives to \(agreement.recipient)",
      "  file SHA-256 \(agreement.digest)",
      "  signed document SHA-256 \(agreement.documentDigest), by "
        + agreement.signatories.joined(separator: ", "),
      "  for \(agreement.purposes.joined(separator: " or ")); \(feeds(agreement.scope)); "
        + agreement.handling.label,
      "  to the holder of \(agreement.identity.uri)",
    ]
    if let webhook = agreement.webhook {
      lines.append("  which is called at \(webhook.url) for \(webhook.purpose)")
    }
    if agreement.profile == .thirdCountry {
      lines.append("  a third country: nothing that could identify a person")
    }
    for (number, rule) in agreement.rules.enumerated() {
      lines.append("  \(number + 1). \(rule.name): \(condition(rule.condition)): \(outcome(rule))")
    }
    lines.append(
      "  everything else is refused; \(agreement.eventsPerMinute) events a minute at most")
    return lines
  }

  private static func feeds(_ scope: ExerciseScope) -> String {
    switch scope {
    case .live: "real events only"
    case .exercise: "events of exercises only"
    case .both: "real events and those of exercises, in two feeds"
    }
  }

  private static func condition(_ condition: RuleCondition) -> String {
    var words = [condition.kind.rawValue]
    if let classes = condition.classes {
      words.append("of " + classes.map { "\($0.name)" }.joined(separator: " or "))
    }
    if let directions = condition.directions { words.append(directions.joined(separator: " or ")) }
    if let percent = condition.confidencePercentMin { words.append("at least \(percent) % sure") }
    if let zone = condition.zone {
      words.append(
        "within \(zone.withinMetres) m of \(zone.line)" + (zone.side.map { " on \($0)" } ?? ""))
    }
    if let purposes = condition.purposes {
      words.append("for \(purposes.joined(separator: " or "))")
    }
    return words.joined(separator: ", ")
  }

  private static func outcome(_ rule: AgreementRule) -> String {
    switch rule.outcome {
    case .refuse(let reason): return "refused, \(reason)"
    case .release(let grant):
      let delay = grant.delaySeconds > 0 ? " after \(grant.delaySeconds) s" : ""
      let evidence = grant.evidence == .none ? "" : "; pictures \(grant.evidence.rawValue)"
      return "gives \(grant.fields.map(\.rawValue).joined(separator: ", "))\(delay), to be erased "
        + "after \(grant.retentionDays) days\(evidence)"
    }
  }
}
