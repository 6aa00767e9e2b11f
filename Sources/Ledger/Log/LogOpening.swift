/// The opening of a ledger by its writer: what is checked and put right before the first append.
struct LogOpening<Storage: LogStorage> {
  let storage: Storage
  /// At first what a new ledger would have; then what the folder's says.
  var manifest: Manifest
  let options: LedgerOptions
  var stats = LedgerStats()
  /// First sequences of the segments, ascending.
  var segments: [UInt64] = []
  /// Sizes of their files.
  var sizes: [Int] = []
  var report = RecoveryReport(isNew: true, oldest: 1, newest: 0, segments: 0)

  init(storage: Storage, manifest: Manifest, options: LedgerOptions) {
    self.storage = storage
    self.manifest = manifest
    self.options = options
  }

  /// The segment that is written to, and where.
  struct Active {
    var file: Storage.File
    var offset: Int
    var nextSequence: UInt64
  }

  /// Checks everything before it changes anything.
  mutating func open() throws(LedgerError) -> Active {
    let recovery = LogRecovery(storage: storage)
    let names = try recovery.wrap("") { () throws(StorageFailure) in try storage.names() }
    let found = try recovery.manifest(names: names)
    if let found {
      guard found.post == manifest.post else {
        throw LedgerError(
          .otherPost, operation: "open", subject: storage.place,
          reason: "this is the ledger of post \(found.post), the site file says "
            + "\(manifest.post); give each post a folder of its own")
      }
      manifest = found
    } else {
      try LogFiles.write(manifest, to: storage, &stats)
    }
    segments = names.compactMap(SegmentHeader.firstSequence).filter { $0 >= manifest.oldest }
    segments.sort()
    try recovery.checkChain(segments, manifest: manifest)
    let active =
      if let first = segments.last {
        try resume(first, recovery)
      } else {
        try begin(isNew: found == nil)
      }
    let newest = segments[segments.count - 1]
    if manifest.newest != newest {
      manifest.newest = newest
      do throws(LedgerError) { try LogFiles.write(manifest, to: storage, &stats) } catch {
        // On a full disk it stays as it is: the newest segment was found without it.
        guard error.code == .diskFull else { throw error }
      }
    }
    return active
  }

  private mutating func resume(
    _ first: UInt64, _ recovery: LogRecovery<Storage>
  ) throws(LedgerError) -> Active {
    let (_, file) = try recovery.open(first, forWriting: true, epoch: manifest.epoch)
    var tail = try SegmentTail.read(file, first: first, in: storage)
    try tidy()
    do throws(StorageFailure) { try tail.settle(file, in: storage) } catch {
      throw LedgerError(error, on: SegmentHeader.name(firstSequence: first), in: storage.place)
    }
    stats.syncs += 1
    for first in segments {
      let name = SegmentHeader.name(firstSequence: first)
      sizes.append(
        try recovery.wrap(name) { () throws(StorageFailure) in
          Int(try storage.size(of: try storage.open(name, forWriting: false)))
        })
    }
    report = RecoveryReport(
      isNew: false, oldest: manifest.oldest, newest: tail.nextSequence - 1,
      segments: segments.count, tornTail: tail.torn)
    return Active(file: file, offset: tail.end, nextSequence: tail.nextSequence)
  }

  private mutating func begin(isNew: Bool) throws(LedgerError) -> Active {
    try tidy()
    let header = SegmentHeader(
      epoch: manifest.epoch, firstSequence: 1, previousFirst: 0, previousEnd: 0)
    let file = try LogFiles.makeSegment(
      header, bytes: options.segmentBytes, in: storage, &stats)
    segments = [1]
    sizes = [options.segmentBytes]
    report.isNew = isNew
    return Active(file: file, offset: SegmentHeader.byteCount, nextSequence: 1)
  }

  private mutating func tidy() throws(LedgerError) {
    try LogFiles.tidy(keepingFrom: manifest.oldest, in: storage, &stats)
  }
}
