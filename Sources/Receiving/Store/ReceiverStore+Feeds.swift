import Foundation
import GRDB
import Ledger

extension ReceiverStore {
  /// Where feed `name` stands.
  public func state(of name: String) async throws -> FeedState {
    try await queue.read { try Self.state(of: name, $0) }
  }

  static func state(of name: String, _ db: Database) throws -> FeedState {
    var state = FeedState()
    guard
      let row = try Row.fetchOne(db, sql: "SELECT * FROM feed WHERE name = ?", arguments: [name])
    else { return state }
    state.cursor = (row["cursor"] as String?).flatMap { EventCursor($0) }
    state.note = (row["note"] as String?).flatMap { SignedNote($0) }
    state.acknowledged = (row["acknowledged"] as String?).flatMap { EventCursor($0) }
    state.key = (row["key"] as String?).flatMap { NoteKey($0) }
    state.isBarred = row["barred"]
    return state
  }

  /// Stores `events`, with what was found of them where they were checked, and the place after them in one
  /// transaction.
  ///
  /// Events that are there already are passed over. A place of the same ledger never moves back.
  /// - Returns: how many were there already.
  func store(
    _ events: [ReceivedEvent], next: EventCursor, of feed: String, checked: CheckedEvents? = nil
  ) async throws -> Int {
    try await queue.write { db in
      let known = try Self.known(events, epoch: next.epochText, of: feed, db)
      let found = Dictionary((checked?.settled ?? []).map { ($0.sequence, $0) }) { $1 }
      var ranks = try Ranks(feed, db)
      var tally = EventTally()
      for event in events where known[event.sequence] == nil {
        let settlement = found[event.sequence]
        let state = event.isRecall ? .recall : settlement?.state ?? .pending
        try Self.insert(
          event, state, settlement?.bundle, settled: ranks.next(state), epoch: next.epochText,
          of: feed, db)
        tally.add(state)
      }
      try tally.store(of: feed, db)
      for event in events {
        guard let body = known[event.sequence] else { continue }
        // An erased one has nothing left to compare.
        if !body.isEmpty, body != event.body {
          try Self.insert(
            Notice(
              number: 0, source: feed, kind: .conflict,
              text: "event \(event.id) came again and says something else; the first is kept",
              from: EventCursor(epoch: next.epoch, sequence: event.sequence), through: nil,
              evidence: String(decoding: event.body, as: UTF8.self), millis: Self.now()), db)
        }
      }
      let state = try Self.state(of: feed, db)
      let isBack = state.cursor.map { $0.epoch == next.epoch && $0.sequence > next.sequence }
      if isBack != true { try Self.put(cursor: next, of: feed, db) }
      if let checked {
        try Self.put(checked, epoch: next.epochText, of: feed, only: known.keys, db)
      }
      if !ranks.isComplete || !known.isEmpty { try Self.settle(feed, db) }
      return known.count
    }
  }

