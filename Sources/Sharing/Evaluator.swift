import Geodesy
import Ledger
public import Model
public import SiteConfiguration

/// An agreement applied to events: a total, deterministic function of agreement, site, event,
/// purpose, feed and moment.
///
/// Everything that is not released by a rule is refused. When the event lacks what a rule asks for, a
/// rule that refuses applies and one that releases does not. `Docs/SharingAgreements.md` tells the
/// order of the steps; an evaluator of its own in `Tests/SharingTests/Tools` follows that page.
public struct Evaluator: Sendable {
  /// What is applied.
  public let agreement: Agreement
  private let frame: LocalFrame
  private let lines: [SiteLine]

  /// `agreement` over the lines and zones of `site`.
  public init(agreement: Agreement, site: Site) {
    self.agreement = agreement
    lines = site.lines
    frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
  }

  /// What the agreement says of `event`.
  ///
  /// - Parameters:
  ///   - purpose: what the recipient says that it asks for.
  ///   - isExercise: whether the feed is the one of exercises; real events and exercises never share
  ///     one.
  ///   - hadEarlierVersion: whether an earlier version of the event was released to the recipient.
  ///   - waitedNanos: how long the event has been there for the feeds, by a clock that never steps; counts
  ///     for a delay where the event's own time lies in the future.
  ///   - now: the moment.
  public func decide(
    _ event: ShareableEvent, purpose: String, isExercise: Bool, hadEarlierVersion: Bool = false,
    waitedNanos: Int64 = 0, at now: WallTime
  ) -> Decision {
    if let reason = standing(purpose: purpose, isExercise: isExercise, at: now) {
      return .refused(reason)
    }
    guard event.header.isExercise == isExercise else { return .refused("other-feed") }
    guard event.header.time >= agreement.validFrom else { return .refused("before-agreement") }
    var decision = applyRules(to: event, purpose: purpose, waitedNanos, at: now)
    if case .refused = decision.outcome, hadEarlierVersion, event.header.version > 1 {
      decision.outcome = .recalled
    }
    return decision
  }

  /// Why nothing at all is released in such a feed now; `nil` when the rules decide.
  public func standing(purpose: String, isExercise: Bool, at now: WallTime) -> String? {
    guard agreement.isInForce(at: now) else { return "not-in-force" }
    guard agreement.purposes.contains(purpose) else { return "purpose-not-agreed" }
    guard agreement.scope.covers(isExercise: isExercise) else {
      return isExercise ? "exercises-not-covered" : "live-not-covered"
    }
    return nil
  }

  private func applyRules(
    to event: ShareableEvent, purpose: String, _ waitedNanos: Int64, at now: WallTime
  ) -> Decision {
    var doubt: Decision?
    for rule in agreement.rules {
      switch match(rule.condition, event, purpose: purpose) {
      case .no: continue
      case .undecidable(let missing):
        let refused = Decision.refused(missing, rule: rule.name)
        // In doubt a refusal refuses and a permission does not permit, so that striking a permission
        // never releases more.
        if case .refuse = rule.outcome { return refused }
        doubt = doubt ?? refused
      case .yes(let distance):
        switch rule.outcome {
        case .refuse(let reason): return .refused(reason, rule: rule.name, distance: distance)
        case .release(let grant):
          return release(
            grant, of: event, rule: rule.name, distance: distance, waitedNanos, at: now)
        }
      }
    }
    return doubt ?? .refused("no-rule")
  }

  private func release(
    _ grant: ReleaseGrant, of event: ShareableEvent, rule: String, distance: Int64?,
    _ waitedNanos: Int64, at now: WallTime
  ) -> Decision {
    let fields = grant.fields.filter { field in
      event.fields[field.rawValue] != nil
        && (agreement.profile != .thirdCountry || !field.couldIdentify)
    }
    let delay = Int64(grant.delaySeconds) * 1_000_000_000
    // A clock that was ahead when the event happened makes nobody wait for longer than the delay.
    let due = min(
      sum(event.header.time.unixNanos, delay),
      sum(now.unixNanos, max(0, delay - max(0, waitedNanos))))
    let isDue = due <= now.unixNanos
    return Decision(
      outcome: isDue ? .released(fields) : .delayed(until: WallTime(unixNanos: due)),
      rule: rule, reason: isDue ? "released" : "delayed", distanceMillimetres: distance,
      grant: grant)
  }

  /// The sum, or the last moment that there is; `nanos` is not negative.
  private func sum(_ moment: Int64, _ nanos: Int64) -> Int64 {
    let (sum, isBeyond) = moment.addingReportingOverflow(nanos)
    return isBeyond ? .max : sum
  }

  // MARK: - Conditions

  private enum Match {
    case yes(distance: Int64?)
    case no
    /// The event lacks what is asked for.
    case undecidable(String)
  }

  private func match(
    _ condition: RuleCondition, _ event: ShareableEvent, purpose: String
  ) -> Match {
    guard condition.kind == SharedEventKind(event.header.kind) else { return .no }
    if let purposes = condition.purposes, !purposes.contains(purpose) { return .no }
    if let classes = condition.classes {
      guard let word = event.word("class") else { return .undecidable("missing-class") }
      guard classes.contains(where: { $0.name.withUTF8Buffer { word.utf8.elementsEqual($0) } })
      else { return .no }
    }
    if let directions = condition.directions {
      guard let word = event.word("direction") else { return .undecidable("missing-direction") }
      guard directions.contains(word) else { return .no }
    }
    if let percent = condition.confidencePercentMin {
      guard let confidence = event.scaled("confidence", places: 4) else {
        return .undecidable("missing-confidence")
      }
      guard confidence >= Int64(percent) * 100 else { return .no }
    }
    guard let zone = condition.zone else { return .yes(distance: nil) }
    guard let place = event.fields.place else { return .undecidable("missing-place") }
    guard let line = lines.first(where: { $0.name == zone.line }) else {
      return .undecidable("unknown-line")
    }
    let distance = signedMillimetres(from: line, longitude: place.longitude, place.latitude)
    guard let distance else { return .undecidable("missing-place") }
    guard distance.magnitude <= UInt64(zone.withinMetres) * 1000 else { return .no }
    if let side = zone.side, side != (distance >= 0 ? line.leftName : line.rightName) {
      return .no
    }
    return .yes(distance: distance)
  }

  /// Distance from the line, rounded to millimetres: 0 counts as its left side.
  private func signedMillimetres(
    from line: SiteLine, longitude: Int64, _ latitude: Int64
  ) -> Int64? {
    let point = frame.local(
      latitudeDegrees: Double(latitude) / 1e7, longitudeDegrees: Double(longitude) / 1e7)
    guard let foot = polylineFoot(of: point, on: line.points, isClosed: line.isClosed) else {
      return nil
    }
    let scaled = (foot.signedDistance * 1000).rounded(.toNearestOrEven)
    return scaled.magnitude < 1e15 ? Int64(scaled) : nil
  }
}
