import Ledger
import Logging
import SiteConfiguration
import Streaming

extension SourceFollower {
  /// Events whose proofs are checked in one go; each such group may take a core of its own.
  private static let checkedMax = 64

  // MARK: - Proofs

  /// Has what waits for its proof proven, as far as the post has signed; whether something waits on.
  func prove(
    _ client: PostClient, _ cursor: EventCursor?, pauses: inout Pauses
  ) async throws -> Bool {
    guard let epoch = cursor?.epoch else { return false }
    while true {
      let pending = try await store.pending(
        of: source.name, epoch: epoch, limit: Self.proofsMax)
      guard !pending.isEmpty else { return false }
      let proofs: PostClient.Proofs
      var seen = try await seenLog(epoch)
      do {
        proofs = try await client.proofs(of: pending.map(\.sequence), from: seen.size)
      } catch let refusal as PostClient.Refusal where refusal.status == 404 {
        return true
      } catch let refusal as PostClient.Refusal where refusal.status == 409 {
        if try await isReplaced(client, cursor) { return true }
        try await tellSetBack("\(refusal)", seen)
        throw refusal
      }
      pauses.reset()
      // Proofs of another ledger prove nothing of these; the next page tells what became of theirs.
      if proofs.consistency.note.text.hasPrefix(seen.key.name + "\n") == false,
        try await isReplaced(client, cursor)
      {
        return true
      }
      let isNew = try await see(proofs.consistency, &seen)
      let checked = try await checked(pending, proofs, seen, isNew: isNew)
      try await store.settle(checked, epoch: epoch, of: source.name)
      if isNew { try await cosign(checked.note, client) }
      if checked.settled.count < pending.count { return true }
    }
  }

  /// Whether the post has another ledger now than the one of `cursor`.
  private func isReplaced(_ client: PostClient, _ cursor: EventCursor?) async throws -> Bool {
    do {
      _ = try await client.page(after: cursor, limit: 1, wait: 0)
      return false
    } catch let refusal as PostClient.Refusal where refusal.status == 409 {
      return refusal.oldest.map { $0.epoch != cursor?.epoch } ?? false
    }
  }

  func seenLog(_ epoch: UInt64) async throws -> SeenLog {
    try seenLog(epoch, in: try await store.state(of: source.name))
  }

  func seenLog(_ epoch: UInt64, in state: FeedState) throws -> SeenLog {
    let origin = LogKey.origin(of: source.post, log: .ledger, epoch: epoch)
    let handed = state.key.flatMap { $0.name == origin ? $0 : nil }
    guard
      let key = handed
        ?? NoteKey(name: origin, algorithm: .ed25519, publicKey: key.publicKey)
    else { throw PostClient.Malformed(description: "the post's name is no origin of a log") }
    guard let note = state.note else { return SeenLog(key: key) }
    guard let seen = SeenLog(key: key, note: note) else {
      throw ReceivingError(
        .key, source.name, "the checkpoint in the store was signed by another key; correct 'key'")
    }
    return seen
  }

  /// Takes a checkpoint; whether it is new.
  func see(_ proof: ConsistencyProof, _ seen: inout SeenLog) async throws -> Bool {
    let before = seen.note
    let verdict = seen.take(proof)
    guard verdict == .taken || verdict == .known else {
      try await refuse(verdict, proof, before: before)
      throw PostClient.Malformed(description: "the post's checkpoint was refused: \(verdict)")
    }
    return verdict == .taken
  }

  /// What the proofs give of `events`, as far as the checkpoint reaches.
  func checked(
    _ events: [ReceivedEvent], _ proofs: PostClient.Proofs, _ seen: SeenLog, isNew: Bool
  ) async throws -> CheckedEvents {
    var note = seen.note ?? proofs.consistency.note
    if isNew, let signer {
      note.sign(with: signer, seconds: UInt64(ReceiverStore.now() / 1_000))
    }
    var checked = CheckedEvents(note: note)
    let found = try await verdicts(on: events, proofs, seen)
    for event in events where event.sequence <= seen.size {
      guard let (verdict, text) = found[event.sequence] else {
        checked.settled.append(Settlement(sequence: event.sequence, state: .unproven))
        checked.notices.append(notice(.unproven, "the post gives no proof of event \(event.id)"))
        continue
      }
      switch verdict {
      case .sound:
        checked.settled.append(
          Settlement(sequence: event.sequence, state: .proven, bundle: text))
      case .wrong(let reason):
        logger.error("\(source.name): REFUSED: event \(event.id): \(reason)")
        checked.settled.append(
          Settlement(sequence: event.sequence, state: .refused, bundle: text))
        var told = notice(.refused, "event \(event.id) is refused: \(reason)")
        told.evidence = String(decoding: event.body, as: UTF8.self)
        checked.notices.append(told)
      }
    }
    return checked
  }