  /// The bodies of those of `events` that are there already, by sequence.
  private static func known(
    _ events: [ReceivedEvent], epoch: String, of feed: String, _ db: Database
  ) throws -> [UInt64: [UInt8]] {
    guard let first = events.first, let last = events.last else { return [:] }
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: """
          SELECT sequence, body FROM event WHERE feed = ? AND epoch = ? AND sequence BETWEEN ? AND ?
          """),
      arguments: [feed, epoch, Int64(first.sequence), Int64(last.sequence)])
    let wanted = Set(events.map(\.sequence))
    var known: [UInt64: [UInt8]] = [:]
    for row in rows {
      let sequence = UInt64(row["sequence"] as Int64)
      if wanted.contains(sequence) { known[sequence] = Array(row["body"] as Data) }
    }
    return known
  }

  private static func insert(
    _ event: ReceivedEvent, _ state: EventState, _ bundle: ArraySlice<UInt8>?, settled: Int64?,
    epoch: String, of feed: String, _ db: Database
  ) throws {
    if event.isRecall {
      try db.execute(
        sql: "UPDATE event SET withdrawn = 1 WHERE feed = ? AND event = ?",
        arguments: [feed, event.eventID])
    }
    let now = Self.now()
    try db.cachedStatement(
      sql: """
        INSERT INTO event (feed, epoch, sequence, id, event, type, time, exercise, state, received,
          erase, body, bundle, settled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [
        feed, epoch, Int64(event.sequence), event.id, event.eventID, event.type, event.time,
        event.isExercise, state.rawValue, now,
        event.retentionDays.map { now + Int64($0) * 86_400_000 }, Data(event.body),
        bundle.map { Data($0) }, settled,
      ])
  }

  /// Numbers of handing on for what is stored now: as long as nothing of the feed waits before it.
  private struct Ranks {
    private var number: Int64
    /// Whether nothing waits for its number.
    private(set) var isComplete: Bool

    init(_ feed: String, _ db: Database) throws {
      number = try Int64.fetchOne(db, sql: "SELECT max(settled) FROM event") ?? 0
      isComplete =
        try Bool.fetchOne(
          db,
          sql: """
            SELECT NOT EXISTS (
              SELECT 1 FROM event WHERE feed = ? AND settled IS NULL AND state <> 'refused')
            """, arguments: [feed]) ?? false
    }

    /// The number of an event that is stored in `state` after all others of the feed.
    mutating func next(_ state: EventState) -> Int64? {
      guard state != .refused else { return nil }
      if state == .pending { isComplete = false }
      guard isComplete else { return nil }
      number += 1
      return number
    }
  }

  private static func put(cursor: EventCursor, of feed: String, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO feed (name, cursor) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor
        """, arguments: [feed, cursor.description])
  }

  /// Notes a gap and goes on after it, in one transaction; with another ledger, what was seen of the
  /// one before is let go.
  ///
  /// - Parameters:
  ///   - note: a checkpoint that was seen of that other ledger.
  ///   - key: the key that it was proven to have.
  func pass(
    _ notice: Notice, to cursor: EventCursor, note: SignedNote? = nil, key: NoteKey? = nil
  ) async throws {
    try await queue.write { db in
      let before = try Self.state(of: notice.source, db)
      try Self.insert(notice, db)
      try Self.put(cursor: cursor, of: notice.source, db)
      if before.cursor?.epoch != cursor.epoch {
        try db.execute(
          sql: "UPDATE feed SET note = ?, key = ?, acknowledged = NULL WHERE name = ?",
          arguments: [note?.description, key?.description, notice.source])
        // Nobody can prove them any more.
        try db.execute(
          sql: """
            UPDATE event SET state = 'unproven'
            WHERE feed = ? AND state = 'pending' AND epoch <> ?
            """, arguments: [notice.source, cursor.epochText])
        var tally = EventTally()
        tally.move(db.changesCount, from: .pending, to: .unproven)
        try tally.store(of: notice.source, db)
        try Self.settle(notice.source, db)
      }
    }
  }

  /// Notes something, unless the last note of the feed says the same.
  func note(_ notice: Notice, barring: Bool = false) async throws {
    try await queue.write { db in
      let last = try Row.fetchOne(
        db, sql: "SELECT kind, text FROM notice WHERE feed = ? ORDER BY number DESC LIMIT 1",
        arguments: [notice.source])
      if let last, last["kind"] == notice.kind.rawValue, last["text"] == notice.text { return }
      try Self.insert(notice, db)
      if barring {
        try db.execute(
          sql: """
            INSERT INTO feed (name, barred) VALUES (?, 1)
            ON CONFLICT (name) DO UPDATE SET barred = 1
            """, arguments: [notice.source])
      }
    }
  }

  private static func insert(_ notice: Notice, _ db: Database) throws {
    try db.execute(
      sql: """
        INSERT INTO notice (feed, kind, text, first, last, evidence, noticed)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        notice.source, notice.kind.rawValue, notice.text, notice.from?.description,
        notice.through?.description, notice.evidence, notice.millis,
      ])
  }

  /// The oldest events of ledger `epoch` that wait for their proof, at most `limit`.
  func pending(of feed: String, epoch: UInt64, limit: Int) async throws -> [ReceivedEvent] {
    try await queue.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT body FROM event WHERE feed = ? AND state = 'pending' AND epoch = ?
          ORDER BY row LIMIT ?
          """,
        arguments: [feed, EventCursor(epoch: epoch, sequence: 0).epochText, limit])
      return rows.compactMap { ReceivedEvent(Array($0["body"] as Data)[...]) }
    }
  }

  /// What became of events' proofs, with the checkpoint that they were proven under, in one
  /// transaction.
  func settle(_ checked: CheckedEvents, epoch: UInt64, of feed: String) async throws {
    try await queue.write { db in
      try Self.put(
        checked, epoch: EventCursor(epoch: epoch, sequence: 0).epochText, of: feed,
        only: checked.settled.map(\.sequence), db)
      try Self.settle(feed, db)
    }
  }

  /// Puts down what became of the events at `sequences`, which are in the store and wait.
  private static func put(
    _ checked: CheckedEvents, epoch: String, of feed: String, only sequences: some Sequence<UInt64>,
    _ db: Database
  ) throws {
    let wanted = Set(sequences)
    var tally = EventTally()
    for one in checked.settled where wanted.contains(one.sequence) {
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
    try db.execute(
      sql: "UPDATE feed SET note = ? WHERE name = ?",
      arguments: [checked.note.description, feed])
    for notice in checked.notices { try insert(notice, db) }
  }

  /// Numbers what may be handed on: of a feed all before the first event that waits for its proof, but
  /// for those that are refused.
  ///
  /// The numbers are those of handing on, over all feeds: whoever has taken one has taken all before
  /// it. The rows' own numbers are not: a feed that waits must not hold up the others.
  static func settle(_ feed: String, _ db: Database) throws {
    let rows = try Int64.fetchAll(
      db,
      sql: """
        SELECT row FROM event WHERE feed = ?1 AND settled IS NULL AND state <> 'refused'
          AND row < coalesce(
            (SELECT min(row) FROM event WHERE feed = ?1 AND state = 'pending'), 9223372036854775807)
        ORDER BY row
        """, arguments: [feed])
    guard !rows.isEmpty else { return }
    var number = try Int64.fetchOne(db, sql: "SELECT max(settled) FROM event") ?? 0
    let update = try db.cachedStatement(sql: "UPDATE event SET settled = ? WHERE row = ?")
    for row in rows {
      number += 1
      try update.execute(arguments: [number, row])
    }
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

  /// The post knows that everything up to `cursor` is stored.
  func acknowledged(_ cursor: EventCursor, of feed: String) async throws {
    try await queue.write { db in
      try db.execute(
        sql: "UPDATE feed SET acknowledged = ? WHERE name = ?",
        arguments: [cursor.description, feed])
    }
  }
}

/// What became of an event's proof.
struct Settlement: Sendable, Equatable {
  /// Place in the post's ledger.
  var sequence: UInt64
  /// How far the event is to be believed.
  var state: EventState
  /// The release bundle, canonical JSON; `nil` when there is none.
  var bundle: ArraySlice<UInt8>?
}

/// What the proofs of events gave, to be stored with them.
struct CheckedEvents: Sendable, Equatable {
  /// The checkpoint, with this center's cosignature where it is a witness.
  var note: SignedNote
  /// What became of each.
  var settled: [Settlement] = []
  /// What there is to tell.
  var notices: [Notice] = []
}

extension EventCursor {
  /// The ledger in the text form.
  var epochText: String { String(description.prefix { $0 != "." }) }
}
