import Foundation
import Ledger
import Logging
import SiteConfiguration

/// Follows one feed of a post for ever: takes its pages, stores them, has them proven, acknowledges.
///
/// Whatever fails is tried again with a growing pause; only a post that signed two histories is let go.
struct SourceFollower: Sendable {
  /// Seconds that a request for new events is held by the post.
  static let waitSeconds = 25
  /// Events of a page.
  static let pageMax = 500
  /// Events of one request for proofs.
  static let proofsMax = 100
  /// Least seconds between two acknowledgements of a feed that goes on.
  static let acknowledgeSeconds: Int64 = 2

  let source: ReceiverConfiguration.Source
  let store: ReceiverStore
  /// The post's public key; its name is that of one of its ledgers.
  let key: NoteKey
  let signer: NoteSigner?
  let logger: Logger

  /// A follower of `source`; reads the post's key.
  ///
  /// - Throws: ``ReceivingError``.
  init(
    _ source: ReceiverConfiguration.Source, store: ReceiverStore, signer: NoteSigner?,
    logger: Logger
  ) throws {
    self.source = source
    self.store = store
    self.signer = signer
    self.logger = logger
    key = try Self.key(source.key)
  }

  private static func key(_ text: String) throws -> NoteKey {
    if let key = NoteKey(text) { return key }
    let line = FileManager.default.contents(atPath: text).flatMap {
      String(decoding: $0, as: UTF8.self).split(separator: "\n").first.map(String.init)
    }
    guard let key = line.flatMap({ NoteKey($0) }), key.algorithm == .ed25519 else {
      throw ReceivingError(
        .key, text, "is no post's key: expected the line of its ledger.pub, or that file's path")
    }
    return key
  }

  /// The post let this receiver down for good.
  private struct Barred: Error {}

  /// Follows until the task is cancelled, or the post is barred.
  func run() async {
    var pauses = Pauses()
    while !Task.isCancelled {
      var client: PostClient?
      do {
        // Made anew after each fault, so that renewed certificates are used.
        client = try PostClient(source)
        try await follow(client!, &pauses)
      } catch is Barred {
        await client?.close()
        return
      } catch is CancellationError {
      } catch {
        await tell(error)
      }
      await client?.close()
      try? await Task.sleep(for: pauses.next())
    }
  }

  private func tell(_ error: any Error) async {
    guard !Task.isCancelled else { return }
    logger.warning("\(source.name): \(error); trying again")
    if let refusal = error as? PostClient.Refusal, refusal.status == 403 {
      try? await store.note(notice(.denied, "the post refuses this receiver: \(refusal)"))
    }
  }

  private func follow(_ client: PostClient, _ pauses: inout Pauses) async throws {
    let state = try await store.state(of: source.name)
    guard !state.isBarred else {
      logger.error(
        "\(source.name): nothing more is taken from this post, which signed two histories; see the notices"
      )
      throw Barred()
    }
    var cursor = state.cursor
    var isPending = try await prove(client, cursor, pauses: &pauses)
    var acknowledged = (cursor: state.acknowledged, at: Int64.min)
    while true {
      try Task.checkCancellation()
      let isOwing = acknowledged.cursor != cursor
      do {
        let page = try await client.page(
          after: cursor, limit: Self.pageMax,
          wait: isPending || isOwing ? 1 : Self.waitSeconds)
        pauses.reset()
        try await take(page, after: cursor)
        cursor = page.next
      } catch let refusal as PostClient.Refusal where [409, 410].contains(refusal.status) {
        cursor = try await pass(refusal, from: cursor)
        continue
      }
      isPending = try await prove(client, cursor, pauses: &pauses)
      let now = ReceiverStore.now() / 1_000
      if now >= acknowledged.at &+ Self.acknowledgeSeconds || acknowledged.at == .min {
        let settled = try await store.settledCursor(of: source.name)
        if let settled, settled != acknowledged.cursor, settled.sequence > 0 {
          try await acknowledge(settled, client)
        }
        acknowledged = (settled, now)
      }
    }
  }

  private func take(_ page: PostPage, after cursor: EventCursor?) async throws {
    var last = cursor?.sequence ?? 0
    for event in page.events {
      guard event.sequence > last, event.sequence <= page.next.sequence else {
        throw PostClient.Malformed(description: "the page's events are out of order")
      }
      last = event.sequence
    }
    guard page.next.sequence >= last, cursor == nil || cursor!.epoch == page.next.epoch else {
      throw PostClient.Malformed(description: "the page's cursor \(page.next) is behind its events")
    }
    guard !page.events.isEmpty || page.next != cursor else { return }
    let known = try await store.store(page.events, next: page.next, of: source.name)
    if known > 0 {
      logger.notice("\(source.name): \(known) events came again and were passed over")
    }
  }

  private func acknowledge(_ cursor: EventCursor, _ client: PostClient) async throws {
    do {
      try await client.acknowledge(cursor)
    } catch let refusal as PostClient.Refusal where [404, 405, 409, 410].contains(refusal.status) {
      // A post of an older version keeps no account of it; one that has let the events go, or has
      // another ledger by now, tells that to the next request for events.
    }
    try await store.acknowledged(cursor, of: source.name)
  }

