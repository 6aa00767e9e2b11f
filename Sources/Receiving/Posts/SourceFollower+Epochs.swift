import Ledger
import Logging
import SiteConfiguration

/// From one epoch of a post's ledger to the next.
extension SourceFollower {
  /// The most epochs that are passed at once.
  static let epochsMax = 64

  /// Goes over from the ledger of `cursor` to that of `oldest` where each ledger between cites the end
  /// of the one before, beginning with the checkpoint that was seen last; else where the configuration
  /// names the new ledger's key. `nil`, and a notice, when nothing is taken of it.
  func cross(
    from cursor: EventCursor, to oldest: EventCursor, _ client: PostClient
  ) async throws -> EventCursor? {
    let told = try? Self.key(source.key)
    var place = cursor
    var seen = try await seenLog(cursor.epoch)
    for _ in 0..<Self.epochsMax where place.epoch != oldest.epoch {
      guard let way = try await client.succession(from: place, size: seen.size) else {
        return try await breakOff(
          place, oldest, told, "nothing proves that it follows the one before", evidence: "")
      }
      let verdict = way.verdict(after: seen, expected: told?.publicKey)
      guard case .follows(let key, let note, let records) = verdict,
        let epoch = LogKey.epoch(of: key.name), let next = SeenLog(key: key, note: note)
      else {
        if case .brokenOff(let reason) = verdict {
          try await refuse(reason, way.consistency, before: seen.note)
        }
        return try await breakOff(
          place, oldest, told, "\(verdict)", evidence: String(decoding: way.json, as: UTF8.self))
      }
      let end = records - (way.handover == nil ? 0 : 1)
      try await follow(key, note, after: place, end, way, in: epoch)
      (seen, place) = (next, EventCursor(epoch: epoch, sequence: 0))
    }
    return place.epoch == oldest.epoch ? place : nil
  }

  /// Notes the change and what was not read before it, and goes on at the new ledger's beginning.
  private func follow(
    _ key: NoteKey, _ note: SignedNote, after cursor: EventCursor, _ end: UInt64,
    _ way: Succession, in epoch: UInt64
  ) async throws {
    if cursor.sequence < end {
      let text =
        "events \(cursor.sequence + 1) to \(end) are lost: the post's ledger went on in another epoch before they were read"
      logger.error("\(source.name): GAP: \(text)")
      var gap = notice(.gap, text)
      (gap.from, gap.through) = (cursor, cursor)
      gap.from?.sequence += 1
      gap.through?.sequence = end
      try await store.note(gap)
    }
    let text = "the post's ledger goes on as \(key.name), proven; its key is \(key)"
    logger.notice("\(source.name): \(text)")
    var told = notice(.renewed, text)
    told.evidence = String(decoding: way.json, as: UTF8.self)
    try await store.pass(
      told, to: EventCursor(epoch: epoch, sequence: 0), note: note, key: key)
  }

  /// Tells that the ledgers do not hang together. Goes on all the same where people said so, by giving
  /// the configuration the new ledger's key.
  private func breakOff(
    _ cursor: EventCursor, _ oldest: EventCursor, _ told: NoteKey?, _ reason: String,
    evidence: String
  ) async throws -> EventCursor? {
    let origin = LogKey.origin(of: source.post, log: .ledger, epoch: oldest.epoch)
    let isTold = told?.name == origin
    var broken = notice(
      .replaced,
      "the post's ledger was replaced by \(origin): \(reason); what it held after event "
        + "\(cursor.sequence) is not known; "
        + (isTold
          ? "followed, as 'key' names it" : "nothing is taken until 'key' is the new ledger's key"))
    logger.error("\(source.name): BREAK: \(broken.text)")
    (broken.from, broken.through) = (cursor, oldest)
    broken.from?.sequence += 1
    broken.evidence = evidence
    guard isTold else {
      try await store.note(broken)
      return nil
    }
    try await store.pass(broken, to: oldest)
    return oldest
  }
}
