import Devices
import Ledger
import Model
import Publishing
import Sharing
import SiteConfiguration

/// What one agreement gives of the ledger to one connection of a partner.
///
/// Every decision is durable in the release log before anything of it is handed on. A delayed event
/// holds the cursor: what comes after it waits too, so nothing is ever out of order.
final class PartnerFeed: FeedSource {
  /// Events that are read first, and at once at most.
  private static let pieceMin = 8
  private static let pieceMax = 512

  private let gate: AgreementGate
  private let holder: FeedHolder
  private let purpose: String
  private let isExercise: Bool

  init(gate: AgreementGate, holder: FeedHolder, purpose: String, isExercise: Bool) {
    self.gate = gate
    self.holder = holder
    self.purpose = purpose
    self.isExercise = isExercise
  }

  /// The agreement as it stands at `now`.
  func evaluator(at now: WallTime) throws(FeedRefusal) -> Evaluator {
    let evaluator = try gate.entitled(holder, at: now)
    if let reason = evaluator.standing(purpose: purpose, isExercise: isExercise, at: now) {
      let isCovered = evaluator.agreement.scope.covers(isExercise: isExercise)
      throw FeedRefusal(
        isCovered ? .purpose : .exercise,
        reason: "the agreement \(evaluator.agreement.id) does not allow this feed: \(reason)",
        remedy: "state a purpose and a kind of feed that it covers")
    }
    return evaluator
  }

  func sharing() throws(FeedRefusal) -> String? {
    let edition = gate.book.edition
    let agreement = try evaluator(at: wallNow()).agreement
    return "\(edition) \(isExercise) \(agreement.recipient) \(purpose)"
  }

