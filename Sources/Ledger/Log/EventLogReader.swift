/// An event as it stands in the ledger, without its payload.
public struct LedgerRecord: BitwiseCopyable, Sendable, Equatable {
  /// Place in the ledger, from 1, without gap.
  public var sequence: UInt64
  /// What it is.
  public var header: EventHeader

  /// The event at `sequence`.
  public init(sequence: UInt64, header: EventHeader) {
    self.sequence = sequence
    self.header = header
  }
}

/// What a reading brought.
public enum LedgerReading: Equatable, Sendable {
  /// So many events; the next reading begins with sequence `next`.
  case events(count: Int, next: UInt64)
  /// The events asked for were removed by retention; the oldest one kept is `oldest`.
  case gone(oldest: UInt64)
}

/// What a reader's cursor means to this ledger.
public enum CursorStanding: Equatable, Sendable {
  /// The next event for it is `next` (which may not be there yet).
  case valid(next: UInt64)
  /// Events after it were removed by retention; the oldest one kept is `oldest`.
  case gone(oldest: UInt64)
  /// It belongs to another ledger; this one's epoch is `current`.
  case unknownEpoch(current: UInt64)
  /// It names an event that this ledger has not given out yet; the newest is `newest`.
  case ahead(newest: UInt64)
}

/// Reads the events of a ledger by sequence, while its writer goes on.
///
/// May be used by any number of threads; calls block for the reads. Every record is checked before
/// it is lent. What may be seen is bounded by the `durable` that the caller passes, taken from the
/// writer (``EventLog/durableSequence``): records beyond it may still be lost in a crash.
public struct EventLogReader: Sendable {
  private let reader: LogReader<FolderStorage>

  /// Opens the ledger in `directory` for reading; takes no lock and changes nothing.
  ///
  /// - Throws: `noLedger`, `damaged`, `inputOutput`, `missing`.
  public init(directory: String) throws(LedgerError) {
    reader = try LogReader(storage: try FolderStorage(directory, isWriter: false))
  }

  /// Names this ledger; cursors carry it.
  public var epoch: UInt64 { reader.epoch }
  /// The post whose ledger this is.
  public var post: String { reader.post }

  /// The oldest sequence kept; 1 in a new ledger.
  ///
  /// - Throws: `inputOutput`.
  public func oldestSequence() throws(LedgerError) -> UInt64 { try reader.oldestSequence() }

  /// The newest whole record in the files; one less than the oldest when there is none. For tools
  /// that read a folder without its writer: while a daemon writes, the last group of these may not
  /// be synced yet.
  ///
  /// - Throws: `inputOutput`, `damaged`, `unsupported`. Cost: reads the newest segment.
  public func newestSequence() throws(LedgerError) -> UInt64 { try reader.newestSequence() }

  /// Lends events in order, beginning with `sequence`.
  ///
  /// - Parameters:
  ///   - sequence: the first one wanted, from 1.
  ///   - limit: events at most.
  ///   - bytesMax: payload bytes after which no further event is begun.
  ///   - durable: nothing beyond this sequence is lent.
  ///   - body: gets each event with its payload, canonical JSON, valid during the call.
  /// - Throws: `damaged` or `missing` with file and offset when an event up to `durable` cannot be
  ///   read: it is never skipped; `unsupported`, `inputOutput`.
  public func read(
    from sequence: UInt64, limit: Int = 500, bytesMax: Int = 4 << 20, durable: UInt64,
    _ body: (LedgerRecord, RawSpan) -> Void
  ) throws(LedgerError) -> LedgerReading {
    try reader.read(from: sequence, limit: limit, bytesMax: bytesMax, durable: durable) {
      record, _, payload in body(record, payload)
    }
  }

  /// Lends events in order with their salts (empty where a record has none), otherwise like
  /// ``read(from:limit:bytesMax:durable:_:)``.
  public func readSalted(
    from sequence: UInt64, limit: Int = 500, bytesMax: Int = 4 << 20, durable: UInt64,
    _ body: (LedgerRecord, _ salts: RawSpan, _ payload: RawSpan) -> Void
  ) throws(LedgerError) -> LedgerReading {
    try reader.read(from: sequence, limit: limit, bytesMax: bytesMax, durable: durable, body)
  }

  /// Reads everything up to `durable` and checks it; returns the number of events.
  ///
  /// - Throws: as ``read(from:limit:bytesMax:durable:_:)``, for the first event that is unreadable.
  public func verify(durable: UInt64) throws(LedgerError) -> UInt64 {
    var next = try oldestSequence()
    var total: UInt64 = 0
    while next <= durable {
      switch try read(from: next, limit: 10_000, bytesMax: .max, durable: durable, { _, _ in }) {
      case .events(let count, let following):
        total += UInt64(count)
        next = following
      case .gone(let oldest): next = oldest
      }
    }
    return total
  }

  /// Where a cursor stands in this ledger.
  ///
  /// - Throws: `inputOutput`.
  public func standing(
    of cursor: EventCursor, durable: UInt64
  ) throws(LedgerError) -> CursorStanding {
    guard cursor.epoch == epoch else { return .unknownEpoch(current: epoch) }
    guard cursor.sequence <= durable else { return .ahead(newest: durable) }
    let oldest = try oldestSequence()
    guard cursor.sequence + 1 >= oldest else { return .gone(oldest: oldest) }
    return .valid(next: cursor.sequence + 1)
  }
}
