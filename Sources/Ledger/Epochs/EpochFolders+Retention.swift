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
    /// The last one that goes.
    public var through: UInt64
    /// Whether nothing of it is left then.
    public var isWhole: Bool
  }

  /// The content of earlier logs that is older than `ageNanosMax`: whole segments of it, as of the log that
  /// is written, and all of it when its newest record is.
  ///
  /// What of it no checkpoint covers, because the old key was not at hand at its end, goes only when its
  /// leaves are safe: they are put into the tree's files, and the root over all records must be the one
  /// that the next epoch's first record cites.
  ///
  /// - Returns: what is due, and why what is due cannot be erased, a line for each log.
  /// - Throws: `inputOutput`, `damaged`, `missing`, `diskFull`.
  public func dueEarlier(
    ageNanosMax: Int64, now: WallTime
  ) throws(LedgerError) -> (due: [DueEarlier], obstacles: [String]) {
    var due: [DueEarlier] = []
    var obstacles: [String] = []
    for epoch in try earlierEpochs() {
      let log = try EarlierLog(directory: earlier(epoch))
      guard log.oldest <= log.newest else { continue }
      let through = try log.lastOlder(than: ageNanosMax, at: now)
      guard through >= log.oldest else { continue }
      if let obstacle = try log.obstacle(through: through) {
        obstacles.append("\(earlier(epoch)): records up to \(through) are not erased: \(obstacle)")
        continue
      }
      due.append(
        DueEarlier(
          epoch: epoch, origin: log.origin, from: log.oldest, through: through,
          isWhole: through == log.newest))
    }
    return (due, obstacles)
  }

  /// Erases the content of an earlier log; its leaves, its checkpoint and what leads to the next log
  /// stay.
  ///
  /// - Throws: as ``EventLog/applyRetention(bytesMax:ageNanosMax:now:sealedTo:)``.
  public func eraseEarlier(_ due: DueEarlier, post: String, now: WallTime) throws(LedgerError) {
    // The segment that takes the place of the others holds nothing.
    let options = LedgerOptions(segmentBytes: 4 << 10, groupBytesMax: 1 << 10, groupRecordsMax: 1)
    var log = try EventLog(directory: earlier(due.epoch), post: post, options: options)
    if due.isWhole {
      _ = try log.eraseWhole(now: now, sealedTo: due.through)
    } else {
      try log.removeSegments(through: due.through)
    }
    try log.close()
  }
}

/// A log that nobody writes any more, as retention looks at it.
private struct EarlierLog {
  let storage: FolderStorage
  let reader: LogReader<FolderStorage>
  let oldest: UInt64
  let newest: UInt64
  let checkpoint: Checkpoint?
  /// What the next epoch's first record says of this one, and when.
  let successor: EpochRecord?

  var origin: String { checkpoint?.origin ?? "" }

  init(directory: String) throws(LedgerError) {
    storage = try FolderStorage(directory, isWriter: false)
    reader = try LogReader(storage: storage)
    (oldest, newest) = (try reader.oldestSequence(), try reader.newestSequence())
    checkpoint = try CheckpointFile.read(from: storage)?.1
    let bytes = try LogFiles.contents(
      of: EpochChange.Name.successor, bytesMax: ReleaseBundle.byteCountMax, in: storage)
    successor = bytes.flatMap { ReleaseBundle($0) }.flatMap { EpochRecord(Array($0.record.utf8)) }
  }

  /// The last record of the segments that are older than so much, or of all; 0 for none.
  func lastOlder(than age: Int64, at now: WallTime) throws(LedgerError) -> UInt64 {
    let (bound, isBefore) = now.unixNanos.subtractingReportingOverflow(age)
    guard !isBefore else { return 0 }
    let firsts = try LogRecovery(storage: storage).wrap("") { () throws(StorageFailure) in
      try storage.names().compactMap(SegmentHeader.firstSequence).sorted()
    }
    var through: UInt64 = 0
    for first in firsts.dropFirst() where first <= newest {
      // One of the future says nothing of the segment before.
      guard let time = try earlyTime(from: first, notAfter: now) else { continue }
      guard time.unixNanos < bound else { return through }
      through = first - 1
    }
    var last: WallTime?
    _ = try reader.read(from: newest, limit: 1, bytesMax: .max, durable: newest) {
      record, _, _ in last = record.header.time
    }
    guard let last, last <= now else {
      // Its clock was ahead. The next epoch began later than all of it; texts of times sort as they do.
      let text = UTCText(WallTime(unixNanos: bound)).description
      return successor.map { $0.time < text } == true ? newest : through
    }
    return last.unixNanos < bound ? newest : through
  }

  /// Time of the first record from `sequence` on whose time has come; `nil` when there is none nearby.
  private func earlyTime(
    from sequence: UInt64, notAfter now: WallTime
  ) throws(LedgerError) -> WallTime? {
    var time: WallTime?
    _ = try reader.read(from: sequence, limit: 64, bytesMax: 1 << 16, durable: newest) {
      record, _, _ in
      if time == nil, record.header.time <= now { time = record.header.time }
    }
    return time
  }

  /// Why the leaves of the records up to `through` are not safe; `nil` when they are.
  func obstacle(through: UInt64) throws(LedgerError) -> String? {
    guard let checkpoint else { return "nothing of that log was signed" }
    if through <= checkpoint.size { return nil }
    guard case .begins(let cited)? = successor?.role, cited.records == newest else {
      return "\(checkpoint.size) of its \(newest) records are signed, and its file "
        + "\(EpochChange.Name.successor) cites no others; put that back from a copy"
    }
    func isCited(_ tree: TreeFiles<FolderStorage>) throws(LedgerError) -> Bool {
      try tree.root(size: newest) == cited.root
    }
    do throws(LedgerError) {
      let kept = try TreeFiles(storage: storage, size: newest, isWriter: false)
      if try isCited(kept) { return nil }
    } catch {
      guard error.code == .missing else { throw error }
    }
    var tree = try TreeFiles(storage: storage, size: checkpoint.size, isWriter: true)
    var writer = LeafWriter()
    while tree.size < newest {
      let reading = try reader.read(
        from: tree.size + 1, limit: 512, bytesMax: 4 << 20, durable: newest
      ) { record, salts, payload in
        writer.append(record.header, salts: salts, payload: payload)
      }
      let leaves = writer.take()
      guard case .events = reading, !leaves.isEmpty else { break }
      try tree.append(leaves)
    }
    guard tree.size == newest, try isCited(tree) else {
      return "they do not give the root that the next epoch cites"
    }
    try tree.sync()
    return nil
  }
}
