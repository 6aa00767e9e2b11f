/// All epochs of a log checked: the newest against its key, each earlier one against the key and the
/// final checkpoint that the next one's first record cites.
public struct ChainVerification: Sendable, Equatable {
  /// An epoch.
  public struct Epoch: Sendable, Equatable {
    /// Its folder.
    public var place: String
    /// The key that it was checked against.
    public var key: NoteKey
    /// What the check found; `nil` when it could not be made.
    public var found: LedgerVerification?
    /// What is wrong with its place in the chain.
    public var faults: [String] = []

    /// Name of the log, as its checkpoint says.
    public var origin: String {
      found.flatMap { $0.origin.isEmpty ? nil : $0.origin } ?? key.name
    }

    /// Whether nothing is wrong.
    public var isSound: Bool { faults.isEmpty && found?.isSound == true }
  }

  /// The epochs, the newest first.
  public private(set) var epochs: [Epoch] = []

  /// Whether nothing is wrong with any.
  public var isSound: Bool { epochs.allSatisfy(\.isSound) }

  /// Checks the log of `folders` and all that it follows.
  ///
  /// - Parameter key: of the newest epoch. The keys of earlier ones are those that were cited.
  /// - Throws: as ``LedgerVerification``, for the newest epoch.
  public init(_ folders: EpochFolders, key: NoteKey) throws(LedgerError) {
    epochs.append(
      Epoch(
        place: folders.current, key: key,
        found: try LedgerVerification(directory: folders.current, key: key)))
    let here = Set(try folders.earlierEpochs())
    var passed: Set<UInt64> = []
    while let last = epochs.last {
      guard let cited = Self.citation(in: last, folders, here) else { return }
      guard let epoch = cited.epoch, here.contains(epoch), passed.insert(epoch).inserted else {
        epochs[epochs.count - 1].faults.append(
          "it follows \(cited.key.name), which is not beside it; put its folder back from a copy")
        return
      }
      var earlier = Epoch(place: folders.earlier(epoch), key: cited.key)
      do throws(LedgerError) {
        earlier.found = try LedgerVerification(directory: earlier.place, key: cited.key)
        earlier.faults = try Self.faults(in: earlier.place, cited)
      } catch { earlier.faults.append("\(error)") }
      epochs.append(earlier)
    }
  }

  /// What the first record of an epoch cites; where retention took it, the copy that the cited log
  /// has.
  private static func citation(
    in epoch: Epoch, _ folders: EpochFolders, _ here: Set<UInt64>
  ) -> EpochRecord.Citation? {
    if let reader = try? EventLogReader(directory: epoch.place) {
      var payload: [UInt8]?
      let reading = try? reader.read(from: 1, limit: 1, durable: 1) { record, bytes in
        if record.header.kind == .epoch { payload = [UInt8](copying: bytes) }
      }
      if case .events(1, _)? = reading { return payload.flatMap(cited) }
    }
    for earlier in here {
      guard let storage = try? FolderStorage(folders.earlier(earlier), isWriter: false),
        let bytes = try? LogFiles.contents(
          of: EpochChange.Name.successor, bytesMax: ReleaseBundle.byteCountMax, in: storage),
        let bundle = ReleaseBundle(bytes), case .sound = bundle.verdict(key: epoch.key),
        bundle.proof.index == 0
      else { continue }
      return cited(Array(bundle.record.utf8))
    }
    return nil
  }

  private static func cited(_ payload: [UInt8]) -> EpochRecord.Citation? {
    guard case .begins(let cited)? = EpochRecord(payload)?.role else { return nil }
    return cited
  }

  /// What of the log in `place` is not as it was cited.
  private static func faults(
    in place: String, _ cited: EpochRecord.Citation
  ) throws(LedgerError) -> [String] {
    let end = try LogEnd(directory: place)
    var faults: [String] = []
    if end.note.text != cited.note.text {
      faults.append("its final checkpoint is not the one that the next epoch cites")
    }
    if end.records != cited.records || end.root != cited.root {
      faults.append(
        "its \(end.records) records are not the \(cited.records) that the next epoch cites")
    }
    return faults
  }
}
