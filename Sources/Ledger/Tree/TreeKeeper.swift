/// Grows the tree of a log behind its durable records and signs it, over any storage.
/// ``LedgerSeal`` tells its contract.
struct TreeKeeper<Storage: LogStorage> {
  /// Records taken in at once.
  static var batchMax: Int { 512 }

  private let storage: Storage
  private let reader: LogReader<Storage>
  private let signer: NoteSigner
  private var tree: TreeFiles<Storage>
  private var index: EventIndex<Storage>
  private(set) var signed: Checkpoint?
  /// Whether the tree was made anew and has not reached the signed size: its root is checked there.
  private var isRebuilding = false
  private let leaves = Leaves()

  /// Memory for making leaves, used again for each batch.
  private final class Leaves {
    var writer = LeafWriter()
  }

  /// The keeper of the log in `storage`, of which everything up to `durable` is durable.
  init(storage: Storage, signer: NoteSigner, durable: UInt64) throws(LedgerError) {
    self.storage = storage
    self.signer = signer
    reader = try LogReader(storage: storage)
    let found = try CheckpointFile.read(from: storage)
    guard let (note, checkpoint) = found else {
      tree = try TreeFiles(storage: storage, size: 0, isWriter: true)
      index = try EventIndex(storage: storage, size: 0, isWriter: true)
      return
    }
    let subject = "\(storage.place)/\(CheckpointFile.name)"
    guard checkpoint.origin == signer.key.name, note.isSigned(by: signer.key) else {
      throw LedgerError(
        .otherKey, operation: "sign", subject: subject,
        reason: "it was signed as \(checkpoint.origin) by another key; put the post's key back, or "
          + "move the ledger away to begin a new one with the new key")
    }
    guard checkpoint.size <= durable else {
      throw LedgerError(
        .damaged, operation: "sign", subject: storage.place,
        reason: "\(checkpoint.size) records were signed, \(durable) are there: the ledger was set "
          + "back. Nothing is signed until they are put back from a copy")
    }
    signed = checkpoint
    index = try EventIndex(storage: storage, size: checkpoint.size, isWriter: true)
    do throws(LedgerError) {
      let kept = try TreeFiles(storage: storage, size: checkpoint.size, isWriter: true)
      if try kept.root(size: checkpoint.size) == checkpoint.root {
        tree = kept
        return
      }
    } catch {
      guard error.code == .missing else { throw error }
    }
    // The records have all that the tree is made of, as long as none of them was removed.
    let oldest = try reader.oldestSequence()
    guard oldest == 1 else {
      throw LedgerError(
        .damaged, operation: "open", subject: storage.place,
        reason: "the files of the tree do not give the signed root, and the records before "
          + "\(oldest) that would rebuild it were removed; put the tree's files back from a copy")
    }
    tree = try TreeFiles(storage: storage, size: 0, isWriter: true)
    isRebuilding = true
  }

  /// Leaves in the tree.
  var size: UInt64 { tree.size }

  /// Takes in records up to `durable`, a batch of them; whether there are more.
  mutating func take(through durable: UInt64) throws(LedgerError) -> Bool {
    if index.size < tree.size {
      try catchUp()
      return true
    }
    guard tree.size < durable else { return false }
    var ids: [EventID] = []
    let known = index.size
    // Of what a failed reading left.
    _ = leaves.writer.take()
    let reading = try reader.read(
      from: tree.size + 1, limit: Self.batchMax, bytesMax: 4 << 20, durable: durable
    ) { record, salts, payload in
      leaves.writer.append(record.header, salts: salts, payload: payload)
      if record.sequence > known { ids.append(record.header.id) }
    }
    var taken = leaves.writer.take()
    if case .gone(let oldest) = reading {
      // Removed before there was a tree: nothing is known of them, and their leaf says so.
      let unknown = min(oldest - 1 - tree.size, UInt64(Self.batchMax))
      taken = Array(repeating: .leaf([]), count: Int(unknown))
      if known == tree.size { ids = Array(repeating: .none, count: Int(unknown)) }
    }
    try tree.append(taken)
    try index.append(ids)
    if isRebuilding { try checkRebuilt() }
    return tree.size < durable
  }

  /// Puts records that are in the tree and not in the index into it, a batch of them: the index was
  /// lost, or the ledger is older than it.
  private mutating func catchUp() throws(LedgerError) {
    var ids: [EventID] = []
    let reading = try reader.read(
      from: index.size + 1, limit: Self.batchMax, bytesMax: .max, durable: tree.size
    ) { record, _, _ in ids.append(record.header.id) }
    if case .gone(let oldest) = reading {
      let unknown = min(oldest - 1, tree.size) - index.size
      ids = Array(repeating: .none, count: Int(min(unknown, UInt64(Self.batchMax))))
    }
    try index.append(ids)
    // What a later opening finds in the file must be whole.
    try index.sync()
  }

  private mutating func checkRebuilt() throws(LedgerError) {
    guard let signed, tree.size >= signed.size else { return }
    guard try tree.root(size: signed.size) == signed.root else {
      throw LedgerError(
        .damaged, operation: "rebuild", subject: storage.place,
        reason: "the records do not give the root that was signed over the first \(signed.size) of "
          + "them: they were changed. Nothing is signed; put the folder back from a copy")
    }
    isRebuilding = false
  }

  /// Signs the tree as it is, when it has grown: the tree's files are synced first, and every record
  /// in it was durable before it was taken in.
  ///
  /// - Returns: whether there is a new checkpoint.
  mutating func sign() throws(LedgerError) -> Bool {
    guard !isRebuilding, tree.size > signed?.size ?? 0 else { return false }
    try tree.sync()
    try index.sync()
    let checkpoint = Checkpoint(
      origin: signer.key.name, size: tree.size, root: try tree.root(size: tree.size))
    guard var note = SignedNote(text: checkpoint.description) else {
      preconditionFailure("a checkpoint is a note's text")
    }
    note.sign(with: signer)
    try CheckpointFile.write(note, to: storage)
    signed = checkpoint
    return true
  }
}
