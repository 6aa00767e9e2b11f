/// Proves records of a ledger from its folder, while its writer goes on or without one.
public struct LedgerProver {
  /// The newest checkpoint as it is signed.
  public let note: SignedNote
  /// What it says.
  public let checkpoint: Checkpoint
  private let storage: FolderStorage
  let reader: LogReader<FolderStorage>
  let tree: TreeFiles<FolderStorage>

  /// A prover over the ledger in `directory`.
  ///
  /// - Throws: `noLedger`; `missing` when nothing was signed yet or files of the tree are not there;
  ///   `damaged`, `inputOutput`.
  public init(directory: String) throws(LedgerError) {
    let storage = try FolderStorage(directory, isWriter: false)
    self.storage = storage
    reader = try LogReader(storage: storage)
    guard let (note, checkpoint) = try CheckpointFile.read(from: storage) else {
      throw LedgerError(
        .missing, operation: "prove from", subject: "\(directory)/\(CheckpointFile.name)",
        reason: "nothing is signed yet; the daemon signs within a second of the first event")
    }
    self.note = note
    self.checkpoint = checkpoint
    tree = try TreeFiles(storage: storage, size: checkpoint.size, isWriter: false)
  }

  /// The record at `sequence` with its disclosures; `nil` when retention took it or it is not signed
  /// yet.
  public func record(
    at sequence: UInt64
  ) throws(LedgerError) -> (LedgerRecord, EventRecord)? {
    guard sequence >= 1, sequence <= checkpoint.size else { return nil }
    var found: (LedgerRecord, EventRecord)?
    _ = try reader.read(from: sequence, limit: 1, bytesMax: .max, durable: checkpoint.size) {
      record, salts, payload in
      found = (
        record,
        EventRecord(
          header: record.header, salts: [UInt8](copying: salts),
          payload: [UInt8](copying: payload))
      )
    }
    return found
  }

  /// What the log says of a record whose content is erased.
  public struct Erased: Sendable {
    /// Its place.
    public var sequence: UInt64
    /// Its leaf, which stays.
    public var leaf: TreeHash
    /// That the leaf stands in the log.
    public var proof: LogProof
    /// The newest word of the log on the erasure; `nil` when there is none, as before version 0.2.
    public var erasure: ErasureRecord?
  }

  /// What became of the record that `event` names by sequence or id; `nil` unless it is a signed one
  /// whose content was erased. Cost: reads the headers of all that is kept.
  public func erased(_ event: String) throws(LedgerError) -> Erased? {
    let oldest = min(try reader.oldestSequence(), checkpoint.size + 1)
    var sequence = UInt64(event)
    if sequence == nil, let id = EventID(event.prefix { $0 != "/" }) {
      sequence = try openIndex()?.newest(of: id) { (found) throws(LedgerError) in found < oldest }
    }
    guard let sequence, sequence >= 1, sequence < oldest else { return nil }
    return Erased(
      sequence: sequence, leaf: try tree.leaf(sequence - 1), proof: try proof(of: sequence),
      erasure: try erasure(of: sequence, in: checkpoint.origin))
  }

  /// The newest word of this log on the erasure of record `sequence` of log `origin`, which is this one or
  /// one that it follows; `nil` when there is none. Cost: reads the headers of all that is kept.
  public func erasure(
    of sequence: UInt64, in origin: String
  ) throws(LedgerError) -> ErasureRecord? {
    var erasure: ErasureRecord?
    var next = min(try reader.oldestSequence(), checkpoint.size + 1)
    while next <= checkpoint.size {
      let reading = try reader.read(
        from: next, limit: 10_000, bytesMax: .max, durable: checkpoint.size
      ) { record, _, payload in
        guard record.header.kind == .erasure,
          let found = ErasureRecord([UInt8](copying: payload)), found.origin == origin,
          (found.from...found.through).contains(sequence)
        else { return }
        erasure = found
      }
      guard case .events(_, let following) = reading, following > next else { break }
      next = following
    }
    return erasure
  }

  /// The newest sequence of the event that `id` names as `<event id>` or `<event id>/<version>`;
  /// `nil` when it is not among the signed ones. Cost: a read for each 2^16 events; reads all that is
  /// kept when the index is not there, or has no such event.
  public func sequence(of id: String) throws(LedgerError) -> UInt64? {
    let parts = id.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let wanted = EventID(parts[0]) else { return nil }
    let version = parts.count == 2 ? UInt32(parts[1]) : nil
    guard parts.count == 1 || version.map({ "\($0)" == parts[1] }) == true else { return nil }
    func isNamed(_ header: EventHeader) -> Bool {
      header.id == wanted && (version.map { $0 == header.version } ?? true)
    }
    let oldest = try reader.oldestSequence()
    guard oldest <= checkpoint.size else { return nil }
    let index = try openIndex()
    let indexed = max(index?.size ?? 0, oldest - 1)
    if let found = try newest(in: indexed + 1..<checkpoint.size + 1, where: isNamed) {
      return found
    }
    let found = try index?.newest(of: wanted) { (sequence) throws(LedgerError) in
      guard sequence >= oldest, sequence <= checkpoint.size else { return false }
      return try newest(in: sequence..<sequence + 1, where: isNamed) != nil
    }
    if let found { return found }
    return try newest(in: oldest..<indexed + 1, where: isNamed)
  }

  func openIndex() throws(LedgerError) -> EventIndex<FolderStorage>? {
    do throws(LedgerError) {
      return try EventIndex(storage: storage, size: checkpoint.size, isWriter: false)
    } catch {
      guard error.code == .missing else { throw error }
      return nil
    }
  }

  /// The newest record of `range` whose header `isNamed`.
  private func newest(
    in range: Range<UInt64>, where isNamed: (EventHeader) -> Bool
  ) throws(LedgerError) -> UInt64? {
    var next = range.lowerBound
    var found: UInt64?
    while next < range.upperBound {
      let reading = try reader.read(
        from: next, limit: 10_000, bytesMax: .max, durable: range.upperBound - 1
      ) { record, _, _ in
        if isNamed(record.header) { found = record.sequence }
      }
      switch reading {
      case .events(_, let following): next = following
      case .gone(let oldest): next = oldest
      }
    }
    return found
  }

  /// The proof that the record at `sequence` stands in the log of the newest checkpoint.
  ///
  /// - Precondition: 1 ≤ `sequence` ≤ size of the checkpoint.
  public func proof(of sequence: UInt64) throws(LedgerError) -> LogProof {
    LogProof(
      index: sequence - 1,
      hashes: try tree.inclusion(of: sequence - 1, size: checkpoint.size), note: note)
  }

  /// The proof that the tree of `old` leaves is the beginning of the newest one.
  ///
  /// - Precondition: `old` is at most the size of the checkpoint.
  public func consistency(from old: UInt64) throws(LedgerError) -> [TreeHash] {
    try tree.consistency(from: old, to: checkpoint.size)
  }

  /// The same with the checkpoint, as it is sent.
  ///
  /// - Precondition: `old` is at most the size of the checkpoint.
  public func growth(from old: UInt64) throws(LedgerError) -> ConsistencyProof {
    ConsistencyProof(old: old, hashes: try consistency(from: old), note: note)
  }
}
