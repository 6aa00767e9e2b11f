/// A whole ledger checked: its records against its tree, its tree against its checkpoint, its
/// checkpoint against a key.
public struct LedgerVerification: Sendable, Equatable {
  /// Something that is wrong.
  public struct Finding: Sendable, Equatable {
    /// The record it is about; `nil` for the ledger as a whole.
    public var sequence: UInt64?
    /// What was found and what was expected.
    public var text: String
  }

  /// The most findings that are kept.
  public static let findingsMax = 100

  /// Name of the log.
  public var origin = ""
  /// Records that the checkpoint covers.
  public var signed: UInt64 = 0
  /// Records that were read and checked.
  public var checked: UInt64 = 0
  /// Records that retention took, of which the leaves are kept.
  public var erased: UInt64 = 0
  /// Whole records after the checkpoint, which nothing vouches for yet.
  public var unsigned: UInt64 = 0
  /// What is wrong, the first of it.
  public private(set) var findings: [Finding] = []

  /// Whether nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  /// Checks the ledger in `directory` against the log's public key.
  ///
  /// Every record is read and hashed and the root is computed anew from the leaves. Of records that
  /// retention took the leaves that were kept are used. Damage is a finding; only what keeps the
  /// check from being made is thrown.
  ///
  /// - Throws: `noLedger`, `missing` (nothing was signed yet), `inputOutput`.
  public init(directory: String, key: NoteKey) throws(LedgerError) {
    let storage = try FolderStorage(directory, isWriter: false)
    let reader = try LogReader(storage: storage)
    guard let (note, checkpoint) = try CheckpointFile.read(from: storage) else {
      throw LedgerError(
        .missing, operation: "verify", subject: "\(directory)/\(CheckpointFile.name)",
        reason: "nothing is signed yet; the daemon signs within a second of the first event")
    }
    origin = checkpoint.origin
    signed = checkpoint.size
    if checkpoint.origin != key.name {
      tell(nil, "the checkpoint is of \(checkpoint.origin), the key of \(key.name)")
    } else if !note.isSigned(by: key) {
      tell(nil, "the checkpoint is not signed by the key \(key)")
    }
    do throws(LedgerError) {
      let tree = try TreeFiles(storage: storage, size: checkpoint.size, isWriter: false)
      let oldest = min(try reader.oldestSequence(), checkpoint.size + 1)
      erased = oldest - 1
      var frontier = TreeFrontier()
      try takeErased(of: tree, &frontier)
      try check(reader, tree, from: oldest, &frontier)
      if frontier.root != checkpoint.root {
        tell(nil, "the records do not give the root that was signed")
      }
      let newest = try reader.newestSequence()
      unsigned = newest - min(newest, checkpoint.size)
    } catch {
      guard error.code == .damaged || error.code == .missing || error.code == .unsupported else {
        throw error
      }
      tell(nil, "\(error)")
    }
  }

  private mutating func takeErased(
    of tree: TreeFiles<FolderStorage>, _ frontier: inout TreeFrontier
  ) throws(LedgerError) {
    var next: UInt64 = 0
    while next < erased {
      let end = min(next + 4_096, erased)
      for leaf in try tree.leaves(next..<end) { frontier.append(leaf) }
      next = end
    }
  }

  private mutating func check(
    _ reader: LogReader<FolderStorage>, _ tree: TreeFiles<FolderStorage>,
    from oldest: UInt64, _ frontier: inout TreeFrontier
  ) throws(LedgerError) {
    var next = oldest
    while next <= signed {
      var leaves: [TreeHash] = []
      let reading = try reader.read(
        from: next, limit: 4_096, bytesMax: 8 << 20, durable: signed
      ) { record, salts, payload in
        leaves.append(
          EventRecord(
            header: record.header, salts: [UInt8](copying: salts),
            payload: [UInt8](copying: payload)
          ).leaf)
      }
      guard case .events = reading, !leaves.isEmpty else {
        return tell(next, "the record was removed while it was looked for; verify again")
      }
      let kept = try tree.leaves(next - 1..<next - 1 + UInt64(leaves.count))
      for (leaf, known) in zip(leaves, kept) {
        if leaf != known { tell(next, "the record is not the one that was signed") }
        frontier.append(leaf)
        next += 1
      }
      checked += UInt64(leaves.count)
    }
  }

  private mutating func tell(_ sequence: UInt64?, _ text: String) {
    guard findings.count < Self.findingsMax else { return }
    findings.append(Finding(sequence: sequence, text: text))
  }
}
