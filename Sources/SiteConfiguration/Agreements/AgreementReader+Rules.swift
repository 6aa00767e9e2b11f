import Model

extension AgreementReader {
  /// The rules in their order; `nil` after told errors.
  func readRules(
    _ entry: Entry, purposes: [String], profile: PartnerProfile
  ) -> [AgreementRule]? {
    guard let entries = entry.list(count: 1...Self.rulesMax) else { return nil }
    let rules = entries.map { entry in
      entry.section { section -> AgreementRule? in
        let name = section.required("name", example: "near-line-drones")?.name()
        // What hangs on a condition with a mistake is not told as a second one.
        let errorsBefore = list.errorCount
        let read = section.required("when", example: "{classes: [drone]}")
          .flatMap { readCondition($0, purposes: purposes) }
        let condition = list.errorCount == errorsBefore ? read : nil
        let outcome = readOutcome(of: section, condition: condition, profile: profile)
        guard let name, let condition, let outcome else { return nil }
        return AgreementRule(name: name, condition: condition, outcome: outcome)
      }
    }
    let whole = rules.compactMap { $0 }
    guard whole.count == rules.count, !tellRepeated(whole.map(\.name), at: entries) else {
      return nil
    }
    tellGrowingRules(whole, at: entries)
    return whole
  }

  private func readCondition(_ entry: Entry, purposes: [String]) -> RuleCondition? {
    entry.section { section -> RuleCondition? in
      let kind: SharedEventKind? =
        section.has("event") ? section.optional("event").flatMap { choice($0) } : .crossing
      var condition = RuleCondition(kind: kind ?? .crossing)
      if condition.kind == .crossing {
        if let entry = section.optional("classes") { condition.classes = classes(entry) }
        if let entry = section.optional("directions") {
          condition.directions = words(entry, among: ["in", "out"])
        }
        if let entry = section.optional("min_confidence") {
          condition.confidencePercentMin = entry.integer(in: 0...100)
        }
        if let entry = section.optional("zone") { condition.zone = readZone(entry) }
      } else {
        for key in ["classes", "directions", "min_confidence", "zone"] {
          section.refuse(
            key, expected: "no \(key) for an event that is no crossing",
            remedy: "Remove it, or make a rule of its own for crossings")
        }
      }
      if let entry = section.optional("purposes") {
        condition.purposes = words(entry, among: purposes)
      }
      return kind == nil ? nil : condition
    }
  }

  private func readZone(_ entry: Entry) -> RuleCondition.Zone? {
    entry.section { section in
      let lineEntry = section.required("border_line", example: "border")
      let line = lineEntry?.name()
      let sideEntry = section.required("side", example: "either")
      let side = sideEntry?.name()
      let within = section.required("within_m", example: "5000")?.integer(in: 1...100_000)
      guard let line, let side, let within else { return nil }
      if let site {
        guard let found = site.lines.first(where: { $0.name == line }) else {
          let names = site.lines.map(\.name)
          let meant = Suggestion.nearest(to: line, among: names)
          lineEntry?.error(
            .unknownReference,
            expected: "a line or zone of the site: \(names.joined(separator: ", "))",
            remedy: meant.map { "Did you mean \(quoted($0))?" } ?? "Write one of them")
          return nil
        }
        guard ["either", found.leftName, found.rightName].contains(side) else {
          sideEntry?.error(
            .unknownReference, expected: "either, \(found.leftName) or \(found.rightName)",
            remedy: "Write a side of line \(quoted(line)), or either")
          return nil
        }
      }
      return RuleCondition.Zone(
        line: line, side: side == "either" ? nil : side, withinMetres: within)
    }
  }

  private func readOutcome(
    of section: Section, condition: RuleCondition?, profile: PartnerProfile
  ) -> AgreementRule.Outcome? {
    let release = section.optional("release")
    let refuse = section.optional("refuse")
    switch (release, refuse) {
    case (nil, nil):
      section.entry.error(
        .missingKey, expected: "release or refuse", remedy: "Add \"refuse: not-covered\"",
        found: "a rule that says neither")
      return nil
    case (_?, let refuse?):
      refuse.error(
        .conflict, expected: "either release or refuse", remedy: "Keep one of them",
        found: "both")
      return nil
    case (nil, let refuse?):
      section.refuse(
        "retention_days", expected: "retention_days beside release only", remedy: "Remove it")
      return refuse.name().map { .refuse(reason: $0) }
    case (let release?, nil):
      let days = section.required("retention_days", example: "90")?.integer(in: 1...3_660)
      guard let condition else { return nil }
      if condition.kind == .crossing, condition.classes == nil {
        section.entry.error(
          .missingKey, expected: "classes named one by one in \"when\" of a rule that releases",
          remedy: "Add \"classes: [drone]\" with what the agreement covers",
          found: "a release of any class")
        return nil
      }
      let grant = release.section {
        readGrant($0, kind: condition.kind, days: days ?? 1)
      }
      guard let grant, days != nil else { return nil }
      if profile == .thirdCountry { tellIdentifying(grant, condition, at: release) }
      return .release(grant)
    }
  }

