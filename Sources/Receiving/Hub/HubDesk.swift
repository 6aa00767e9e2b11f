import Ledger
import Logging
import SiteConfiguration

/// Puts the messages of one post's stream in order, stores and settles them.
///
/// Each event says which one it follows: what is missing between is waited for, as a hub that changes
/// its leader may take messages in another order than they were sent, and the receivers of one
/// consumer get them side by side. It is a gap once the post says that the hub had it before, and it
/// has not come.
struct HubDesk: Sendable {
  /// Seconds that what was in the hub before may take: longer than an unacknowledged message needs to
  /// be given again.
  static let gapSeconds = 25

  let feed: SourceFollower
  var store: ReceiverStore { feed.store }
  var name: String { feed.source.name }

  /// Takes what can be taken of `mails`.
  ///
  /// - Returns: the receipts of what is in the store, to be acknowledged, and what waits for others.
  func take(_ mails: [HubMail]) async throws -> (taken: [String], waiting: [HubMail]) {
    var turns = try await look(at: mails, after: nil)
    for place in turns.indices { try await keep(&turns[place]) }
    return (turns.flatMap(\.taken), turns.flatMap(\.waiting))
  }

  /// Looks at `mails`: what there is to store, of each ledger, and to be acknowledged after that.
  ///
  /// - Parameter before: what was looked at before and is on its way into the store.
  /// - Throws: also ``HubTurn/MustWait``, where there is such.
  func look(at mails: [HubMail], after before: HubTurn?) async throws -> [HubTurn] {
    let state = try await store.state(of: name)
    // Nothing more is taken from a post that signed two histories.
    guard !state.isBarred else { return [barred(mails)] }
    var epochs: [UInt64] = []
    let single = single(mails)
    for mail in single where !epochs.contains(mail.epoch) { epochs.append(mail.epoch) }
    if let before, epochs != [before.epoch] { throw HubTurn.MustWait() }
    var turns: [HubTurn] = []
    for epoch in epochs {
      let own = single.filter { $0.epoch == epoch }
      var turn = HubTurn(name: name, epoch: epoch)
      do {
        try await take(events: own, &turn, after: before)
        try await take(proofs: own, &turn, after: before)
        try await check(&turn)
        // What comes of the next ledger ends this one.
        if epochs.count > 1 { try await keep(&turn) }
      } catch is SourceFollower.Barred {
        return [barred(mails)]
      }
      turns.append(turn)
    }
    return turns
  }

  private func barred(_ mails: [HubMail]) -> HubTurn {
    var turn = HubTurn(name: name, epoch: 0)
    turn.taken = mails.map(\.receipt)
    return turn
  }

  /// Puts what the turn has so far into the store.
  func keep(_ turn: inout HubTurn) async throws {
    try await check(&turn)
    if let part = turn.part { _ = try await store.store([part]) }
    turn.isKept()
  }

  /// Of what came more than once, with the first time and the newest receipt.
  private func single(_ mails: [HubMail]) -> [HubMail] {
    var found: [HubMail] = []
    var places: [HubMail.Key: Int] = [:]
    for mail in mails {
      if let place = places[mail.key] {
        found[place].receipt = mail.receipt
      } else {
        places[mail.key] = found.count
        found.append(mail)
      }
    }
    return found
  }

  // MARK: - Events

  private struct Letter {
    /// At least one, in order.
    var events: [ReceivedEvent]
    var after: UInt64
    var acknowledged: UInt64
    var lost: ClosedRange<UInt64>?
    var mail: HubMail

    var first: UInt64 { events[0].sequence }
    var last: UInt64 { events[events.count - 1].sequence }
  }

