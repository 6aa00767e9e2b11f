public import Ledger
public import Publishing

/// The ledger's reader as the feed wants it.
public struct LedgerStore: EventStore {
  /// Bytes of payload read at once at most.
  private static let bytesMax = 4 << 20

  private let reader: EventLogReader

  /// The ledger in `directory`, which must exist.
  public init(directory: String) throws(LedgerError) {
    reader = try EventLogReader(directory: directory)
  }

  /// Identity of the ledger.
  public var epoch: UInt64 { reader.epoch }

  /// The oldest event still kept.
  public func oldestSequence() throws -> UInt64 { try reader.oldestSequence() }

  /// The newest event on disk; only for a ledger that nobody writes.
  public func newestSequence() throws -> UInt64 { try reader.newestSequence() }

  /// Events from `sequence` on with their payloads; `nil` when retention has overtaken it.
  func records(
    from sequence: UInt64, through last: UInt64, limit: Int
  ) throws -> [(LedgerRecord, [UInt8])]? {
    var records: [(LedgerRecord, [UInt8])] = []
    let reading = try reader.read(
      from: sequence, limit: limit, bytesMax: Self.bytesMax, durable: last
    ) { record, payload in records.append((record, Array(copying: payload))) }
    if case .gone = reading { return nil }
    return records
  }

  /// Events from `sequence` on; none when retention has overtaken it.
  public func events(
    from sequence: UInt64, through last: UInt64, limit: Int
  ) throws -> [StoredEvent] {
    var events: [StoredEvent] = []
    _ = try reader.read(
      from: sequence, limit: limit, bytesMax: Self.bytesMax, durable: last
    ) { record, payload in
      events.append(
        StoredEvent(
          sequence: record.sequence, type: "\(record.header.kind.typeName)",
          id: record.header.cloudEventID, time: record.header.timeText,
          isExercise: record.header.isExercise, data: Array(copying: payload)))
    }
    return events
  }
}