  private func readGrant(
    _ section: Section, kind: SharedEventKind, days: Int
  ) -> ReleaseGrant? {
    let fields = section.required("fields", example: "[time_min, class, lat_lon_1km]")
      .flatMap { readFields($0, kind: kind) }
    let delay =
      section.has("delay_s")
      ? section.optional("delay_s")?.integer(in: 0...31 * 86_400) : 0
    let evidence: ReleaseGrant.Evidence? =
      section.has("evidence")
      ? section.optional("evidence").flatMap { choice($0) } : ReleaseGrant.Evidence.none
    guard let fields, let delay, let evidence else { return nil }
    return ReleaseGrant(
      fields: fields, delaySeconds: delay, evidence: evidence, retentionDays: days)
  }

  private func readFields(_ entry: Entry, kind: SharedEventKind) -> [ReleaseField]? {
    guard let entries = entry.list(count: 1...ReleaseField.allCases.count) else { return nil }
    let choices = ReleaseField.allCases.filter { $0.exists(in: kind) }.map { ($0.rawValue, $0) }
    let fields = entries.compactMap { $0.choice(choices) }
    guard fields.count == entries.count, !tellRepeated(fields, at: entries) else { return nil }
    return fields.sorted()
  }

  private func classes(_ entry: Entry) -> [TargetClass]? {
    let choices = TargetClass.allCases.map { ("\($0.name)", $0) }
    guard let entries = entry.list(count: 1...choices.count) else { return nil }
    let classes = entries.compactMap { $0.choice(choices) }
    return classes.count == entries.count && !tellRepeated(classes, at: entries) ? classes : nil
  }

  private func words(_ entry: Entry, among words: [String]) -> [String]? {
    guard let entries = entry.list(count: 1...max(1, words.count)) else { return nil }
    let found = entries.compactMap { $0.choice(words.map { ($0, $0) }) }
    return found.count == entries.count && !tellRepeated(found, at: entries) ? found : nil
  }

  /// What a third country may not get.
  private func tellIdentifying(
    _ grant: ReleaseGrant, _ condition: RuleCondition, at entry: Entry
  ) {
    let remedy = "Remove it, or make an agreement of another profile with that partner"
    let fields = grant.fields.filter(\.couldIdentify).map(\.rawValue)
    if !fields.isEmpty {
      entry.error(
        .conflict, expected: "no field that could help to identify a person", remedy: remedy,
        found: "\(fields.joined(separator: ", ")) for a third country")
    }
    if grant.evidence != .none {
      entry.error(
        .conflict, expected: "evidence: none", remedy: remedy,
        found: "pictures for a third country")
    }
    let classes = (condition.classes ?? []).filter { [.person, .group, .unknown].contains($0) }
    if !classes.isEmpty {
      entry.error(
        .conflict, expected: "only animal, drone and vehicle", remedy: remedy,
        found: classes.map { "\($0.name)" }.joined(separator: ", ") + " for a third country")
    }
  }

  /// Tells a rule that grants more than an earlier rule over events that both match: striking the
  /// earlier one would then release more, which nobody expects of striking a permission.
  private func tellGrowingRules(_ rules: [AgreementRule], at entries: [Entry]) {
    for (later, rule) in rules.enumerated() {
      guard case .release(let grant) = rule.outcome else { continue }
      for earlier in rules[..<later] {
        guard case .release(let before) = earlier.outcome,
          rule.condition.canOverlap(earlier.condition), !grant.isWithin(before)
        else { continue }
        entries[later].error(
          .conflict,
          expected: "no more than rule \(quoted(earlier.name)) gives, as both match some events",
          remedy: "Put the rule that gives more first, or let \"when\" tell them apart",
          found: "rule \(quoted(rule.name)) that gives more than an earlier one")
        break
      }
    }
  }
}

extension RuleCondition {
  /// A condition that any event of `kind` meets.
  init(kind: SharedEventKind) {
    self.init(
      kind: kind, classes: nil, directions: nil, zone: nil, confidencePercentMin: nil,
      purposes: nil)
  }

  /// Whether some event could meet both; true in doubt.
  func canOverlap(_ other: RuleCondition) -> Bool {
    func meet<Value: Hashable>(_ a: [Value]?, _ b: [Value]?) -> Bool {
      guard let a, let b else { return true }
      return !Set(a).isDisjoint(with: b)
    }
    guard kind == other.kind, meet(classes, other.classes), meet(directions, other.directions),
      meet(purposes, other.purposes)
    else { return false }
    if let zone, let other = other.zone, zone.line == other.line, let side = zone.side,
      let otherSide = other.side
    {
      return side == otherSide
    }
    return true
  }
}

extension ReleaseGrant {
  /// Whether it gives nothing that `other` does not give as early.
  func isWithin(_ other: ReleaseGrant) -> Bool {
    let order = Evidence.allCases
    let mine = order.firstIndex(of: evidence) ?? 0
    let theirs = order.firstIndex(of: other.evidence) ?? 0
    return Set(fields).isSubset(of: other.fields) && delaySeconds >= other.delaySeconds
      && mine <= theirs
  }
}
