public import Model

extension EpochFolders {
  /// Content of an earlier log that is to be erased.
  public struct DueEarlier: Sendable, Equatable {
    /// The log.
    public var epoch: UInt64
    /// Its name.
    public var origin: String
    /// The first record that is kept.
    public var from: UInt64
    /// The last one.
    public var through: UInt64
  }

  /// The earlier logs whose newest record is older than `ageNanosMax` and that are signed to their end.
  /// Of one that is not, records would go whose leaves are in no signed tree: it stays.
  ///
  /// - Throws: `inputOutput`, `damaged`, `missing`.
  public func dueEarlier(
    ageNanosMax: Int64, now: WallTime
  ) throws(LedgerError) -> [DueEarlier] {
    var due: [DueEarlier] = []
    for epoch in try earlierEpochs() {
      let storage = try FolderStorage(earlier(epoch), isWriter: false)
      let reader = try LogReader(storage: storage)
      let (oldest, newest) = (try reader.oldestSequence(), try reader.newestSequence())
      guard oldest <= newest, let (_, checkpoint) = try CheckpointFile.read(from: storage),
        checkpoint.size == newest
      else { continue }
      var time: WallTime?
      _ = try reader.read(from: newest, limit: 1, bytesMax: .max, durable: newest) {
        record, _, _ in time = record.header.time
      }
      guard let time,
        now.unixNanos.subtractingReportingOverflow(time.unixNanos).partialValue > ageNanosMax
      else { continue }
      due.append(
        DueEarlier(epoch: epoch, origin: checkpoint.origin, from: oldest, through: newest))
    }
    return due
  }

  /// Erases the content of an earlier log; its leaves, its checkpoint and what leads to the next log
  /// stay.
  ///
  /// - Throws: as ``EventLog/applyRetention(bytesMax:ageNanosMax:now:sealedTo:)``.
  public func eraseEarlier(_ due: DueEarlier, post: String, now: WallTime) throws(LedgerError) {
    // The segment that takes the place of the others holds nothing.
    let options = LedgerOptions(segmentBytes: 4 << 10, groupBytesMax: 1 << 10, groupRecordsMax: 1)
    var log = try EventLog(directory: earlier(due.epoch), post: post, options: options)
    _ = try log.eraseWhole(now: now, sealedTo: due.through)
    try log.close()
  }
}
