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
  private let peer: PeerCertificate
  private let purpose: String
  private let isExercise: Bool
  /// The delayed event that was put on record last, so that it is not put there at each look.
  private let delayed = Mutex<UInt64>(0)

  init(gate: AgreementGate, peer: PeerCertificate, purpose: String, isExercise: Bool) {
    self.gate = gate
    self.peer = peer
    self.purpose = purpose
    self.isExercise = isExercise
  }

  /// The agreement as it stands at `now`.
  func evaluator(at now: WallTime) throws(FeedRefusal) -> Evaluator {
    let evaluator = try gate.entitled(peer, at: now)
    if let reason = evaluator.standing(purpose: purpose, isExercise: isExercise, at: now) {
      let isCovered = evaluator.agreement.scope.covers(isExercise: isExercise)
      throw FeedRefusal(
        isCovered ? .purpose : .exercise,
        reason: "the agreement \(evaluator.agreement.id) does not allow this feed: \(reason)",
        remedy: "state a purpose and a kind of feed that it covers")
    }
    return evaluator
  }

  func next(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> FeedBatch {
    let now = wallNow()
    let evaluator = try evaluator(at: now)
    guard sequence < durable else { return FeedBatch(events: [], through: sequence) }
    guard
      let records = try gate.store.records(from: sequence + 1, through: durable, limit: limit)
    else { return FeedBatch(events: [], through: sequence, isOvertaken: true) }
    let agreement = evaluator.agreement
    var room = gate.desk.room(for: agreement.recipient, perMinute: agreement.eventsPerMinute)
    var batch = FeedBatch(events: [], through: sequence)
    var entries: [ReleaseEntry] = []
    for (record, feature) in records {
      let event = ShareableEvent(
        sequence: record.sequence, header: record.header, feature: feature)
      guard let event else {
        // Nobody can say what is in it: nothing of it leaves, and the post is told.
        gate.desk.countUnreadable()
        batch.through = record.sequence
        continue
      }
      let decision = evaluator.decide(
        event, purpose: purpose, isExercise: isExercise,
        hadEarlierVersion: gate.desk.has(agreement.recipient, event.header.id), at: now)
      if case .delayed(let until) = decision.outcome {
        batch.hold = .nanoseconds(max(1_000_000, until.unixNanos - now.unixNanos))
        if noteDelay(of: record.sequence) { entries.append(entry(decision, event, evaluator, now)) }
        break
      }
      if let released = labelled(event, decision, agreement) {
        guard room > 0 else {
          batch.hold = .seconds(1)
          break
        }
        room -= 1
        batch.events.append(released)
      }
      entries.append(entry(decision, event, evaluator, now))
      batch.through = record.sequence
    }
    try await gate.desk.record(entries)
    return batch
  }

  func disclosable(_ sequence: UInt64) async throws -> Disclosable {
    let now = wallNow()
    let evaluator = try evaluator(at: now)
    // Asking for what is not there yet is no fault of the store.
    guard try sequence <= gate.store.newestSequence(),
      let (record, feature) = try gate.store.records(
        from: sequence, through: sequence, limit: 1)?.first,
      let event = ShareableEvent(sequence: sequence, header: record.header, feature: feature)
    else { return .nothing }
    let decision = evaluator.decide(event, purpose: purpose, isExercise: isExercise, at: now)
    guard case .released(let fields) = decision.outcome else { return .nothing }
    try await gate.desk.record([entry(decision, event, evaluator, now)])
    return .fields(fields.map(\.rawValue))
  }

  var partner: String? { peer.uri }

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

  /// Whether the delay of event `sequence` is not on record yet.
  private func noteDelay(of sequence: UInt64) -> Bool {
    delayed.withLock { last in
      defer { last = sequence }
      return last != sequence
    }
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
