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
    let state = try await store.state(of: name)
    // Nothing more is taken from a post that signed two histories.
    guard !state.isBarred else { return (mails.map(\.receipt), []) }
    var taken: [String] = []
    var waiting: [HubMail] = []
    var epochs: [UInt64] = []
    let mails = single(mails)
    for mail in mails where !epochs.contains(mail.epoch) { epochs.append(mail.epoch) }
    for epoch in epochs {
      let own = mails.filter { $0.epoch == epoch }
      do {
        try await take(events: own, of: epoch, &taken, &waiting)
        try await take(proofs: own, of: epoch, &taken, &waiting)
      } catch is SourceFollower.Barred {
        return (mails.map(\.receipt), [])
      }
    }
    return (taken, waiting)
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
    events mails: [HubMail], of epoch: UInt64, _ taken: inout [String],
    _ waiting: inout [HubMail]
  ) async throws {
    var letters: [Letter] = mails.compactMap { mail in
      guard case .events(let events, let after, let acknowledged, let lost) = mail.content else {
        return nil
      }
      return Letter(
        events: events, after: after, acknowledged: acknowledged, lost: lost, mail: mail)
    }
    guard !letters.isEmpty else { return }
    letters.sort { ($0.first, $0.last) < ($1.first, $1.last) }
    guard try await isCurrent(epoch) else {
      try await tellUnknown(letters.flatMap(\.events), epoch)
      return taken += letters.map(\.mail.receipt)
    }
    // Of a ledger nothing comes before what follows 0.
    var place = try await store.state(of: name).cursor?.sequence ?? 0
    // What the hub has had, as far as the post says.
    let acknowledged = letters.map(\.acknowledged).max() ?? 0
    var ready: [Letter] = []
    func keep() async throws {
      guard let last = ready.last else { return }
      let next = EventCursor(epoch: epoch, sequence: max(place, last.last))
      _ = try await store.store(ready.flatMap(\.events), next: next, of: name)
      taken += ready.map(\.mail.receipt)
      ready = []
    }
    for letter in letters {
      if letter.after > place {
        guard isLost(letter, acknowledged) else {
          waiting.append(letter.mail)
          continue
        }
        try await keep()
        try await pass(place + 1...letter.after, epoch, "the hub does not hold them any more")
      }
      if let lost = letter.lost, letter.first > place {
        try await keep()
        try await pass(lost, epoch, "the post let them go before the hub had them")
      }
      // A post that started again may divide what it had sent otherwise: what is in both is compared
      // with what is stored.
      if let before = ready.last, letter.first <= before.last { try await keep() }
      ready.append(letter)
      place = max(place, letter.last)
    }
    try await keep()
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

  // MARK: - Proofs

  private func take(
    proofs mails: [HubMail], of epoch: UInt64, _ taken: inout [String],
    _ waiting: inout [HubMail]
  ) async throws {
    var letters:
      [(range: ClosedRange<UInt64>, last: UInt64, proofs: PostClient.Proofs, mail: HubMail)] =
        mails.compactMap { mail in
          guard case .proofs(let proofs, let range, let last) = mail.content else { return nil }
          return (range, last, proofs, mail)
        }
    guard !letters.isEmpty else { return }
    letters.sort { $0.range.lowerBound < $1.range.lowerBound }
    guard let cursor = try await store.state(of: name).cursor, cursor.epoch == epoch else {
      // The events come first; those of an earlier ledger are settled as far as they ever will be.
      let isOld = try await store.knows(epoch, of: name)
      if isOld { taken += letters.map(\.mail.receipt) } else { waiting += letters.map(\.mail) }
      return
    }
    for letter in letters {
      let isLate = letter.mail.came.duration(to: .now) > .seconds(Self.gapSeconds)
      if letter.last <= cursor.sequence || isLate,
        try await settle(letter.proofs, letter.range, epoch, isLate: isLate)
      {
        taken.append(letter.mail.receipt)
      } else {
        waiting.append(letter.mail)
      }
    }
  }

  /// Settles the events of `range`; whether it could be: proofs that others must come before wait.
  private func settle(
    _ proofs: PostClient.Proofs, _ range: ClosedRange<UInt64>, _ epoch: UInt64, isLate: Bool
  ) async throws -> Bool {
    var pending = try await store.pending(of: name, epoch: epoch, through: range.upperBound)
    // Proofs come in the order of the ledger: what is older and still waits has its own on the way.
    guard isLate || !pending.contains(where: { $0.sequence < range.lowerBound }) else {
      return false
    }
    var seen = try await feed.seenLog(epoch)
    let (before, after) = (seen.note, proofs.consistency)
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
    case .setBack where !pending.contains(where: { range.contains($0.sequence) }):
      // It came again.
      return true
    case .unproven where after.old > seen.size:
      guard isLate, let next = SeenLog(key: seen.key, note: after.note) else { return false }
      var told = feed.notice(
        .unproven,
        "the proof that the post's ledger continues from \(seen.size) to \(after.old) records did not come"
      )
      told.evidence = (before.map { "\($0)\n" } ?? "") + "\(after.note)"
      try await store.note(told)
      seen = next
    default:
      try await feed.refuse(verdict, after, before: before)
      return true
    }
    // What is older and waits even now has lost its own.
    pending.removeAll { $0.sequence > seen.size }
    let checked = try await feed.checked(
      pending, proofs, seen, isNew: verdict == .taken)
    try await store.settle(checked, epoch: epoch, of: name)
    return true
  }
}
