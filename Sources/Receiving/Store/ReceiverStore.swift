import Foundation
import GRDB
import Ledger

/// A center's store: the events of all its feeds with their proofs, where each feed stands, and what
/// was noticed, in one SQLite file.
///
/// A transaction holds what came and the place after it, and is on the disk (`synchronous = FULL`)
/// before anything of it is acknowledged or handed on: after a power cut there is neither a gap nor a
/// duplicate. One call writes at a time; those that read run beside it and see what was stored before.
public final class ReceiverStore: Sendable {
  /// Seconds that a call waits for another process that writes.
  private static let busySeconds = 10.0

  /// Connections that read beside the one that writes.
  private static let readersMax = 2

  let queue: any DatabaseWriter

  /// The store at `path`, made when it is not there.
  ///
  /// - Parameter isReader: whether it is only looked at.
  /// - Throws: ``ReceivingError``.
  public init(path: String, isReader: Bool = false) throws {
    var configuration = Configuration()
    configuration.busyMode = .timeout(Self.busySeconds)
    configuration.readonly = isReader
    if !isReader { configuration.journalMode = .wal }
    do {
      configuration.maximumReaderCount = Self.readersMax
      guard !isReader else {
        queue = try DatabaseQueue(path: path, configuration: configuration)
        return
      }
      queue = try DatabasePool(path: path, configuration: configuration)
      // The library chooses NORMAL with a write-ahead log: the last transactions before a power cut
      // would be lost, after their post was told that they are stored.
      try queue.writeWithoutTransaction {
        try $0.execute(sql: "PRAGMA synchronous = FULL")
        // 32 MiB: a center that catches up writes the file some times, not at each transaction.
        try $0.execute(sql: "PRAGMA wal_autocheckpoint = 8192")
        // 32 MiB, too: a lot of a center that catches up fits, and no page of it is written twice.
        try $0.execute(sql: "PRAGMA cache_size = -32768")
      }
      try Self.migrator.migrate(queue)
    } catch { throw Self.fault(path, error) }
  }

  static func fault(_ path: String, _ error: any Error) -> ReceivingError {
    ReceivingError(
      .store, path,
      "\(error); the folder must be there and writable, the file a store of this version")
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE feed (
            name TEXT PRIMARY KEY, cursor TEXT, note TEXT, acknowledged TEXT,
            barred INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
          CREATE TABLE event (
            row INTEGER PRIMARY KEY AUTOINCREMENT, feed TEXT NOT NULL, epoch TEXT NOT NULL,
            sequence INTEGER NOT NULL, id TEXT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL,
            time TEXT, exercise INTEGER NOT NULL, state TEXT NOT NULL,
            withdrawn INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL, erase INTEGER,
            body BLOB NOT NULL, bundle BLOB, settled INTEGER UNIQUE,
            UNIQUE (feed, epoch, sequence));
          CREATE INDEX event_of ON event (feed, event);
          CREATE INDEX pending ON event (feed, row) WHERE state = 'pending';
          CREATE INDEX unsettled ON event (feed, row) WHERE settled IS NULL;
          CREATE INDEX erasable ON event (erase) WHERE erase IS NOT NULL;
          CREATE TABLE notice (
            number INTEGER PRIMARY KEY AUTOINCREMENT, feed TEXT NOT NULL, kind TEXT NOT NULL,
            text TEXT NOT NULL, first TEXT, last TEXT, evidence TEXT NOT NULL, noticed INTEGER NOT NULL);
          CREATE TABLE consumer (name TEXT PRIMARY KEY, row INTEGER NOT NULL, number INTEGER NOT NULL)
            WITHOUT ROWID;
          """)
    }
    migrator.registerMigration("2") { db in
      try db.execute(sql: "ALTER TABLE feed ADD COLUMN key TEXT")
    }
    migrator.registerMigration("3") { db in
      try db.execute(
        sql: """
          CREATE TABLE tally (
            feed TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (feed, state)) WITHOUT ROWID;
          INSERT INTO tally SELECT feed, state, count(*) FROM event GROUP BY feed, state;
          """)
    }
    // What waits for its proof is looked for by its place in the ledger: proofs come for a stretch of it.
    migrator.registerMigration("4") { db in
      try db.execute(
        sql: """
          DROP INDEX pending;
          CREATE INDEX pending ON event (feed, epoch, sequence) WHERE state = 'pending';
          """)
    }
    return migrator
  }

  /// Milliseconds since 1970 UTC.
  static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
