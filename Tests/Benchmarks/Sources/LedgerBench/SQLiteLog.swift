import CSQLite

/// The comparison: SQLite with a write-ahead log and synchronous=FULL, one event a transaction.
final class SQLiteLog {
  private var database: OpaquePointer?
  private var statement: OpaquePointer?

  /// A new database in `folder`.
  init(folder: String) {
    let path = folder + "/events.sqlite"
    Self.check(sqlite3_open(path, &database))
    run("PRAGMA journal_mode=WAL")
    run("PRAGMA synchronous=FULL")
    run("CREATE TABLE events (sequence INTEGER PRIMARY KEY, time INTEGER, payload BLOB)")
    Self.check(
      sqlite3_prepare_v2(
        database, "INSERT INTO events (time, payload) VALUES (?, ?)", -1, &statement, nil))
  }

  deinit {
    sqlite3_finalize(statement)
    sqlite3_close(database)
  }

  /// Stores one event durably: outside of BEGIN a statement is a transaction.
  func store(time: Int64, _ payload: [UInt8]) {
    sqlite3_bind_int64(statement, 1, time)
    payload.withUnsafeBytes { bytes in
      sqlite3_bind_blob(statement, 2, bytes.baseAddress, Int32(bytes.count), nil)
      Self.check(sqlite3_step(statement), SQLITE_DONE)
    }
    Self.check(sqlite3_reset(statement))
  }

  private func run(_ text: String) { Self.check(sqlite3_exec(database, text, nil, nil, nil)) }

  private static func check(_ code: Int32, _ expected: Int32 = SQLITE_OK) {
    precondition(code == expected, "SQLite says \(code)")
  }
}