  private func take(
    events mails: [HubMail], _ turn: inout HubTurn, after before: HubTurn?
  ) async throws {
    let epoch = turn.epoch
    var letters: [Letter] = mails.compactMap { mail in
      guard case .events(let events, let after, let acknowledged, let lost) = mail.content else {
        return nil
      }
      return Letter(
        events: events, after: after, acknowledged: acknowledged, lost: lost, mail: mail)
    }
    guard !letters.isEmpty else { return }
    letters.sort { ($0.first, $0.last) < ($1.first, $1.last) }
    if before == nil, try await !isCurrent(epoch) {
      try await tellUnknown(letters.flatMap(\.events), epoch)
      return turn.taken += letters.map(\.mail.receipt)
    }
    var place = try await place(of: turn, after: before) ?? 0
    // What the hub has had, as far as the post says.
    let acknowledged = letters.map(\.acknowledged).max() ?? 0
    for letter in letters {
      if letter.after > place {
        guard isLost(letter, acknowledged) else {
          turn.waiting.append(letter.mail)
          continue
        }
        guard before == nil else { throw HubTurn.MustWait() }
        try await keep(&turn)
        try await pass(place + 1...letter.after, epoch, "the hub does not hold them any more")
      }
      if let lost = letter.lost, letter.first > place {
        guard before == nil else { throw HubTurn.MustWait() }
        try await keep(&turn)
        try await pass(lost, epoch, "the post let them go before the hub had them")
      }
      // A post that started again may divide what it had sent otherwise: what is in both is compared
      // with what is stored.
      if let last = turn.events.last, letter.first <= last.sequence {
        guard before == nil else { throw HubTurn.MustWait() }
        try await keep(&turn)
      }
      place = max(place, letter.last)
      turn.place = place
      turn.events += letter.events
      turn.receipts.append(letter.mail.receipt)
    }
  }

  /// Where the feed stands in the turn's ledger; `nil` where it has not begun with it.
  func place(of turn: HubTurn, after before: HubTurn?) async throws -> UInt64? {
    let cursor = try await store.state(of: name).cursor
    guard let cursor else { return before?.place }
    guard cursor.epoch == turn.epoch else {
      guard before == nil else { throw HubTurn.MustWait() }
      return nil
    }
    return max(cursor.sequence, before?.place ?? 0)
  }

  /// Whether `epoch` is the ledger that the feed follows, or the next one from here on, which is told.
  private func isCurrent(_ epoch: UInt64) async throws -> Bool {
    guard let cursor = try await store.state(of: name).cursor, cursor.epoch != epoch else {
      return true
    }
    if try await store.knows(epoch, of: name) { return false }
    let next = EventCursor(epoch: epoch, sequence: 0)
    let text =
      "the post's ledger was replaced: what it held after event \(cursor.sequence) of the one before is not known"
    feed.logger.error("\(name): GAP: \(text)")
    var gap = feed.notice(.replaced, text)
    gap.from = EventCursor(epoch: cursor.epoch, sequence: cursor.sequence + 1)
    gap.through = next
    try await store.pass(gap, to: next)
    return true
  }

  /// Tells of events of an earlier ledger that have not come before.
  private func tellUnknown(_ events: [ReceivedEvent], _ epoch: UInt64) async throws {
    for event in events {
      guard try await !store.knows(epoch, event.sequence, of: name) else { continue }
      var told = feed.notice(
        .refused, "event \(event.id) of an earlier ledger came after those of the next one")
      told.evidence = String(decoding: event.body, as: UTF8.self)
      try await store.note(told)
    }
  }

  /// Whether what comes before `letter` was in the hub, as the post knew when it gave a later one,
  /// and does not come.
  private func isLost(_ letter: Letter, _ acknowledged: UInt64) -> Bool {
    letter.after <= acknowledged
      && letter.mail.came.duration(to: .now) > .seconds(Self.gapSeconds)
  }

  private func pass(
    _ missing: ClosedRange<UInt64>, _ epoch: UInt64, _ reason: String
  ) async throws {
    let text = "events \(missing.lowerBound) to \(missing.upperBound) are lost: \(reason)"
    feed.logger.error("\(name): GAP: \(text)")
    var gap = feed.notice(.gap, text)
    gap.from = EventCursor(epoch: epoch, sequence: missing.lowerBound)
    gap.through = EventCursor(epoch: epoch, sequence: missing.upperBound)
    try await store.pass(gap, to: gap.through!)
  }
}
