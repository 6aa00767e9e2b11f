import Foundation
import Ledger
import Logging
import SiteConfiguration
import Streaming

/// Follows one feed of a post for ever: takes its pages, stores them, has them proven, acknowledges.
///
/// Whatever fails is tried again with a growing pause; only a post that signed two histories is let go.
struct SourceFollower: Sendable {
  /// Seconds that a request for new events is held by the post.
  static let waitSeconds = 25
  /// Events of a page.
  static let pageMax = 500
  /// Events of one request for proofs.
  static let proofsMax = 500
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

  static func key(_ text: String) throws -> NoteKey {
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
  struct Barred: Error {}

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
    var work = PageWork()
    defer { for ahead in work.ahead { ahead.cancel() } }
    while true {
      try Task.checkCancellation()
      let isOwing = acknowledged.cursor != cursor
      do {
        let found = try await nextPage(
          client, after: cursor, wait: isPending || isOwing ? 1 : Self.waitSeconds, &work)
        pauses.reset()
        try check(found.page, after: cursor)
        try await take(found.page, found.proofs, after: cursor, client, &work)
        cursor = found.page.next
      } catch let refusal as PostClient.Refusal where [409, 410].contains(refusal.status) {
        for ahead in work.ahead { ahead.cancel() }
        work.ahead = []
        try await settle(client, &work)
        cursor = try await pass(refusal, from: cursor, client)
        continue
      } catch {
        // What is on its way into the store is not asked for again before it is there.
        _ = await work.storing?.result
        throw error
      }
      if !work.isCatchingUp {
        try await settle(client, &work)
        isPending = try await prove(client, cursor, pauses: &pauses)
      }
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

  private func check(_ page: PostPage, after cursor: EventCursor?) throws {
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
    _ refusal: PostClient.Refusal, from cursor: EventCursor?, _ client: PostClient
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
      guard let next = try await cross(from: cursor, to: oldest, client) else { throw refusal }
      return next
    }
    if refusal.status == 409 {
      try await store.note(notice(.setBack, "the post has fewer events than it gave: \(refusal)"))
    }
    throw refusal
  }

  func notice(_ kind: Notice.Kind, _ text: String) -> Notice {
    Notice(
      number: 0, source: source.name, kind: kind, text: text, from: nil, through: nil,
      evidence: "", millis: ReceiverStore.now())
  }
}