  func next(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> FeedBatch {
    try await PreparedBatch.recorded {
      try decide(after: sequence, through: durable, limit: limit)
    }.batch
  }

  func prepare(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch {
    try decide(after: sequence, through: durable, limit: limit)
  }

  private func decide(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) throws -> PreparedBatch {
    let now = wallNow()
    // Before the agreement: what changes between is put on record once more rather than not at all.
    let edition = gate.book.edition
    let evaluator = try evaluator(at: now)
    gate.desk.looks.note(durable, at: MonotonicClock.now())
    guard sequence < durable else {
      return PreparedBatch(FeedBatch(events: [], through: sequence))
    }
    let agreement = evaluator.agreement
    var step = Step(
      batch: FeedBatch(events: [], through: sequence),
      room: gate.desk.room(for: agreement.recipient, perMinute: agreement.eventsPerMinute))
    // In growing pieces: where the next event is held back, nothing more is read than that.
    var (left, piece) = (limit, Self.pieceMin)
    while left > 0, step.batch.through < durable, step.batch.hold == nil {
      let records = try gate.store.records(
        from: step.batch.through + 1, through: durable, limit: min(left, piece))
      guard let records, !records.isEmpty else {
        step.batch.isOvertaken = left == limit
        break
      }
      for (record, feature) in records where step.batch.hold == nil {
        try take(record, feature, evaluator, now, &step)
      }
      left -= records.count
      piece = min(8 * piece, Self.pieceMax)
    }
    return prepared(step, agreement, edition)
  }

  /// The step, which goes on record when that is asked for, without what of it is on record already.
  private func prepared(_ step: Step, _ agreement: Agreement, _ edition: Int) -> PreparedBatch {
    let (entries, perMinute) = (step.entries, agreement.eventsPerMinute)
    return PreparedBatch(step.batch) { [self] in
      try await record(entries, of: agreement, edition, perMinute: perMinute)
    }
  }

  /// Returns when `entries` are on record.
  ///
  /// - Parameter perMinute: the limit that they count against; `nil` for those of proofs.
  private func record(
    _ entries: [ReleaseEntry], of agreement: Agreement, _ edition: Int, perMinute: Int?
  ) async throws {
    let feed = records(of: agreement)
    let feeds = gate.desk.feeds
    let isProof = perMinute == nil
    let fresh = feeds.unrecorded(entries, of: feed, edition: edition, isProof: isProof)
    try await gate.desk.record(fresh, perMinute: perMinute)
    feeds.note(fresh, of: feed, edition: edition, isProof: isProof)
  }

  private func records(of agreement: Agreement) -> FeedRecords.Feed {
    FeedRecords.Feed(
      partner: agreement.recipient, purpose: purpose, isExercise: isExercise)
  }

  func prepareLatest(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch {
    let now = wallNow()
    let edition = gate.book.edition
    let evaluator = try evaluator(at: now)
    gate.desk.looks.note(durable, at: MonotonicClock.now())
    let agreement = evaluator.agreement
    let (wanted, through) = try await gate.looks.page(
      of: "\(edition) \(isExercise) \(agreement.recipient) \(purpose)", after: sequence,
      through: durable, limit: limit
    ) { try look(&$0, through: durable, evaluator, now) }
    var step = Step(
      batch: FeedBatch(events: [], through: sequence),
      room: gate.desk.room(for: agreement.recipient, perMinute: agreement.eventsPerMinute))
    step.isSnapshot = true
    var found: [(LedgerRecord, [UInt8])] = []
    try gate.store.visit(wanted, newest: durable) { record, feature in
      if let record, let feature { found.append((record, feature)) }
    }
    for (record, feature) in found where step.batch.hold == nil {
      try take(record, feature, evaluator, now, &step)
    }
    if step.batch.hold == nil {
      let isAll = wanted.count < limit
      step.batch.through = isAll ? through : wanted.last ?? through
      // The event behind it is held back; when it is due the feed gives it.
      if isAll, through < durable { step.batch.hold = .seconds(1) }
    }
    return prepared(step, agreement, edition)
  }

  /// Looks at the next events for the newest versions, up to the first one that is held back; whether there
  /// are more.
  private func look(
    _ latest: inout LatestEvents, through durable: UInt64, _ evaluator: Evaluator, _ now: WallTime
  ) throws -> Bool? {
    let records = try gate.store.records(
      from: latest.through + 1, through: durable, limit: LatestEvents.pieceMax)
    guard let records, !records.isEmpty else { return nil }
    for (record, feature) in records {
      let event = ShareableEvent(
        sequence: record.sequence, header: record.header, feature: feature)
      if let event, isHeld(event, evaluator, now) { return false }
      latest.look(record.sequence, record.header.id)
    }
    return true
  }

  private func isHeld(_ event: ShareableEvent, _ evaluator: Evaluator, _ now: WallTime) -> Bool {
    let decision = decision(on: event, by: evaluator, at: now)
    if case .delayed = decision.outcome { return true }
    return false
  }

  private func decision(
    on event: ShareableEvent, by evaluator: Evaluator, hadEarlierVersion: Bool = false,
    at now: WallTime
  ) -> Decision {
    func decide(waitedNanos: Int64) -> Decision {
      evaluator.decide(
        event, purpose: purpose, isExercise: isExercise, hadEarlierVersion: hadEarlierVersion,
        waitedNanos: waitedNanos, at: now)
    }
    let decision = decide(waitedNanos: 0)
    guard case .delayed = decision.outcome else { return decision }
    let waited = gate.desk.looks.waitedNanos(for: event.sequence, at: MonotonicClock.now())
    return waited > 0 ? decide(waitedNanos: waited) : decision
  }

  /// What was decided so far of a step.
  private struct Step {
    var batch: FeedBatch
    /// How many more events the partner may get in this minute.
    var room: Int
    var entries: [ReleaseEntry] = []
    /// Events of which a version is given in this step.
    var given: Set<EventID> = []
    /// Whether the versions before were passed over: one that takes back what the partner never had says
    /// nothing to it.
    var isSnapshot = false
  }

  /// Decides on one event.
  private func take(
    _ record: LedgerRecord, _ feature: [UInt8], _ evaluator: Evaluator, _ now: WallTime,
    _ step: inout Step
  ) throws {
    let event = ShareableEvent(
      sequence: record.sequence, header: record.header, feature: feature)
    guard let event else {
      // Nobody can say what is in it: nothing of it leaves, and the post is told.
      gate.desk.countUnreadable()
      step.batch.through = record.sequence
      return
    }
    let agreement = evaluator.agreement
    let id = event.header.id
    var decision = decision(on: event, by: evaluator, at: now)
    let isTakenBack = step.isSnapshot && event.fields.disposition == "retracted"
    if decision.outcome == .refused && event.header.version > 1 || isTakenBack {
      // Only then it matters: it may have to be looked for in the release log.
      let hasEarlier =
        try event.header.version > 1
        && (step.given.contains(id) || gate.desk.has(agreement.recipient, id))
      if isTakenBack, !hasEarlier {
        step.batch.through = record.sequence
        return
      }
      decision = self.decision(on: event, by: evaluator, hadEarlierVersion: hasEarlier, at: now)
    }
    if case .delayed(let until) = decision.outcome {
      step.batch.hold = .nanoseconds(max(1_000_000, until.unixNanos - now.unixNanos))
      step.entries.append(entry(decision, event, evaluator, now))
      return
    }
    // Another connection may be giving the partner the version before right now: who comes to this
    // one with it must be told that it does not hold any more.
    if decision.outcome == .refused, event.header.version > 1 { step.batch.isShareable = false }
    if let released = labelled(event, decision, agreement) {
      guard step.room > 0 else {
        step.batch.hold = .seconds(1)
        return
      }
      step.room -= 1
      step.given.insert(id)
      step.batch.events.append(released)
    }
    step.entries.append(entry(decision, event, evaluator, now))
    step.batch.through = record.sequence
  }

  func disclosable(_ sequences: [UInt64]) async throws -> [Disclosable] {
    let now = wallNow()
    let edition = gate.book.edition
    let evaluator = try evaluator(at: now)
    // Asking for what is not there yet is no fault of the store.
    let newest = gate.feed.durable
    var found: [(place: Int, fields: [String], entry: ReleaseEntry)] = []
    var answers: [Disclosable] = []
    answers.reserveCapacity(sequences.count)
    try gate.store.visit(sequences, newest: newest) { record, feature in
      guard let record, let feature,
        let event = ShareableEvent(
          sequence: record.sequence, header: record.header, feature: feature)
      else { return answers.append(.nothing) }
      let decision = decision(on: event, by: evaluator, at: now)
      if case .released(let fields) = decision.outcome {
        found.append(
          (answers.count, fields.map(\.rawValue), entry(decision, event, evaluator, now)))
      }
      answers.append(.nothing)
    }
    // Only of what was given: a proof tells as much as the event, and does not count against the limit.
    let agreement = evaluator.agreement
    let given = try gate.desk.given(
      found.map { ($0.entry.event.id, $0.entry.sequence) }, in: records(of: agreement))
    found.removeAll { !given.contains($0.entry.sequence) }
    for (place, fields, _) in found { answers[place] = .fields(fields) }
    try await record(found.map(\.entry), of: agreement, edition, perMinute: nil)
    return answers
  }

  var partner: String? { holder.partner }

  func checkRight() throws(FeedRefusal) { _ = try evaluator(at: wallNow()) }

  func cosign(_ note: [UInt8]) throws -> Bool {
    let agreement = try evaluator(at: wallNow()).agreement
    guard let witness = agreement.identity.witnessKey.flatMap({ NoteKey($0) }),
      let note = SignedNote(String(decoding: note, as: UTF8.self))
    else { return false }
    return try gate.cosignatures.take(note, from: witness)
  }

  func acknowledge(_ sequence: UInt64) async throws {
    let now = wallNow()
    let agreement = try evaluator(at: now).agreement
    let entry = ReleaseEntry(
      acknowledged: sequence, under: agreement, purpose: purpose, isExercise: isExercise, at: now)
    guard gate.desk.isNews(entry) else { return }
    try await gate.desk.record([entry])
  }

  private func entry(
    _ decision: Decision, _ event: ShareableEvent, _ evaluator: Evaluator, _ now: WallTime
  ) -> ReleaseEntry {
    ReleaseEntry(decision, on: event, by: evaluator, purpose: purpose, at: now)
  }

  /// What the partner gets of `event`; `nil` when that is nothing.
  private func labelled(
    _ event: ShareableEvent, _ decision: Decision, _ agreement: Agreement
  ) -> LabelledEvent? {
    let release: Release
    let disclosable: Disclosable
    switch decision.outcome {
    case .released(let fields):
      release = Release(of: event, post: gate.post, fields: fields, isRecall: false)
      disclosable = .fields(fields.map(\.rawValue))
    case .recalled:
      release = Release(of: event, post: gate.post, fields: [], isRecall: true)
      disclosable = .nothing
    case .refused, .delayed: return nil
    }
    return LabelledEvent(
      event: StoredEvent(
        sequence: event.sequence, type: "\(event.header.kind.typeName)",
        id: event.header.cloudEventID, time: release.time ?? "",
        isExercise: event.header.isExercise, data: release.feature),
      label: LabelledEvent.Label(
        handling: agreement.handling.label, agreement: agreement.id,
        retentionDays: decision.grant?.retentionDays ?? 1), disclosable: disclosable)
  }
}
