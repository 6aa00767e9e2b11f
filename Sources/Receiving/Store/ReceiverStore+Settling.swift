import Foundation
import GRDB
import Ledger

/// What waits for its proof, and what becomes of it.
extension ReceiverStore {
  /// The oldest events of ledger `epoch` that wait for their proof, at most `limit`.
  func pending(of feed: String, epoch: UInt64, limit: Int) async throws -> [ReceivedEvent] {
    try await queue.read { db in
      try Self.pending(of: feed, epoch: epoch, 1...UInt64(Int64.max), limit: limit, db)
    }
  }

  /// The events of ledger `epoch` up to `last` that wait for their proof, oldest first, and where the feed
  /// stood with just these: another receiver of the store may have settled some a moment later.
  func pending(
    of feed: String, epoch: UInt64, through last: UInt64
  ) async throws -> (events: [ReceivedEvent], state: FeedState) {
    try await queue.read { db in
      (
        try Self.pending(of: feed, epoch: epoch, 1...max(last, 1), limit: -1, db),
        try Self.state(of: feed, db)
      )
    }
  }

  private static func pending(
    of feed: String, epoch: UInt64, _ range: ClosedRange<UInt64>, limit: Int, _ db: Database
  ) throws -> [ReceivedEvent] {
    let rows = try Data.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT body FROM event INDEXED BY pending
          WHERE feed = ? AND state = 'pending' AND epoch = ? AND sequence BETWEEN ? AND ?
          ORDER BY sequence LIMIT ?
          """),
      arguments: [
        feed, EventCursor(epoch: epoch, sequence: 0).epochText, Int64(range.lowerBound),
        Int64(clamping: range.upperBound), limit,
      ])
    var events: [ReceivedEvent] = []
    while let body = try rows.next() {
      if let event = ReceivedEvent(Array(body)[...]) { events.append(event) }
    }
    return events
  }

  /// The place up to which every event of a feed is settled: what may be acknowledged.
  func settledCursor(of feed: String) async throws -> EventCursor? {
    try await queue.read { db in
      guard let cursor = try Self.state(of: feed, db).cursor else { return nil }
      let first = try Int64.fetchOne(
        db,
        sql: """
          SELECT min(sequence) FROM event WHERE feed = ? AND state = 'pending' AND epoch = ?
          """, arguments: [feed, cursor.epochText])
      return first.map { EventCursor(epoch: cursor.epoch, sequence: UInt64($0) - 1) } ?? cursor
    }
  }

  /// What became of events' proofs, with the checkpoint that they were proven under, in one
  /// transaction.
  func settle(_ checked: CheckedEvents, epoch: UInt64, of feed: String) async throws {
    let epoch = EventCursor(epoch: epoch, sequence: 0).epochText
    try await queue.write { db in
      try Self.put(checked, epoch: epoch, of: feed, except: [], db)
      try Self.put(checked.note, epoch: epoch, of: feed, db)
    }
  }

  /// Puts down what became of events that are in the store and wait, but for those at `sequences`, numbers
  /// what may be handed on by that, and notes what there is to tell.
  static func put(
    _ checked: CheckedEvents, epoch: String, of feed: String, except sequences: Set<UInt64>,
    _ db: Database
  ) throws {
    var wanted: [UInt64: Settlement] = [:]
    for one in checked.settled where !sequences.contains(one.sequence) {
      wanted[one.sequence] = one
    }
    if !wanted.isEmpty {
      var tally = EventTally()
      try number(feed, db) { sequence, text in
        guard text == epoch, let one = wanted.removeValue(forKey: sequence) else { return nil }
        tally.move(1, from: .pending, to: one.state)
        return one
      }
      // Those behind one that waits on.
      for one in wanted.values.sorted(by: { $0.sequence < $1.sequence }) {
        try db.cachedStatement(
          sql: """
            UPDATE event SET state = ?, bundle = ?
            WHERE feed = ? AND epoch = ? AND sequence = ? AND state = 'pending'
            """
        ).execute(
          arguments: [
            one.state.rawValue, one.bundle.map { Data($0) }, feed, epoch, Int64(one.sequence),
          ])
        tally.move(db.changesCount, from: .pending, to: one.state)
      }
      try tally.store(of: feed, db)
    }
    for notice in checked.notices { try insert(notice, db) }
  }

  /// Puts down the checkpoint that was taken, unless there is one of the same ledger that is as new: another
  /// receiver of this store may have taken a later one.
  static func put(
    _ note: SignedNote, epoch: String, of feed: String, _ db: Database
  ) throws {
    let state = try state(of: feed, db)
    guard state.cursor.map({ $0.epochText == epoch }) ?? true else { return }
    if let before = state.note.flatMap({ Checkpoint($0.text)?.size }),
      let size = Checkpoint(note.text)?.size, size <= before
    {
      return
    }
    try db.execute(
      sql: "UPDATE feed SET note = ? WHERE name = ?", arguments: [note.description, feed])
  }

  /// Numbers what may be handed on: of a feed all before the first event that waits for its proof, but
  /// for those that are refused. What waits is put down first as `settlement` says it is.
  ///
  /// The numbers are those of handing on, over all feeds: whoever has taken one has taken all before
  /// it. The rows' own numbers are not: a feed that waits must not hold up the others.
  static func number(
    _ feed: String, _ db: Database,
    _ settlement: (_ sequence: UInt64, _ epoch: String) -> Settlement? = { _, _ in nil }
  ) throws {
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT row, state, epoch, sequence FROM event INDEXED BY unsettled
          WHERE feed = ? AND settled IS NULL AND state <> 'refused' ORDER BY row
          """), arguments: [feed])
    var found: [(row: Int64, settlement: Settlement?)] = []
    while let row = try rows.next() {
      var settled: Settlement?
      if row["state"] == EventState.pending.rawValue {
        settled = settlement(UInt64(row["sequence"] as Int64), row["epoch"])
        guard settled != nil else { break }
      }
      found.append((row["row"], settled))
    }
    guard !found.isEmpty else { return }
    var number = try Int64.fetchOne(db, sql: "SELECT max(settled) FROM event") ?? 0
    let numbering = try db.cachedStatement(sql: "UPDATE event SET settled = ? WHERE row = ?")
    let settling = try db.cachedStatement(
      sql: "UPDATE event SET state = ?, bundle = ?, settled = ? WHERE row = ?")
    for (row, settled) in found {
      let isRefused = settled?.state == .refused
      if !isRefused { number += 1 }
      if let settled {
        try settling.execute(
          arguments: [
            settled.state.rawValue, settled.bundle.map { Data($0) }, isRefused ? nil : number, row,
          ])
      } else {
        try numbering.execute(arguments: [number, row])
      }
    }
  }
}
