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

  /// Stores `events`, what was found of them and of earlier ones where they were checked, and the place
  /// after them in one transaction.
  ///
  /// Events that are there already are passed over. A place of the same ledger never moves back.
  /// - Returns: how many were there already.
  func store(
    _ events: [ReceivedEvent], next: EventCursor, of feed: String, checked: CheckedEvents? = nil
  ) async throws -> Int {
    try await store([StorePart(feed: feed, events: events, next: next, checked: checked)])[0]
  }

  /// Stores what came of some feeds in one transaction, each as if it came by itself.
  ///
  /// - Returns: how many events of each part were there already.
  func store(_ parts: [StorePart]) async throws -> [Int] {
    try await queue.write { db in try parts.map { try Self.store($0, db) } }
  }

  private static func store(_ part: StorePart, _ db: Database) throws -> Int {
    let (feed, epoch) = (part.feed, part.next.epochText)
    let known = try known(part.events, epoch: epoch, of: feed, db)
    let fresh = part.events.filter { known[$0.sequence] == nil }
    if let checked = part.checked {
      // What was found of other words than those that are stored says nothing of these.
      let others = part.events.filter { known[$0.sequence] != $0.body }
      try put(checked, epoch: epoch, of: feed, except: Set(others.map(\.sequence)), db)
    }
    let found = Dictionary((part.checked?.settled ?? []).map { ($0.sequence, $0) }) { $1 }
    var ranks = try Ranks(feed, db)
    var tally = EventTally()
    for event in fresh {
      let settlement = found[event.sequence]
      let state = event.isRecall ? .recall : settlement?.state ?? .pending
      try insert(
        event, state, settlement?.bundle, settled: ranks.next(state), epoch: epoch, of: feed, db)
      tally.add(state)
    }
    try tally.store(of: feed, db)
    for event in part.events {
      guard let body = known[event.sequence] else { continue }
      // An erased one has nothing left to compare.
      if !body.isEmpty, body != event.body {
        try insert(
          Notice(
            number: 0, source: feed, kind: .conflict,
            text: "event \(event.id) came again and says something else; the first is kept",
            from: EventCursor(epoch: part.next.epoch, sequence: event.sequence), through: nil,
            evidence: String(decoding: event.body, as: UTF8.self), millis: now()), db)
      }
    }
    let cursor = try state(of: feed, db).cursor
    let isBack = cursor.map { $0.epoch == part.next.epoch && $0.sequence > part.next.sequence }
    if isBack != true { try put(cursor: part.next, of: feed, db) }
    if let checked = part.checked { try put(checked.note, epoch: epoch, of: feed, db) }
    return known.count
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

  static func insert(
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
        try Self.number(notice.source, db)
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

  static func insert(_ notice: Notice, _ db: Database) throws {
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

  /// The post knows that everything up to `cursor` is stored.
  func acknowledged(_ cursor: EventCursor, of feed: String) async throws {
    try await queue.write { db in
      try db.execute(
        sql: "UPDATE feed SET acknowledged = ? WHERE name = ?",
        arguments: [cursor.description, feed])
    }
  }
}

extension EventCursor {
  /// The ledger in the text form.
  var epochText: String { String(description.prefix { $0 != "." }) }
}
