import Ledger
import Model
import Publishing
import Sharing
import SiteConfiguration
import Synchronization

/// What one agreement gives of the ledger to one connection of a partner.
///
/// Every decision is durable in the release log before anything of it is handed on. A delayed event
/// holds the cursor: what comes after it waits too, so nothing is ever out of order.
final class PartnerFeed: FeedSource {
  private let gate: AgreementGate
  private let holder: AgreementGate.Holder
  private let purpose: String
  private let isExercise: Bool
  /// The delayed event that was put on record last, so that it is not put there at each look.
  private let delayed = Mutex<UInt64>(0)

  init(gate: AgreementGate, holder: AgreementGate.Holder, purpose: String, isExercise: Bool) {
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
    let prepared = try decide(after: sequence, through: durable, limit: limit)
    try await prepared.record()
    return prepared.batch
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
    let evaluator = try evaluator(at: now)
    guard sequence < durable else {
      return PreparedBatch(FeedBatch(events: [], through: sequence))
    }
    guard
      let records = try gate.store.records(from: sequence + 1, through: durable, limit: limit)
    else {
      return PreparedBatch(FeedBatch(events: [], through: sequence, isOvertaken: true))
    }
    let agreement = evaluator.agreement
    var room = gate.desk.room(for: agreement.recipient, perMinute: agreement.eventsPerMinute)
    var batch = FeedBatch(events: [], through: sequence)
    var entries: [ReleaseEntry] = []
    entries.reserveCapacity(records.count)
    var held: Set<EventID> = []
    var newlyDelayed: UInt64?
    for (record, feature) in records {
      let event = ShareableEvent(
        sequence: record.sequence, header: record.header, feature: feature)
      guard let event else {
        // Nobody can say what is in it: nothing of it leaves, and the post is told.
        gate.desk.countUnreadable()
        batch.through = record.sequence
        continue
      }
      let id = event.header.id
      let decision = evaluator.decide(
        event, purpose: purpose, isExercise: isExercise,
        hadEarlierVersion: held.contains(id) || gate.desk.has(agreement.recipient, id), at: now)
      if case .delayed(let until) = decision.outcome {
        batch.hold = .nanoseconds(max(1_000_000, until.unixNanos - now.unixNanos))
        if delayed.withLock({ $0 != record.sequence }) {
          newlyDelayed = record.sequence
          entries.append(entry(decision, event, evaluator, now))
        }
        break
      }
      // Another connection may be giving the partner the version before right now: who comes to this
      // one with it must be told that it does not hold any more.
      if decision.outcome == .refused, event.header.version > 1 { batch.isShareable = false }
      if let released = labelled(event, decision, agreement) {
        guard room > 0 else {
          batch.hold = .seconds(1)
          break
        }
        room -= 1
        held.insert(id)
        batch.events.append(released)
      }
      entries.append(entry(decision, event, evaluator, now))
      batch.through = record.sequence
    }
    return PreparedBatch(batch) { [self, entries, newlyDelayed] in
      try await gate.desk.record(entries)
      if let newlyDelayed { delayed.withLock { $0 = newlyDelayed } }
    }
  }

  func disclosable(_ sequences: [UInt64]) async throws -> [Disclosable] {
    let now = wallNow()
    let evaluator = try evaluator(at: now)
    // Asking for what is not there yet is no fault of the store.
    let newest = gate.feed.durable
    var entries: [ReleaseEntry] = []
    var answers: [Disclosable] = []
    answers.reserveCapacity(sequences.count)
    try gate.store.visit(sequences, newest: newest) { record, feature in
      guard let record, let feature,
        let event = ShareableEvent(
          sequence: record.sequence, header: record.header, feature: feature)
      else { return answers.append(.nothing) }
      let decision = evaluator.decide(event, purpose: purpose, isExercise: isExercise, at: now)
      guard case .released(let fields) = decision.outcome else { return answers.append(.nothing) }
      entries.append(entry(decision, event, evaluator, now))
      answers.append(.fields(fields.map(\.rawValue)))
    }
    try await gate.desk.record(entries, isDelivery: false)
    return answers
  }

  var partner: String? { holder.uri }

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
    guard gate.desk.isNewlyAcknowledged(sequence, by: agreement.recipient) else { return }
    try await gate.desk.record([
      ReleaseEntry(acknowledged: sequence, under: agreement, purpose: purpose, at: now)
    ])
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
    switch decision.outcome {
    case .released(let fields):
      release = Release(of: event, post: gate.post, fields: fields, isRecall: false)
    case .recalled: release = Release(of: event, post: gate.post, fields: [], isRecall: true)
    case .refused, .delayed: return nil
    }
    return LabelledEvent(
      event: StoredEvent(
        sequence: event.sequence, type: "\(event.header.kind.typeName)",
        id: event.header.cloudEventID, time: release.time ?? "",
        isExercise: event.header.isExercise, data: release.feature),
      label: LabelledEvent.Label(
        handling: agreement.handling.label, agreement: agreement.id,
        retentionDays: decision.grant?.retentionDays ?? 1))
  }
}
