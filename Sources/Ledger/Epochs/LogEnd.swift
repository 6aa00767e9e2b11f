/// The end of a log that nobody writes: its final checkpoint, and the tree over all of its records,
/// also those that were not signed any more.
struct LogEnd {
  /// The final checkpoint as it was signed.
  let note: SignedNote
  /// What it says.
  let checkpoint: Checkpoint
  /// Records of the log.
  let records: UInt64
  /// The root over all of them.
  let root: TreeHash

  /// The end of the log in `directory`. Cost: reads the tree's leaves, and the records behind them.
  ///
  /// - Throws: `missing` when nothing was signed; `damaged` when the log ends before its checkpoint or
  ///   the tree does not give its root; `inputOutput`.
  init(directory: String) throws(LedgerError) {
    let storage = try FolderStorage(directory, isWriter: false)
    let reader = try LogReader(storage: storage)
    guard let (note, checkpoint) = try CheckpointFile.read(from: storage) else {
      throw LedgerError(
        .missing, operation: "end", subject: "\(directory)/\(CheckpointFile.name)",
        reason: "nothing is signed yet")
    }
    self.note = note
    self.checkpoint = checkpoint
    records = try reader.newestSequence()
    let tree = try TreeFiles(storage: storage, size: checkpoint.size, isWriter: false)
    guard records >= checkpoint.size, try tree.root(size: checkpoint.size) == checkpoint.root else {
      throw LedgerError(
        .damaged, operation: "end", subject: directory,
        reason:
          "its \(records) records are not those that its checkpoint of \(checkpoint.size) was "
          + "signed over; put them back from a copy")
    }
    var frontier = TreeFrontier()
    var next: UInt64 = 0
    while next < checkpoint.size {
      let end = min(next + 4_096, checkpoint.size)
      for leaf in try tree.leaves(next..<end) { frontier.append(leaf) }
      next = end
    }
    // Of what retention took behind the checkpoint the leaves are in the tree's files.
    let kept = max(checkpoint.size, min(try reader.oldestSequence() - 1, records))
    if kept > checkpoint.size {
      let longer = try TreeFiles(storage: storage, size: kept, isWriter: false)
      while next < kept {
        let end = min(next + 4_096, kept)
        for leaf in try longer.leaves(next..<end) { frontier.append(leaf) }
        next = end
      }
    }
    try Self.take(reader, from: kept + 1, through: records, into: &frontier)
    root = records == checkpoint.size ? checkpoint.root : frontier.root
  }

  private static func take(
    _ reader: LogReader<FolderStorage>, from first: UInt64, through last: UInt64,
    into frontier: inout TreeFrontier
  ) throws(LedgerError) {
    var writer = LeafWriter()
    var next = first
    while next <= last {
      let reading = try reader.read(from: next, limit: 4_096, bytesMax: .max, durable: last) {
        record, salts, payload in
        writer.append(record.header, salts: salts, payload: payload)
      }
      for leaf in writer.take() { frontier.append(leaf) }
      guard case .events(_, let following) = reading, following > next else {
        throw LedgerError(
          .damaged, operation: "end", subject: reader.storage.place,
          reason: "record \(next) was removed before it was signed")
      }
      next = following
    }
  }
}
