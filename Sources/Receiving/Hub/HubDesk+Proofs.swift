import Ledger
import Logging
import SiteConfiguration

/// Settles the events of a post's stream by the proofs that come in it.
extension HubDesk {
  private struct Letter {
    var range: ClosedRange<UInt64>
    var last: UInt64
    var proofs: PostClient.Proofs
    var mail: HubMail
    /// Whether what it waits for had its time.
    var isLate: Bool
  }

  func take(
    proofs mails: [HubMail], _ turn: inout HubTurn, after before: HubTurn?
  ) async throws {
    var letters: [Letter] = mails.compactMap { mail in
      guard case .proofs(let proofs, let range, let last) = mail.content else { return nil }
      let isLate = mail.came.duration(to: .now) > .seconds(Self.gapSeconds)
      return Letter(range: range, last: last, proofs: proofs, mail: mail, isLate: isLate)
    }
    guard !letters.isEmpty else { return }
    letters.sort { $0.range.lowerBound < $1.range.lowerBound }
    if turn.place == nil { turn.place = try await place(of: turn, after: before) }
    guard let place = turn.place else {
      // The events come first; those of an earlier ledger are settled as far as they ever will be.
      if try await store.knows(turn.epoch, of: name) {
        turn.taken += letters.map(\.mail.receipt)
      } else {
        turn.waiting += letters.map(\.mail)
      }
      return
    }
    turn.waiting += letters.filter { $0.last > place && !$0.isLate }.map(\.mail)
    letters.removeAll { $0.last > place && !$0.isLate }
    guard let last = letters.map(\.range.upperBound).max() else { return }
    let found = try await pending(through: last, &turn, after: before)
    let cursor = found.state.cursor ?? before?.cursor
    guard cursor.map({ $0.epoch == turn.epoch }) != false else {
      // Another receiver of the store went on to the next ledger in this moment.
      return turn.waiting += letters.map(\.mail)
    }
    var pending = found.events[...]
    var seen = try feed.seenLog(turn.epoch, in: found.state)
    // Both were proven: the later one is what was seen.
    if let later = before?.seen, later.size >= seen.size { seen = later }
    for letter in letters {
      if try await settle(letter, &pending, &seen, &turn, isAlone: before == nil) {
        turn.receipts.append(letter.mail.receipt)
      } else {
        turn.waiting.append(letter.mail)
      }
    }
    turn.seen = seen
  }

  /// The events up to `last` that wait for their proof, in order: of the store, of the turn before and of
  /// this one; and where the feed stood in the store with these.
  private func pending(
    through last: UInt64, _ turn: inout HubTurn, after before: HubTurn?
  ) async throws -> (events: [ReceivedEvent], state: FeedState) {
    var (stored, state) = try await store.pending(of: name, epoch: turn.epoch, through: last)
    if let before {
      // It may be in the store by now, or not.
      let settled = Set((before.checked?.settled ?? []).map(\.sequence))
      let known = Set(stored.map(\.sequence)).union(settled)
      stored.removeAll { settled.contains($0.sequence) }
      stored += before.events.filter {
        !$0.isRecall && $0.sequence <= last && !known.contains($0.sequence)
      }
      stored.sort { $0.sequence < $1.sequence }
    }
    let place = max(state.cursor?.sequence ?? 0, before?.place ?? 0)
    if let first = turn.events.first, first.sequence <= place {
      // What came again is not looked at as it came, but as it is in the store, where it may be settled.
      guard before == nil else { throw HubTurn.MustWait() }
      try await keep(&turn)
      (stored, state) = try await store.pending(of: name, epoch: turn.epoch, through: last)
    }
    return (stored + turn.events.filter { !$0.isRecall && $0.sequence <= last }, state)
  }

  /// Has the events of a letter settled with the turn; whether they could be: proofs that others must come
  /// before wait.
  private func settle(
    _ letter: Letter, _ pending: inout ArraySlice<ReceivedEvent>, _ seen: inout SeenLog,
    _ turn: inout HubTurn, isAlone: Bool
  ) async throws -> Bool {
    let range = letter.range
    // Proofs come in the order of the ledger: what is older and still waits has its own on the way.
    guard letter.isLate || pending.first.map({ $0.sequence >= range.lowerBound }) != false else {
      return false
    }
    let own = pending.prefix { $0.sequence <= range.upperBound }
    let (before, after) = (seen.note, letter.proofs.consistency)
    var notices: [Notice] = []
    let verdict: SeenLog.Verdict
    if before == nil, after.old > 0, let first = SeenLog(key: seen.key, note: after.note) {
      // Where a receiver begins it believes the first checkpoint that it sees.
      seen = first
      verdict = .taken
    } else {
      verdict = seen.take(after)
    }
    switch verdict {
    case .taken, .known: break
    case .setBack where !own.contains(where: { range.contains($0.sequence) }):
      // It came again.
      return true
    case .unproven where after.old > seen.size:
      guard letter.isLate, let next = SeenLog(key: seen.key, note: after.note) else { return false }
      var told = feed.notice(
        .unproven,
        "the proof that the post's ledger continues from \(seen.size) to \(after.old) records did not come"
      )
      told.evidence = (before.map { "\($0)\n" } ?? "") + "\(after.note)"
      notices.append(told)
      seen = next
    default:
      guard isAlone else { throw HubTurn.MustWait() }
      try await keep(&turn)
      try await feed.refuse(verdict, after, before: before)
      return true
    }
    // What is older and waits even now has lost its own.
    let settled = Array(own.prefix { $0.sequence <= seen.size })
    pending = pending.dropFirst(settled.count)
    turn.stretches.append(
      HubTurn.Stretch(
        events: settled, proofs: letter.proofs, seen: seen, isNew: verdict == .taken,
        notices: notices))
    return true
  }

  /// Looks at the proofs of the turn, on as many cores as there are.
  func check(_ turn: inout HubTurn) async throws {
    let stretches = turn.stretches
    guard !stretches.isEmpty else { return }
    turn.stretches = []
    // The store keeps the newest checkpoint only.
    let newest = stretches.lastIndex { $0.isNew }
    turn.checked = try await withThrowingTaskGroup(of: (Int, CheckedEvents).self) { [feed] group in
      for (place, stretch) in stretches.enumerated() {
        group.addTask {
          (place, try await feed.checked(stretch, isNew: place == newest))
        }
      }
      var all = [CheckedEvents?](repeating: nil, count: stretches.count)
      for try await (place, checked) in group { all[place] = checked }
      guard var whole = all.last ?? nil else { return nil }
      // Cosigned once, where others came under the same.
      if let newest, let note = all[newest]?.note, note.text == whole.note.text {
        whole.note = note
      }
      whole.settled = all.flatMap { $0?.settled ?? [] }
      whole.notices = all.flatMap { $0?.notices ?? [] }
      return whole
    }
  }
}

extension SourceFollower {
  /// What the proofs of a stretch give; of a message that holds none nothing, which is told.
  fileprivate func checked(
    _ stretch: HubTurn.Stretch, isNew: Bool
  ) async throws -> CheckedEvents {
    var checked: CheckedEvents
    do {
      checked = try await self.checked(stretch.events, stretch.proofs, stretch.seen, isNew: isNew)
    } catch let error as PostClient.Malformed {
      logger.error("\(source.name): REFUSED: a message of proofs: \(error)")
      checked = CheckedEvents(note: stretch.seen.note ?? stretch.proofs.consistency.note)
      checked.notices.append(notice(.refused, "a message of proofs is refused: \(error)"))
    }
    checked.notices = stretch.notices + checked.notices
    return checked
  }
}
