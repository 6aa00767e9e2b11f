public import Ledger
public import Publishing

/// The ledger's reader as the feed wants it.
public struct LedgerStore: EventStore {
  /// Bytes of payload read at once at most.
  private static let bytesMax = 4 << 20
  /// Events of which the ones between are read rather than sought.
  private static let apartMax: UInt64 = 16
  /// Events that are looked for in one go at most.
  private static let togetherMax: UInt64 = 512

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
    from sequence: UInt64, through last: UInt64, limit: Int, bytesMax: Int = Self.bytesMax
  ) throws -> [(LedgerRecord, [UInt8])]? {
    var records: [(LedgerRecord, [UInt8])] = []
    let reading = try reader.read(
      from: sequence, limit: limit, bytesMax: bytesMax, durable: last
    ) { record, payload in records.append((record, Array(copying: payload))) }
    if case .gone = reading { return nil }
    return records
  }

  /// Lends the events at `sequences`, in their order; of those that are not there, or are behind
  /// `newest`, nothing. What stands close together is read in one go.
  func visit(
    _ sequences: [UInt64], newest: UInt64, _ body: (LedgerRecord?, [UInt8]?) -> Void
  ) throws {
    var rest = sequences[...]
    while let first = rest.first {
      var (last, count) = (first, 1)
      for next in rest.dropFirst() {
        guard next > last, next - last <= Self.apartMax, next - first < Self.togetherMax,
          next <= newest
        else { break }
        (last, count) = (next, count + 1)
      }
      let wanted = rest.prefix(count)
      rest = rest.dropFirst(count)
      guard first <= newest,
        let found = try records(
          from: first, through: last, limit: Int(last - first) + 1, bytesMax: .max)
      else {
        for _ in wanted { body(nil, nil) }
        continue
      }
      var next = found.startIndex
      for sequence in wanted {
        while next < found.endIndex, found[next].0.sequence < sequence { next += 1 }
        let isThere = next < found.endIndex && found[next].0.sequence == sequence
        body(isThere ? found[next].0 : nil, isThere ? found[next].1 : nil)
      }
    }
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