  private typealias Found = [UInt64: (EventCheck.Verdict, ArraySlice<UInt8>)]

  /// Reads and checks the bundles, on as many cores as there are.
  private func verdicts(
    on events: [ReceivedEvent], _ proofs: PostClient.Proofs, _ seen: SeenLog
  ) async throws -> Found {
    guard let checkpoint = seen.checkpoint else { return [:] }
    let wanted = Dictionary(events.map { ($0.sequence, $0) }) { first, _ in first }
    // They come in the order in which they were asked for.
    let isWhole = proofs.bundles.count == events.count
    let (post, consistency) = (source.post, proofs.consistency)
    return try await withThrowingTaskGroup(of: Found.self) { group in
      for start in stride(from: 0, to: proofs.bundles.count, by: Self.checkedMax) {
        let texts = proofs.bundles[start...].prefix(Self.checkedMax)
        group.addTask {
          var found: Found = [:]
          found.reserveCapacity(texts.count)
          var quick = QuickCheck(post: post, consistency.note, checkpoint)
          for (place, text) in zip(texts.indices, texts) {
            if isWhole, quick.isSound(events[place], text) {
              found[events[place].sequence] = (.sound, text)
              continue
            }
            guard let bundle = ReleaseBundle.read([text], under: consistency.note)[0] else {
              throw PostClient.Malformed(description: "the answer holds a bundle that is none")
            }
            guard let event = wanted[bundle.proof.index &+ 1] else { continue }
            let verdict: EventCheck.Verdict =
              bundle.proof.note == consistency.note
              ? EventCheck.verdict(on: event, of: post, bundle: bundle, under: checkpoint)
              : .wrong("its proof is under another checkpoint")
            found[event.sequence] = (verdict, text)
          }
          return found
        }
      }
      var all: Found = [:]
      for try await found in group { all.merge(found) { first, _ in first } }
      return all
    }
  }

  /// Gives the post its checkpoint cosigned, where this center is a witness.
  func cosign(_ note: SignedNote, _ client: PostClient) async throws {
    guard signer != nil else { return }
    do { try await client.cosign(note) } catch let refusal as PostClient.Refusal
      where [403, 404, 405, 409].contains(refusal.status)
    {
      logger.debug("\(source.name): the post takes no cosignature: \(refusal)")
    }
  }

  func refuse(
    _ verdict: SeenLog.Verdict, _ proof: ConsistencyProof, before: SignedNote?
  ) async throws {
    let evidence = (before.map { "\($0)\n" } ?? "") + "\(proof.note)"
    switch verdict {
    case .equivocation:
      logger.critical(
        "\(source.name): EQUIVOCATION: two histories are signed; nothing more is taken")
      var told = notice(
        .equivocation,
        "the post signed two different ledgers of one size; nothing more is taken from it")
      told.evidence = evidence
      try await store.note(told, barring: true)
      throw Barred()
    case .setBack(let size):
      var told = notice(.setBack, "the post signed \(size) records, fewer than it did before")
      told.evidence = evidence
      try await store.note(told)
    default:
      logger.error("\(source.name): REFUSED: a checkpoint: \(verdict)")
      var told = notice(
        .refused,
        "a checkpoint is refused (\(verdict)): the post does not prove that its ledger continues what it signed"
      )
      told.evidence = evidence
      try await store.note(told)
    }
  }

  private func tellSetBack(_ text: String, _ seen: SeenLog) async throws {
    var told = notice(.setBack, "the post has signed fewer records than it did before: \(text)")
    told.evidence = seen.note.map { "\($0)" } ?? ""
    try await store.note(told)
  }
}
