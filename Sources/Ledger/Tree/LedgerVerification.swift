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

  /// Of a ledger that could not be looked at.
  public static let none = LedgerVerification()

  private init() {}

  /// Whether nothing is wrong.
  public var isSound: Bool { findings.isEmpty }

  /// Checks the ledger in `directory` against the log's public key.
  ///
  /// Every record is read and hashed and the root is computed anew from the leaves. Of records that
  /// retention took the leaves that were kept are used. Damage is a finding; only what keeps the
  /// check from being made is thrown.
  ///
  /// - Parameter threads: how many work at it; unless told, one for each core.
  /// - Throws: `noLedger`, `missing` (nothing was signed yet), `inputOutput`.
  public init(
    directory: String, key: NoteKey, threads: Int? = nil
  ) throws(LedgerError) {
    let storage = try FolderStorage(directory, isWriter: false)
    let reader: LogReader<FolderStorage>
    let signature: (SignedNote, Checkpoint)?
    do throws(LedgerError) {
      reader = try LogReader(storage: storage)
      signature = try CheckpointFile.read(from: storage)
    } catch {
      guard error.code == .damaged || error.code == .unsupported else { throw error }
      tell(nil, "\(error)")
      return
    }
    guard let (note, checkpoint) = signature else {
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
      let check = StretchCheck(storage: storage, tree: tree, oldest: oldest)
      try take(check.run(threads: threads ?? Workers.coreCount), checkpoint)
      let newest = try reader.newestSequence()
      unsigned = newest - min(newest, checkpoint.size)
    } catch {
      guard Self.isDamage(error) else { throw error }
      tell(nil, "\(error)")
    }
  }

  /// Puts together what was found in the stretches.
  private mutating func take(
    _ outcomes: [StretchCheck.Outcome], _ checkpoint: Checkpoint
  ) throws(LedgerError) {
    var frontier = TreeFrontier()
    var isWhole = true
    for outcome in outcomes {
      checked += outcome.checked
      for finding in outcome.findings { tell(finding.sequence, finding.text) }
      frontier.append(outcome.frontier)
      guard let error = outcome.error else { continue }
      guard Self.isDamage(error) else { throw error }
      tell(nil, "\(error)")
      isWhole = false
    }
    if isWhole, frontier.root != checkpoint.root {
      tell(nil, "the records do not give the root that was signed")
    }
  }

  private static func isDamage(_ error: LedgerError) -> Bool {
    error.code == .damaged || error.code == .missing || error.code == .unsupported
  }

  private mutating func tell(_ sequence: UInt64?, _ text: String) {
    guard findings.count < Self.findingsMax else { return }
    findings.append(Finding(sequence: sequence, text: text))
  }
}
