public import Model

/// Begins a new epoch of a log under another key.
///
/// The new log's first record cites the old one's final checkpoint, so that whoever knows the old log
/// can tell what follows it; with the old key at hand the old log's last record names the new key, so
/// that whoever trusts the old one need be told nothing. The old log stays, in a folder of its own.
///
/// Cut off at any moment it leaves either the old log in its place or, after
/// ``EpochFolders/settle()``, the new one. Whoever writes the log must be stopped.
public struct EpochChange: Sendable {
  /// Names of the files that stay in an old log's folder.
  enum Name {
    /// Its public key.
    static let key = "key.pub"
    /// The release bundle of the new log's first record, under the new log's first checkpoint.
    static let successor = "successor"
    /// The release bundle of its own last record, under its final checkpoint.
    static let handover = "handover"
    static let draft = "epoch.new"
  }

  /// What became of it.
  public enum Outcome: Sendable, Equatable {
    /// There was nothing that another key had signed.
    case notNeeded
    /// The log `of` was ended after `records` records; the new one is signed by `key`.
    case begun(of: Checkpoint, records: UInt64, key: NoteKey, isEndorsed: Bool)
  }

  private let folders: EpochFolders
  private let post: String
  private let seed: [UInt8]
  private let oldSeeds: [[UInt8]]
  private let oldKey: [UInt8]?

  /// A change to the key of `seed`.
  ///
  /// - Parameters:
  ///   - folders: which log of which post.
  ///   - post: name of the post.
  ///   - seed: of the new key, 32 bytes.
  ///   - oldSeeds: among which that of the old key is, where it is at hand.
  ///   - oldKey: the old public key, 32 bytes, where only that is known.
  public init(
    _ folders: EpochFolders, post: String, seed: [UInt8], oldSeeds: [[UInt8]],
    oldKey: [UInt8]? = nil
  ) {
    self.folders = folders
    self.post = post
    self.seed = seed
    self.oldSeeds = oldSeeds
    self.oldKey = oldKey
  }

  /// Whether the newest checkpoint in the place of the log was signed by another key than that of
  /// the seed.
  public func isNeeded() throws(LedgerError) -> Bool {
    let storage = try FolderStorage(folders.current, isWriter: false)
    guard let (note, checkpoint) = try CheckpointFile.read(from: storage),
      let epoch = LogKey.epoch(of: checkpoint.origin)
    else { return false }
    return !note.isSigned(by: LogKey.key(of: post, log: folders.log, epoch: epoch, seed: seed))
  }

  /// Makes the change, when it is needed.
  ///
  /// - Parameter now: when, UTC.
  /// - Throws: `inUse` while somebody writes the log; `otherKey` when neither the old seed nor the old
  ///   public key is that of the log; `damaged`, `diskFull`, `inputOutput`.
  public func run(at now: WallTime) throws(LedgerError) -> Outcome {
    try folders.settle()
    guard try isNeeded() else { return .notNeeded }
    var old = try EventLog(directory: folders.current, post: post, records: .plain)
    var new = try EventLog(directory: folders.next, post: post, records: .plain)
    let signer = LogKey.signer(of: post, log: folders.log, epoch: new.epoch, seed: seed)
    let before = try oldSigner(epoch: old.epoch)
    if before.signer != nil {
      try append(.ends(next: signer.key), of: before.key.name, to: &old, at: now)
    }
    let cited = try seal(old.durableSequence, before.key, before.signer)
    try append(.begins(cited), of: signer.key.name, to: &new, at: now)
    var fresh = try LedgerSeal(directory: folders.next, signer: signer, durable: 1)
    while try fresh.take(through: 1) {}
    _ = try fresh.sign()
    try leave(cited, isEndorsed: before.signer != nil)
    try swap(epoch: old.epoch)
    guard let checkpoint = cited.checkpoint else { preconditionFailure("it was read as one") }
    return .begun(
      of: checkpoint, records: cited.records, key: signer.key, isEndorsed: before.signer != nil)
  }

  private func append(
    _ role: EpochRecord.Role, of origin: String, to log: inout EventLog, at now: WallTime
  ) throws(LedgerError) {
    let record = EpochRecord(role, origin: origin, post: post, time: now)
    try unsafe log.append(record.header(at: now), payload: record.payload.span.bytes)
    try log.commit()
  }

  /// The old log's key, and its signer where the seed is at hand.
  private func oldSigner(
    epoch: UInt64
  ) throws(LedgerError) -> (key: NoteKey, signer: NoteSigner?) {
    let storage = try FolderStorage(folders.current, isWriter: false)
    guard let (note, _) = try CheckpointFile.read(from: storage) else {
      preconditionFailure("a change is needed only of what was signed")
    }
    for oldSeed in oldSeeds {
      let signer = LogKey.signer(of: post, log: folders.log, epoch: epoch, seed: oldSeed)
      if note.isSigned(by: signer.key) { return (signer.key, signer) }
    }
    let name = LogKey.origin(of: post, log: folders.log, epoch: epoch)
    if let oldKey, let key = NoteKey(name: name, algorithm: .ed25519, publicKey: oldKey),
      note.isSigned(by: key)
    {
      return (key, nil)
    }
    throw LedgerError(
      .otherKey, operation: "begin an epoch after", subject: folders.current,
      reason:
        "its checkpoint is signed by a key that is not at hand, neither secret nor public; put "
        + "ledger.pub back from a copy")
  }

  /// Signs the old log to its end, as far as its key is at hand, and says what is to be cited.
  private func seal(
    _ durable: UInt64, _ key: NoteKey, _ signer: NoteSigner?
  ) throws(LedgerError) -> EpochRecord.Citation {
    if let signer {
      var seal = try LedgerSeal(directory: folders.current, signer: signer, durable: durable)
      while try seal.take(through: durable) {}
      _ = try seal.sign()
    }
    let whole = try LogEnd(directory: folders.current)
    return EpochRecord.Citation(
      note: whole.note, key: key, records: whole.records, root: whole.root)
  }

  /// Leaves with the old log what somebody needs who comes from it.
  private func leave(
    _ cited: EpochRecord.Citation, isEndorsed: Bool
  ) throws(LedgerError) {
    let storage = try FolderStorage(folders.current, isWriter: false)
    func put(_ name: String, _ bytes: [UInt8]) throws(LedgerError) {
      try LogFiles.replace(name, by: Name.draft, with: bytes, in: storage)
    }
    try put(Name.key, Array("\(cited.key)\n".utf8))
    try put(Name.successor, try bundle(of: 1, in: folders.next))
    if isEndorsed { try put(Name.handover, try bundle(of: cited.records, in: folders.current)) }
  }

  private func bundle(of sequence: UInt64, in folder: String) throws(LedgerError) -> [UInt8] {
    let prover = try LedgerProver(directory: folder)
    guard let (_, record) = try prover.record(at: sequence) else {
      throw LedgerError(
        .damaged, operation: "prove from", subject: folder,
        reason: "record \(sequence), written just now, is not there")
    }
    return ReleaseBundle(
      record: String(decoding: record.bytes, as: UTF8.self), disclosures: [],
      proof: try prover.proof(of: sequence)
    ).json
  }

  private func swap(epoch: UInt64) throws(LedgerError) {
    let storage = try FolderStorage(folders.state, isWriter: false)
    do throws(StorageFailure) {
      try storage.rename(folders.name, to: folders.name(of: epoch))
      try storage.syncFolder()
      try storage.rename(folders.nextName, to: folders.name)
      try storage.syncFolder()
    } catch { throw LedgerError(error, on: folders.name, in: folders.state) }
  }
}
