import GRDB

/// How many events of a feed came to be in each state in a transaction, and went out of it.
struct EventTally {
  private var counts: [EventState: Int] = [:]

  /// Nothing yet.
  init() {}

  /// `count` events came to be in `state`.
  mutating func add(_ state: EventState, _ count: Int = 1) { counts[state, default: 0] += count }

  /// `count` events went from `before` to `state`.
  mutating func move(_ count: Int, from before: EventState, to state: EventState) {
    add(before, -count)
    add(state, count)
  }

  /// Puts it down for `feed`, in the transaction that changes the events.
  ///
  /// Triggers would count by themselves, at a quarter of the time that storing an event takes.
  func store(of feed: String, _ db: Database) throws {
    for (state, count) in counts where count != 0 {
      try db.cachedStatement(
        sql: """
          INSERT INTO tally (feed, state, count) VALUES (?, ?, ?)
          ON CONFLICT (feed, state) DO UPDATE SET count = count + excluded.count
          """
      ).execute(arguments: [feed, state.rawValue, count])
    }
  }
}

extension ReceiverStore {
  /// How many events of each feed are in each state; costs no look at the events.
  public func counts() async throws -> [(feed: String, state: EventState, count: Int)] {
    try await queue.read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT feed, state, count FROM tally WHERE count > 0 ORDER BY feed, state")
      return rows.compactMap { row in
        EventState(rawValue: row["state"]).map { (row["feed"], $0, row["count"]) }
      }
    }
  }

  /// The events whose time ends before `millis` and that wait for a proof give up waiting.
  static func countErased(before millis: Int64, _ db: Database) throws {
    let rows = try Row.fetchAll(
      db,
      sql: """
        SELECT feed, count(*) AS n FROM event WHERE erase < ? AND state = 'pending' GROUP BY feed
        """, arguments: [millis])
    for row in rows {
      var tally = EventTally()
      tally.move(row["n"], from: .pending, to: .unproven)
      try tally.store(of: row["feed"], db)
    }
  }
}
