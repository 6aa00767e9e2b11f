/// Keeps the Merkle tree of a ledger beside its records and signs checkpoints of it.
///
/// Only durable records enter the tree, and the tree is durable before a checkpoint over it is
/// written: a checkpoint that anybody has seen can be proven against after any crash. A tree smaller
/// than the one signed last, or another of its size, is never signed.
///
/// Owned by the thread that owns the ``EventLog``; after an error it is let go and opened anew. The
/// files of the tree are rebuilt from the records when they are gone.
public struct LedgerSeal {
  private var keeper: TreeKeeper<FolderStorage>

  /// The seal of the ledger in `directory`, whose writer says that it is durable up to `durable`.
  ///
  /// - Throws: `otherKey` when the last checkpoint was signed by another key; `damaged` when
  ///   records that were signed are not there any more or were changed; `missing`, `inputOutput`.
  public init(
    directory: String, signer: NoteSigner, durable: UInt64
  ) throws(LedgerError) {
    keeper = try TreeKeeper(
      storage: try FolderStorage(directory, isWriter: false), signer: signer, durable: durable)
  }

  /// Records in the tree.
  public var size: UInt64 { keeper.size }
  /// Records under the newest checkpoint.
  public var signedSize: UInt64 { keeper.signed?.size ?? 0 }

  /// Takes in durable records, at most a few hundred (about 10 ms); whether there are more.
  ///
  /// - Throws: as opening.
  public mutating func take(through durable: UInt64) throws(LedgerError) -> Bool {
    try keeper.take(through: durable)
  }

  /// Signs what has been taken in, when it is more than was signed last: about three syncs.
  ///
  /// - Returns: whether there is a new checkpoint.
  /// - Throws: as opening, `diskFull`.
  public mutating func sign() throws(LedgerError) -> Bool { try keeper.sign() }
}