  // MARK: - Gaps

  /// Notes what is missing and says where to go on.
  private func pass(
    _ refusal: PostClient.Refusal, from cursor: EventCursor?
  ) async throws -> EventCursor {
    guard let cursor, let oldest = refusal.oldest else { throw refusal }
    var from = cursor
    from.sequence += 1
    if refusal.status == 410, oldest.epoch == cursor.epoch, oldest.sequence > cursor.sequence {
      let text =
        "events \(from.sequence) to \(oldest.sequence) are lost: the post does not keep them any more"
      logger.error("\(source.name): GAP: \(text)")
      var gap = notice(.gap, text)
      (gap.from, gap.through) = (from, oldest)
      try await store.pass(gap, to: oldest)
      return oldest
    }
    if refusal.status == 409, oldest.epoch != cursor.epoch {
      let text =
        "the post's ledger was replaced: what it held after event \(cursor.sequence) of the one before is not known"
      logger.error("\(source.name): GAP: \(text)")
      var gap = notice(.replaced, text)
      (gap.from, gap.through) = (from, oldest)
      try await store.pass(gap, to: oldest)
      return oldest
    }
    if refusal.status == 409 {
      try await store.note(notice(.setBack, "the post has fewer events than it gave: \(refusal)"))
    }
    throw refusal
  }

  // MARK: - Proofs

  /// Has what waits for its proof proven, as far as the post has signed; whether something waits on.
  private func prove(
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
        try await tellSetBack("\(refusal)", seen)
        throw refusal
      }
      pauses.reset()
      let before = seen.note
      let verdict = seen.take(proofs.consistency)
      guard verdict == .taken || verdict == .known else {
        try await refuse(verdict, proofs.consistency, before: before)
        throw PostClient.Malformed(description: "the post's checkpoint was refused: \(verdict)")
      }
      let isDone = try await settle(
        pending, proofs, seen, epoch: epoch, isNew: verdict == .taken, client)
      if !isDone { return true }
    }
  }

  private func seenLog(_ epoch: UInt64) async throws -> SeenLog {
    guard
      let key = NoteKey(
        name: LogKey.origin(of: source.post, log: .ledger, epoch: epoch), algorithm: .ed25519,
        publicKey: key.publicKey)
    else { throw PostClient.Malformed(description: "the post's name is no origin of a log") }
    guard let note = try await store.state(of: source.name).note else { return SeenLog(key: key) }
    guard let seen = SeenLog(key: key, note: note) else {
      throw ReceivingError(
        .key, source.name, "the checkpoint in the store was signed by another key; correct 'key'")
    }
    return seen
  }

  /// Settles what the checkpoint covers; whether that was all.
  private func settle(
    _ pending: [ReceivedEvent], _ proofs: PostClient.Proofs, _ seen: SeenLog, epoch: UInt64,
    isNew: Bool, _ client: PostClient
  ) async throws -> Bool {
    var settled: [Settlement] = []
    var notices: [Notice] = []
    for event in pending where event.sequence <= seen.size {
      guard let (bundle, text) = proofs.bundles[event.sequence] else {
        settled.append(Settlement(sequence: event.sequence, state: .unproven))
        notices.append(notice(.unproven, "the post gives no proof of event \(event.id)"))
        continue
      }
      let verdict: EventCheck.Verdict =
        bundle.proof.note == proofs.consistency.note
        ? EventCheck.verdict(on: event, of: source.post, bundle: bundle, key: seen.key)
        : .wrong("its proof is under another checkpoint")
      switch verdict {
      case .sound:
        settled.append(Settlement(sequence: event.sequence, state: .proven, bundle: text))
      case .wrong(let reason):
        logger.error("\(source.name): REFUSED: event \(event.id): \(reason)")
        settled.append(Settlement(sequence: event.sequence, state: .refused, bundle: text))
        var told = notice(.refused, "event \(event.id) is refused: \(reason)")
        told.evidence = String(decoding: event.body, as: UTF8.self)
        notices.append(told)
      }
    }
    var note = seen.note ?? proofs.consistency.note
    if isNew, let signer {
      note.sign(with: signer, seconds: UInt64(ReceiverStore.now() / 1_000))
    }
    try await store.settle(
      settled, note: note, epoch: epoch, of: source.name, notices: notices)
    if isNew, signer != nil {
      do { try await client.cosign(note) } catch let refusal as PostClient.Refusal
        where [403, 404, 405, 409].contains(refusal.status)
      {
        logger.debug("\(source.name): the post takes no cosignature: \(refusal)")
      }
    }
    return settled.count == pending.count
  }

  private func refuse(
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

  private func notice(_ kind: Notice.Kind, _ text: String) -> Notice {
    Notice(
      number: 0, source: source.name, kind: kind, text: text, from: nil, through: nil,
      evidence: "", millis: ReceiverStore.now())
  }
}
