import Foundation
import GRDB
import Ledger

extension ReceiverStore {
  /// Where feed `name` stands.
  public func state(of name: String) async throws -> FeedState {
    try await queue.read { try Self.state(of: name, $0) }
  }

  private static func state(of name: String, _ db: Database) throws -> FeedState {
    var state = FeedState()
    guard
      let row = try Row.fetchOne(db, sql: "SELECT * FROM feed WHERE name = ?", arguments: [name])
    else { return state }
    state.cursor = (row["cursor"] as String?).flatMap { EventCursor($0) }
    state.note = (row["note"] as String?).flatMap { SignedNote($0) }
    state.acknowledged = (row["acknowledged"] as String?).flatMap { EventCursor($0) }
    state.isBarred = row["barred"]
    return state
  }

  /// Stores `events` and the place after them in one transaction.
  ///
  /// Events that are there already are passed over. A place of the same ledger never moves back.
  /// - Returns: how many were there already.
  func store(
    _ events: [ReceivedEvent], next: EventCursor, of feed: String
  ) async throws -> Int {
    try await queue.write { db in
      let now = Self.now()
      var known = 0
      for event in events {
        let before = try Row.fetchOne(
          db,
          sql: "SELECT body FROM event WHERE feed = ? AND epoch = ? AND sequence = ?",
          arguments: [feed, next.epochText, Int64(event.sequence)])
        if let before {
          known += 1
          let body: [UInt8] = Array(before["body"] as Data)
          // An erased one has nothing left to compare.
          if !body.isEmpty, body != event.body {
            try Self.insert(
              Notice(
                number: 0, source: feed, kind: .conflict,
                text: "event \(event.id) came again and says something else; the first is kept",
                from: EventCursor(epoch: next.epoch, sequence: event.sequence), through: nil,
                evidence: String(decoding: event.body, as: UTF8.self), millis: now), db)
          }
          continue
        }
        try Self.insert(event, epoch: next.epochText, of: feed, at: now, db)
      }
      try Self.settle(feed, db)
      let state = try Self.state(of: feed, db)
      if let cursor = state.cursor, cursor.epoch == next.epoch, cursor.sequence > next.sequence {
        return known
      }
      try Self.put(cursor: next, of: feed, db)
      return known
    }
  }

  private static func insert(
    _ event: ReceivedEvent, epoch: String, of feed: String, at now: Int64, _ db: Database
  ) throws {
    if event.isRecall {
      try db.execute(
        sql: "UPDATE event SET withdrawn = 1 WHERE feed = ? AND event = ?",
        arguments: [feed, event.eventID])
    }
    try db.execute(
      sql: """
        INSERT INTO event (feed, epoch, sequence, id, event, type, time, exercise, state, received,
          erase, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        feed, epoch, Int64(event.sequence), event.id, event.eventID, event.type, event.time,
        event.isExercise, (event.isRecall ? EventState.recall : .pending).rawValue, now,
        event.retentionDays.map { now + Int64($0) * 86_400_000 }, Data(event.body),
      ])
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
  func pass(_ notice: Notice, to cursor: EventCursor) async throws {
    try await queue.write { db in
      let before = try Self.state(of: notice.source, db)
      try Self.insert(notice, db)
      try Self.put(cursor: cursor, of: notice.source, db)
      if before.cursor?.epoch != cursor.epoch {
        try db.execute(
          sql: "UPDATE feed SET note = NULL, acknowledged = NULL WHERE name = ?",
          arguments: [notice.source])
        // Nobody can prove them any more.
        try db.execute(
          sql: """
            UPDATE event SET state = 'unproven'
            WHERE feed = ? AND state = 'pending' AND epoch <> ?
            """, arguments: [notice.source, cursor.epochText])
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
  func settle(
    _ settled: [Settlement], note: SignedNote, epoch: UInt64, of feed: String,
    notices: [Notice]
  ) async throws {
    try await queue.write { db in
      let epoch = EventCursor(epoch: epoch, sequence: 0).epochText
      for one in settled {
        try db.execute(
          sql: """
            UPDATE event SET state = ?, bundle = ?
            WHERE feed = ? AND epoch = ? AND sequence = ? AND state = 'pending'
            """,
          arguments: [
            one.state.rawValue, one.bundle.map { Data($0) }, feed, epoch, Int64(one.sequence),
          ])
      }
      try db.execute(
        sql: "UPDATE feed SET note = ? WHERE name = ?", arguments: [note.description, feed])
      try Self.settle(feed, db)
      for notice in notices { try Self.insert(notice, db) }
    }
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
    for row in rows {
      number += 1
      try db.execute(
        sql: "UPDATE event SET settled = ? WHERE row = ?", arguments: [number, row])
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
  var bundle: [UInt8]?
}

extension EventCursor {
  /// The ledger in the text form.
  var epochText: String { String(description.prefix { $0 != "." }) }
}
