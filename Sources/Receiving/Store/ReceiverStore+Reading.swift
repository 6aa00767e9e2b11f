import Foundation
import GRDB
import Ledger

/// Which rows of a store are wanted.
public struct RowQuery: Sendable, Equatable {
  /// Only rows after this one: by ``StoredRow/row``.
  public var after: Int64 = 0
  /// At most so many.
  public var limit = 500
  /// Only of this feed.
  public var feed: String?
  /// Also those that are refused or wait for their proof.
  public var isComplete = false

  /// All rows.
  public init() {}
}

extension ReceiverStore {
  /// Events: the settled ones in the order in which they were, all of them in the order in which they
  /// came.
  public func rows(_ query: RowQuery) async throws -> [StoredRow] {
    try await queue.read { db in
      let order = query.isComplete ? "row" : "settled"
      var sql = "SELECT *, \(order) AS place FROM event WHERE \(order) > ?"
      var arguments: StatementArguments = [query.after]
      if let feed = query.feed {
        sql += " AND feed = ?"
        arguments += [feed]
      }
      sql += " ORDER BY \(order) LIMIT ?"
      arguments += [query.limit]
      return try Row.fetchAll(db, sql: sql, arguments: arguments).compactMap(Self.stored)
    }
  }

  private static func stored(_ row: Row) -> StoredRow? {
    let epoch: String = row["epoch"]
    let sequence: Int64 = row["sequence"]
    guard let cursor = EventCursor("\(epoch).\(sequence)"),
      let state = EventState(rawValue: row["state"])
    else { return nil }
    return StoredRow(
      row: row["place"], source: row["feed"], cursor: cursor, id: row["id"], type: row["type"],
      time: row["time"], isExercise: row["exercise"], state: state, isWithdrawn: row["withdrawn"],
      receivedMillis: row["received"], body: Array(row["body"] as Data))
  }

  /// What was noticed, oldest first.
  ///
  /// - Parameters:
  ///   - kind: only such; `nil` for all.
  ///   - feed: only of that one; `nil` for all.
  public func notices(
    after number: Int64 = 0, limit: Int = 500, kind: Notice.Kind? = nil, feed: String? = nil
  ) async throws -> [Notice] {
    try await queue.read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM notice
          WHERE number > ?1 AND kind = coalesce(?3, kind) AND feed = coalesce(?4, feed)
          ORDER BY number LIMIT ?2
          """, arguments: [number, limit, kind?.rawValue, feed])
      return rows.compactMap { row in
        Notice.Kind(rawValue: row["kind"]).map { kind in
          Notice(
            number: row["number"], source: row["feed"], kind: kind, text: row["text"],
            from: (row["first"] as String?).flatMap { EventCursor($0) },
            through: (row["last"] as String?).flatMap { EventCursor($0) },
            evidence: row["evidence"], millis: row["noticed"])
        }
      }
    }
  }

  /// The release bundle of the settled event at `row`, canonical JSON; `nil` when there is none.
  public func bundle(at row: Int64) async throws -> [UInt8]? {
    try await queue.read { db in
      try Data.fetchOne(db, sql: "SELECT bundle FROM event WHERE settled = ?", arguments: [row])
        .map { Array($0) }
    }
  }

  /// What the metrics tell of `feeds`; costs no look at the events that are settled.
  func metrics(of feeds: [String]) async throws -> (settled: Int64, feeds: [ReceiverMetrics.Feed]) {
    try await queue.read { db in
      let settled = try Int64.fetchOne(db, sql: "SELECT max(settled) FROM event") ?? 0
      let all = try feeds.map { name in
        let pending =
          try Int.fetchOne(
            db, sql: "SELECT count(*) FROM event WHERE feed = ? AND state = 'pending'",
            arguments: [name]) ?? 0
        let notices = try Row.fetchAll(
          db, sql: "SELECT kind, count(*) AS n FROM notice WHERE feed = ? GROUP BY kind ORDER BY 1",
          arguments: [name])
        return ReceiverMetrics.Feed(
          name: name, state: try Self.state(of: name, db), pending: pending,
          notices: notices.compactMap { row in
            Notice.Kind(rawValue: row["kind"]).map { ($0, row["n"]) }
          })
      }
      return (settled, all)
    }
  }

  // MARK: - Consumers

  /// How far the consumer `name` has taken rows and notices.
  func place(of name: String) async throws -> (row: Int64, number: Int64) {
    try await queue.read { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT row, number FROM consumer WHERE name = ?", arguments: [name])
      return row.map { ($0["row"], $0["number"]) } ?? (0, 0)
    }
  }

  /// The consumer `name` has taken everything up to `row` and `number`.
  func advance(_ name: String, row: Int64, number: Int64) async throws {
    try await queue.write { db in
      try db.execute(
        sql: """
          INSERT INTO consumer (name, row, number) VALUES (?, ?, ?)
          ON CONFLICT (name) DO UPDATE SET row = max(row, excluded.row),
            number = max(number, excluded.number)
          """, arguments: [name, row, number])
    }
  }

  // MARK: - Erasing

  /// Erases the content and proofs of events whose time is over; what stays is that there was one.
  ///
  /// - Returns: how many.
  @discardableResult
  public func erase(before millis: Int64) async throws -> Int {
    try await queue.write { db in
      try Self.countErased(before: millis, db)
      try db.execute(
        sql: """
          UPDATE event SET body = x'', bundle = NULL, time = NULL, erase = NULL,
            state = CASE state WHEN 'pending' THEN 'unproven' ELSE state END
          WHERE erase < ?
          """, arguments: [millis])
      let count = db.changesCount
      for feed in try String.fetchAll(
        db, sql: "SELECT DISTINCT feed FROM event WHERE settled IS NULL")
      {
        try Self.number(feed, db)
      }
      return count
    }
  }
}

extension ReceiverStore {
  /// Whether the feed has events of ledger `epoch`, or the one at `sequence`.
  func knows(
    _ epoch: UInt64, _ sequence: UInt64? = nil, of feed: String
  ) async throws -> Bool {
    try await queue.read { db in
      try Bool.fetchOne(
        db,
        sql: """
          SELECT EXISTS (SELECT 1 FROM event
            WHERE feed = ?1 AND epoch = ?2 AND sequence = coalesce(?3, sequence))
          """,
        arguments: [
          feed, EventCursor(epoch: epoch, sequence: 0).epochText,
          sequence.map { Int64(clamping: $0) },
        ]) ?? false
    }
  }
}
