/// What somebody outside has seen of a log: its newest checkpoint. Takes newer ones only with the
/// proof that nothing that was seen was changed or taken away.
///
/// With it a center notices a ledger that was set back or rewritten, and one that tells two centers two
/// histories, once their checkpoints come together.
public struct SeenLog: Sendable, Equatable {
  /// The log's public key; its name is the origin.
  public let key: NoteKey
  /// The newest checkpoint that was taken, as it was signed; `nil` before the first.
  public private(set) var note: SignedNote?
  /// What it says.
  public private(set) var checkpoint: Checkpoint?

  /// A log of which nothing was seen.
  public init(key: NoteKey) { self.key = key }

  /// A log of which `note` was taken before; `nil` when it is no checkpoint of this log.
  public init?(key: NoteKey, note: SignedNote) {
    guard let checkpoint = Checkpoint(note.text), checkpoint.origin == key.name,
      note.isSigned(by: key)
    else { return nil }
    self.key = key
    self.note = note
    self.checkpoint = checkpoint
  }

  /// Leaves that were seen.
  public var size: UInt64 { checkpoint?.size ?? 0 }

  /// What became of a checkpoint.
  public enum Verdict: Sendable, Equatable {
    /// It is taken: it continues what was seen.
    case taken
    /// It is what was seen last.
    case known
    /// The note is no checkpoint of this log.
    case notOfThisLog
    /// The log's signature is not there or wrong.
    case unsigned
    /// The proof begins at another tree than the one that was seen, or its hashes lead elsewhere. It
    /// may be the proof that is wrong, not the log.
    case unproven
    /// The log signed fewer leaves than it did before: it was set back.
    case setBack(to: UInt64)
    /// The log signed two different trees of the same size. Both notes are evidence of it.
    case equivocation
  }

  /// Takes the checkpoint of `proof` when it continues what was seen.
  public mutating func take(_ proof: ConsistencyProof) -> Verdict {
    guard let found = Checkpoint(proof.note.text), found.origin == key.name else {
      return .notOfThisLog
    }
    guard proof.note.isSigned(by: key) else { return .unsigned }
    if let checkpoint {
      guard found.size >= checkpoint.size else { return .setBack(to: found.size) }
      if found.size == checkpoint.size {
        return found.root == checkpoint.root ? .known : .equivocation
      }
    }
    let isContinued = ProofCheck.isConsistent(
      old: size, checkpoint?.root ?? .empty, new: found.size, found.root, proof: proof.hashes)
    guard proof.old == size, isContinued else { return .unproven }
    note = proof.note
    checkpoint = found
    return .taken
  }
}
