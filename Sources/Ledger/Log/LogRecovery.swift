/// What is found in a ledger's folder, before anything is written to it.
struct LogRecovery<Storage: LogStorage> {
  let storage: Storage

  /// Reads and checks the manifest; `nil` when the folder holds no ledger yet.
  func manifest(names: [String]) throws(LedgerError) -> Manifest? {
    guard names.contains(Manifest.name) else {
      guard names.allSatisfy({ SegmentHeader.firstSequence(name: $0) == nil }) else {
        throw LedgerError(
          .missing, operation: "open", subject: "\(storage.place)/\(Manifest.name)",
          reason: "there are segments but no manifest; put the manifest back from a copy, or move "
            + "the segments to another folder to begin a new ledger")
      }
      return nil
    }
    let bytes = try wrap(Manifest.name) { () throws(StorageFailure) in
      let file = try storage.open(Manifest.name, forWriting: false)
      var buffer = LogBuffer(capacity: Manifest.byteCountMax + 1)
      let count = try buffer.fill(0..<buffer.capacity, from: file, at: 0, of: storage)
      return (0..<count).map { buffer.load(UInt8.self, at: $0) }
    }
    guard let manifest = Manifest(bytes) else {
      throw LedgerError(
        .damaged, operation: "open", subject: "\(storage.place)/\(Manifest.name)",
        reason: "it is no whole manifest of version 1; put it back from a copy of the folder")
    }
    return manifest
  }

  /// Checks that `segments` (first sequences, ascending) are all that `manifest` asks for and that
  /// each is linked to the one before it.
  func checkChain(_ segments: [UInt64], manifest: Manifest) throws(LedgerError) {
    guard let oldest = segments.first, let newest = segments.last else {
      guard manifest.newest == 0 else { throw missing(manifest.newest) }
      return
    }
    guard oldest == manifest.oldest else { throw missing(manifest.oldest) }
    guard newest >= manifest.newest else { throw missing(manifest.newest) }
    var before: UInt64?
    for first in segments {
      let (header, _) = try open(first, forWriting: false, epoch: manifest.epoch)
      if let before {
        guard header.previousFirst == before else { throw missing(header.previousFirst) }
        let name = SegmentHeader.name(firstSequence: before)
        let size = try wrap(name) { () throws(StorageFailure) in
          try storage.size(of: try storage.open(name, forWriting: false))
        }
        guard size >= header.previousEnd else {
          throw LedgerError(
            .damaged, operation: "open", subject: "\(storage.place)/\(name)", offset: size,
            reason: "the file was cut: its records reached to byte \(header.previousEnd); put it "
              + "back from a copy of the folder")
        }
      }
      before = first
    }
  }

  /// Opens the segment that begins with `first` and checks its header.
  func open(
    _ first: UInt64, forWriting: Bool, epoch: UInt64
  ) throws(LedgerError) -> (SegmentHeader, Storage.File) {
    let name = SegmentHeader.name(firstSequence: first)
    var buffer = LogBuffer(capacity: SegmentHeader.byteCount)
    let file = try wrap(name) { () throws(StorageFailure) in
      try storage.open(name, forWriting: forWriting)
    }
    var count = 0
    do throws(StorageFailure) {
      count = try buffer.fill(0..<SegmentHeader.byteCount, from: file, at: 0, of: storage)
    } catch { throw LedgerError(error, on: name, in: storage.place) }
    let subject = "\(storage.place)/\(name)"
    switch SegmentHeader.read(buffer, count: count) {
    case .failure(.damaged(let flaw)):
      throw LedgerError(
        .damaged, operation: "open", subject: subject, offset: 0,
        reason: "\(flaw); put the file back from a copy of the folder")
    case .failure(.unknownVersion(let version)):
      throw LedgerError(
        .unsupported, operation: "open", subject: subject, offset: 8,
        reason: "its format is version \(version), this build knows \(SegmentHeader.version); "
          + "install the newer version that wrote it")
    case .success(let header):
      guard header.firstSequence == first, header.epoch == epoch else {
        throw LedgerError(
          .damaged, operation: "open", subject: subject, offset: 16,
          reason: "its header belongs to sequence \(header.firstSequence) of ledger "
            + "\(hexadecimal(header.epoch, digits: 16)); the file was moved here: take it away "
            + "and put the right one back")
      }
      return (header, file)
    }
  }

  func wrap<Result>(
    _ name: String, _ body: () throws(StorageFailure) -> Result
  ) throws(LedgerError) -> Result {
    do throws(StorageFailure) { return try body() } catch {
      throw LedgerError(error, on: name, in: storage.place)
    }
  }

  func missing(_ first: UInt64) -> LedgerError {
    LedgerError(
      .missing, operation: "open",
      subject: "\(storage.place)/\(SegmentHeader.name(firstSequence: first))",
      reason: "the segment that begins with event \(first) is not there; put it back from a copy "
        + "of the folder: its events were acknowledged and their numbers are taken")
  }
}
