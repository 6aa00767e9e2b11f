/// The way from one epoch of a log to the next, as the old log's folder keeps it: what somebody needs
/// who has followed the old one.
public struct Succession: Sendable, Equatable {
  /// That the final checkpoint of the old log continues what was seen of it.
  public var consistency: ConsistencyProof
  /// The old log's last record, which names the new key, under the final checkpoint; `nil` when the
  /// old key was not at hand.
  public var handover: ReleaseBundle?
  /// The new log's first record, which cites the final checkpoint, under a checkpoint of the new log.
  public var successor: ReleaseBundle

  /// A way.
  public init(
    consistency: ConsistencyProof, handover: ReleaseBundle?, successor: ReleaseBundle
  ) {
    self.consistency = consistency
    self.handover = handover
    self.successor = successor
  }

  /// The way on from epoch `epoch` for somebody who has seen its first `size` leaves; `nil` when it is
  /// not among the earlier epochs, or has no more than `size` signed leaves.
  ///
  /// - Throws: `missing`, `damaged`, `inputOutput`.
  public init?(
    from epoch: UInt64, size: UInt64, in folders: EpochFolders
  ) throws(LedgerError) {
    guard try folders.earlierEpochs().contains(epoch) else { return nil }
    let place = folders.earlier(epoch)
    let prover = try LedgerProver(directory: place)
    let storage = try FolderStorage(place, isWriter: false)
    func bundle(_ name: String) throws(LedgerError) -> ReleaseBundle? {
      try LogFiles.contents(of: name, bytesMax: ReleaseBundle.byteCountMax, in: storage)
        .flatMap { ReleaseBundle($0) }
    }
    guard size <= prover.checkpoint.size, let successor = try bundle(EpochChange.Name.successor)
    else { return nil }
    self.init(
      consistency: try prover.growth(from: size), handover: try bundle(EpochChange.Name.handover),
      successor: successor)
  }

  /// Reads what ``json`` wrote; `nil` for anything else.
  public init?(_ json: [UInt8]) {
    guard let whole = CanonicalObject(json[...]),
      whole.members.map(\.name) == ["consistency", "handover", "successor"],
      let consistency = whole["consistency"].flatMap({ CanonicalString.text(of: $0) }).flatMap({
        ConsistencyProof($0)
      }), let successor = whole["successor"].flatMap({ ReleaseBundle(Array($0)) }),
      let handover = whole["handover"]
    else { return nil }
    self.init(
      consistency: consistency, handover: ReleaseBundle(Array(handover)), successor: successor)
    guard self.json == json else { return nil }
  }

  /// The way as one line of canonical JSON.
  public var json: [UInt8] {
    Array(#"{"consistency":"#.utf8) + CanonicalString.quoted(consistency.description)
      + Array(#","handover":"#.utf8) + (handover?.json ?? Array("null".utf8))
      + Array(#","successor":"#.utf8) + successor.json + [UInt8(ascii: "}")]
  }

  /// What a check found.
  public enum Verdict: Sendable, Equatable {
    /// The log of `key` follows the one that was seen; its first record stands under `note`, and the
    /// old one ended with `records` records.
    case follows(key: NoteKey, note: SignedNote, records: UInt64)
    /// The final checkpoint does not continue what was seen.
    case brokenOff(SeenLog.Verdict)
    /// The first record of the new log is not proven, or cites another checkpoint.
    case notCited(String)
    /// The log of this origin is signed by a key that neither the old log's last record names nor
    /// anybody told.
    case unknownKey(origin: String)
  }

  /// Checks the way from what was seen of the old log.
  ///
  /// - Parameters:
  ///   - seen: the old log, as it was seen.
  ///   - epoch: the epoch that the new log should have; `nil` when any will do.
  ///   - expected: a public key, 32 bytes, that is trusted for the new log without the old key's word.
  public func verdict(
    after seen: SeenLog, epoch: UInt64? = nil, expected: [UInt8]? = nil
  ) -> Verdict {
    var end = seen
    let continued = end.take(consistency)
    guard continued == .taken || continued == .known, let final = end.checkpoint else {
      return .brokenOff(continued)
    }
    guard case .begins(let cited)? = EpochRecord(Array(successor.record.utf8))?.role,
      cited.note.text == consistency.note.text, cited.key == seen.key,
      cited.note.isSigned(by: seen.key), cited.records >= final.size
    else { return .notCited("the new log's first record does not cite this log's end") }
    guard let first = Checkpoint(successor.proof.note.text),
      let next = LogKey.epoch(of: first.origin), epoch == nil || epoch == next,
      successor.proof.index == 0
    else { return .notCited("its first record is of another log") }
    let named = named(final, by: seen.key)
    let told = expected.flatMap {
      NoteKey(name: first.origin, algorithm: .ed25519, publicKey: $0)
    }
    for key in [named, told].compactMap(\.self) where key.name == first.origin {
      guard case .sound = successor.verdict(key: key) else { continue }
      return .follows(key: key, note: successor.proof.note, records: cited.records)
    }
    return .unknownKey(origin: first.origin)
  }

  /// The key that the old log's last record names.
  private func named(_ final: Checkpoint, by key: NoteKey) -> NoteKey? {
    guard let handover, case .sound(let checkpoint, _) = handover.verdict(key: key),
      checkpoint == final, handover.proof.index + 1 == final.size,
      case .ends(let next)? = EpochRecord(Array(handover.record.utf8))?.role
    else { return nil }
    return next
  }
}
