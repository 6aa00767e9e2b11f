import Ledger
import Logging
import SiteConfiguration
import Streaming

/// What a follower has under way while its post has more: the next pages and their proofs are asked for while
/// this one is looked at, and this one while those before are stored.
struct PageWork: Sendable {
  /// A page that was asked for, and its proofs: nothing of them after a page behind which there was no more.
  struct Ahead: Sendable {
    var page: Task<PostPage?, any Error>
    var proofs: Task<PostClient.Proofs?, any Error>

    func cancel() {
      page.cancel()
      proofs.cancel()
    }
  }

  /// The pages after the last one, in order.
  var ahead: [Ahead] = []
  /// What was looked at and is not on its way into the store yet.
  var waiting: [CheckedPage] = []
  /// The last pages on their way into the store.
  var storing: Task<Void, any Error>?
  /// What was seen of the post's log, as far as it is not in the store yet.
  var seen: SeenLog?
  /// Whether the post has more than was taken, all of it proven so far.
  var isCatchingUp = false
}

/// A page and what its proofs gave; `checked` is `nil` where there are none yet.
struct CheckedPage: Sendable {
  var events: [ReceivedEvent]
  var next: EventCursor
  var checked: CheckedEvents?
  /// Whether the proofs' checkpoint is new.
  var isNew: Bool

  /// Takes the page after it in.
  mutating func append(_ page: CheckedPage) {
    events += page.events
    next = page.next
    if let more = page.checked {
      let before = checked
      checked = more
      checked!.settled = (before?.settled ?? []) + more.settled
      checked!.notices = (before?.notices ?? []) + more.notices
    }
    isNew = isNew || page.isNew
  }
}

extension SourceFollower {
  /// Pages stored in one transaction while the post has more.
  static let pagesMax = 4

  /// Pages that are asked for before their turn.
  static let aheadMax = 3

  /// The next page: the one that was asked for, or a new one that the post may hold for `wait` seconds.
  func nextPage(
    _ client: PostClient, after cursor: EventCursor?, wait: Int, _ work: inout PageWork
  ) async throws -> (page: PostPage, proofs: PostClient.Proofs?) {
    if !work.ahead.isEmpty {
      let next = work.ahead.removeFirst()
      let found = try await withTaskCancellationHandler {
        (try await next.page.value, try await next.proofs.value)
      } onCancel: {
        next.cancel()
      }
      if let page = found.0 { return (page, found.1) }
    }
    return (try await client.page(after: cursor, limit: Self.pageMax, wait: wait), nil)
  }

  /// Stores a page. While the post has more, the page's proofs are looked at first and all is stored with
  /// the pages that follow; else the events are stored as they are and wait for their proofs.
  func take(
    _ page: PostPage, _ proofs: PostClient.Proofs?, after cursor: EventCursor?,
    _ client: PostClient, _ work: inout PageWork
  ) async throws {
    work.isCatchingUp = !page.isCaughtUp
    lookAhead(behind: page, client, &work)
    guard !page.events.isEmpty || page.next != cursor else { return }
    var taken = CheckedPage(events: page.events, next: page.next, isNew: false)
    if !page.isCaughtUp, !page.events.isEmpty {
      var seen: SeenLog
      if let known = work.seen { seen = known } else { seen = try await seenLog(page.next.epoch) }
      (taken.checked, taken.isNew) = try await prove(page, proofs, client, &seen)
      work.seen = seen
      work.isCatchingUp = taken.checked?.settled.count == page.events.count
    }
    work.waiting.append(taken)
    if !work.isCatchingUp || work.waiting.count >= Self.pagesMax {
      try await store(client, &work)
    }
  }

  /// Sends what waits on its way into the store, when what went before is there.
  func store(_ client: PostClient, _ work: inout PageWork) async throws {
    try await work.storing?.value
    work.storing = nil
    guard var all = work.waiting.first else { return }
    for page in work.waiting.dropFirst() { all.append(page) }
    work.waiting = []
    work.storing = Task { [all] in
      let known = try await store.store(
        all.events, next: all.next, of: source.name, checked: all.checked)
      if known > 0 {
        logger.notice("\(source.name): \(known) events came again and were passed over")
      }
      if all.isNew, let checked = all.checked { try await cosign(checked.note, client) }
    }
  }

  /// Returns when all that was taken is in the store; what was seen of the log is read from there again.
  func settle(_ client: PostClient, _ work: inout PageWork) async throws {
    try await store(client, &work)
    try await work.storing?.value
    (work.storing, work.seen) = (nil, nil)
  }

  /// Asks for the pages behind `page`, and for their proofs where it is known what was seen of the log.
  private func lookAhead(behind page: PostPage, _ client: PostClient, _ work: inout PageWork) {
    guard !page.isCaughtUp else {
      for ahead in work.ahead { ahead.cancel() }
      work.ahead = []
      return
    }
    let size = work.seen?.size
    while work.ahead.count < Self.aheadMax {
      let last = work.ahead.last?.page
      let next = Task<PostPage?, any Error> {
        var before: PostPage? = page
        if let last { before = try await last.value }
        guard let before, !before.isCaughtUp else { return nil }
        return try await client.page(after: before.next, limit: Self.pageMax, wait: 0)
      }
      let proofs = Task<PostClient.Proofs?, any Error> {
        guard let size, let page = try await next.value, !page.isCaughtUp, !page.events.isEmpty
        else { return nil }
        return try await self.proofs(of: page, from: size, client)
      }
      work.ahead.append(PageWork.Ahead(page: next, proofs: proofs))
    }
  }

  /// The proofs of a page; `nil` when the post gives none now.
  private func proofs(
    of page: PostPage, from size: UInt64, _ client: PostClient
  ) async throws -> PostClient.Proofs? {
    do {
      return try await client.proofs(
        of: page.events.filter { !$0.isRecall }.map(\.sequence), from: size)
    } catch is PostClient.Refusal {
      return nil
    }
  }

  /// The page's events with their proofs, as far as the post has signed them, and whether the checkpoint
  /// is new; nothing when the post gives no proofs now: the events are stored all the same, and wait.
  private func prove(
    _ page: PostPage, _ asked: PostClient.Proofs?, _ client: PostClient, _ seen: inout SeenLog
  ) async throws -> (CheckedEvents?, Bool) {
    var found = asked
    // Of another size than what was seen since it was asked for, it proves no growth.
    if found.map({ $0.consistency.old != seen.size && $0.consistency.note != seen.note }) != false {
      found = try await proofs(of: page, from: seen.size, client)
    }
    guard let found else { return (nil, false) }
    let isNew = try await see(found.consistency, &seen)
    let wanted = page.events.filter { !$0.isRecall }
    var checked = try await checked(wanted, found, seen, isNew: isNew)
    for event in page.events where event.isRecall {
      checked.settled.append(Settlement(sequence: event.sequence, state: .recall))
    }
    return (checked, isNew)
  }
}
