import Model

/// The one writer of a ledger's folder, over any storage. ``EventLog`` tells its contract.
struct LogWriter<Storage: LogStorage>: ~Copyable {
  let storage: Storage
  let options: LedgerOptions
  let report: RecoveryReport
  var stats: LedgerStats
  private(set) var durableSequence: UInt64
  private(set) var nextSequence: UInt64
  /// Why the writer takes nothing any more.
  private(set) var failure: LedgerError?

  var manifest: Manifest
  /// First sequences of the segments, ascending; the last one is written to.
  var segments: [UInt64]
  /// Sizes of their files.
  var sizes: [Int]
  private var file: Storage.File
  /// Where the group goes in the file.
  private var offset: Int
  private var group: LogBuffer
  private var groupBytes = 0
  private var groupRecords = 0
  private var spare: Spare = .none
  private let zeros: LogBuffer
  /// Whether this writer has set the reserve's room aside.
  private var hasReserve = false
  /// Whether the manifest on the storage does not tell of the newest segment yet.
  private var isManifestDue = false

  /// The segment that is prepared for the time after this one.
  private enum Spare {
    case none
    case filling(Storage.File, written: Int)
    case ready(Storage.File)
  }

  /// Opens the ledger of `post`, or makes it.
  ///
  /// - Parameter epoch: of the ledger, should it have to be made.
  init(
    storage: Storage, post: String, epoch: UInt64, options: LedgerOptions
  ) throws(LedgerError) {
    options.check()
    var opening = LogOpening(
      storage: storage, manifest: Manifest(epoch: epoch, post: post), options: options)
    let active = try opening.open()
    self.storage = storage
    self.options = options
    report = opening.report
    stats = opening.stats
    manifest = opening.manifest
    segments = opening.segments
    sizes = opening.sizes
    file = active.file
    offset = active.offset
    nextSequence = active.nextSequence
    durableSequence = active.nextSequence - 1
    failure = nil
    group = LogBuffer(capacity: options.groupBytesMax)
    zeros = LogBuffer(capacity: LogFiles.zeroStepBytes)
  }

  // MARK: - Records

  /// Puts a record into the group; commits first when it would not fit.
  ///
  /// - Parameter salts: of its fields, or their seed (``EventRecord/seedBytes``); empty for a record
  ///   that is no event.
  /// - Parameter isOwn: whether it is what the log says of itself, which may take the last bytes of a
  ///   segment (``LedgerOptions/ownBytes``).
  mutating func append(
    _ event: EventHeader, salts: RawSpan = RawSpan(), payload: RawSpan, isOwn: Bool = false
  ) throws(LedgerError) -> UInt64 {
    try checkIsWorking("append")
    let size = RecordLayout.footprint(payload: salts.byteCount + payload.byteCount)
    guard payload.byteCount <= RecordLayout.payloadBytesMax, size <= options.groupBytesMax else {
      let around = RecordLayout.headerBytes + salts.byteCount
      throw LedgerError(
        .tooLarge, operation: "append", subject: storage.place,
        reason: "a payload of \(payload.byteCount) bytes; the most is "
          + "\(min(RecordLayout.payloadBytesMax, options.groupBytesMax - around))")
    }
    let end = sizes[sizes.count - 1] - (isOwn ? 0 : options.ownBytes)
    if groupRecords == options.groupRecordsMax || groupBytes + size > group.capacity
      || offset + groupBytes + size > end
    {
      try commit()
      if offset + size > end { try roll() }
    }
    let sequence = nextSequence
    groupRecords += 1
    groupBytes += group.putRecord(
      event, sequence: sequence, groupPlace: UInt32(groupRecords), salts: salts,
      payload: payload, at: groupBytes)
    nextSequence += 1
    stats.appends += 1
    return sequence
  }

  /// Writes and syncs the group.
  mutating func commit() throws(LedgerError) {
    try checkIsWorking("commit")
    guard groupRecords > 0 else { return }
    do throws(StorageFailure) {
      try group.write(0..<groupBytes, to: file, at: UInt64(offset), of: storage)
      let before = storage.monotonicNanos()
      try storage.sync(file)
      let nanos = storage.monotonicNanos() &- before
      stats.commitSyncNanosMax = max(stats.commitSyncNanosMax, nanos)
      stats.commitSyncNanosTotal &+= nanos
    } catch {
      throw fail(LedgerError(error, on: activeName, in: storage.place))
    }
    stats.syncs += 1
    stats.commits += 1
    stats.bytes += UInt64(groupBytes)
    offset += groupBytes
    groupBytes = 0
    groupRecords = 0
    durableSequence = nextSequence - 1
  }

  /// Forgets what was appended since the last commit.
  mutating func dropGroup() {
    nextSequence = durableSequence + 1
    groupBytes = 0
    groupRecords = 0
  }

  private var activeName: String {
    SegmentHeader.name(firstSequence: segments[segments.count - 1])
  }

  func checkIsWorking(_ operation: String) throws(LedgerError) {
    guard let failure else { return }
    throw LedgerError(
      .writerFailed, operation: operation, subject: storage.place,
      reason: "the writer stopped after an earlier failure (\(failure)); open the ledger anew and "
        + "append again what was not acknowledged")
  }

  /// Remembers that nothing can be trusted any more, and hands `error` on.
  mutating func fail(_ error: LedgerError) -> LedgerError {
    failure = error
    return error
  }

  // MARK: - Segments

  /// Bytes for records in this segment and in the prepared one.
  var preparedBytes: Int {
    let left = max(0, sizes[sizes.count - 1] - options.ownBytes - offset - groupBytes)
    guard case .ready = spare else { return left }
    return left + options.segmentBytes - options.ownBytes - SegmentHeader.byteCount
  }

  /// One bounded step of preparing the next segment; whether there is more to do.
  mutating func prepare() throws(LedgerError) -> Bool {
    try checkIsWorking("prepare the next segment of")
    if isManifestDue {
      do throws(LedgerError) { try writeManifest() } catch { throw fail(error) }
    }
    do throws(StorageFailure) {
      switch spare {
      case .ready: return false
      case .none:
        spare = .filling(try storage.create(LogFiles.spareName), written: 0)
        return true
      case .filling(let file, let written):
        let size = options.segmentBytes
        let step = min(zeros.capacity, size - written)
        if step > 0 {
          try zeros.write(0..<step, to: file, at: UInt64(written), of: storage)
          spare = .filling(file, written: written + step)
          return true
        }
        try storage.sync(file)
        stats.syncs += 1
        spare = .ready(file)
        keepReserve()
        return false
      }
    } catch {
      dropSpare()
      throw LedgerError(error, on: LogFiles.spareName, in: storage.place)
    }
  }

  /// Makes the file of a segment that was given up the next one's, unless there is one or its size is
  /// another; whether it did. ``prepare()`` writes its zeros, over blocks that it has already.
  mutating func recycle(_ name: String, bytes: Int) throws(StorageFailure) -> Bool {
    guard case .none = spare, bytes == options.segmentBytes else { return false }
    let file = try storage.open(name, forWriting: true)
    try storage.rename(name, to: LogFiles.spareName)
    spare = .filling(file, written: 0)
    return true
  }

  /// Gives up the prepared segment: a failed one is never trusted again, and its room may be
  /// needed.
  mutating func dropSpare() {
    spare = .none
    try? storage.remove(LogFiles.spareName)
  }

  /// Writes the manifest; on a full disk by the room that was set aside, and where that is gone later. Until
  /// then it tells of all segments but the newest, which is found all the same.
  private mutating func writeManifest() throws(LedgerError) {
    isManifestDue = true
    do throws(LedgerError) {
      try LogFiles.write(manifest, to: storage, &stats)
    } catch {
      guard error.code == .diskFull, hasReserve else {
        if error.code == .diskFull { return }
        throw error
      }
      dropReserve()
      return try writeManifest()
    }
    isManifestDue = false
  }

  /// Sets some room aside, unless there is none.
  private mutating func keepReserve() {
    guard !hasReserve, options.reserveBytes > 0 else { return }
    do throws(StorageFailure) {
      let file = try storage.create(LogFiles.reserveName)
      try zeros.write(
        0..<min(options.reserveBytes, zeros.capacity), to: file, at: 0, of: storage)
      try storage.sync(file)
      stats.syncs += 1
      hasReserve = true
    } catch { try? storage.remove(LogFiles.reserveName) }
  }

  /// Gives up the prepared segment and the room that was set aside: they are needed.
  mutating func freeReserves() {
    dropSpare()
    dropReserve()
  }

  private mutating func dropReserve() {
    hasReserve = false
    if options.reserveBytes > 0 { try? storage.remove(LogFiles.reserveName) }
  }

  /// Ends this segment and begins the next, when it has records.
  mutating func endSegment() throws(LedgerError) {
    try commit()
    if nextSequence > segments[segments.count - 1] { try roll() }
  }

  /// Ends this segment and begins the next. The group must be empty.
  private mutating func roll() throws(LedgerError) {
    // A full disk ends here without harm: nothing of this segment or of the group is touched.
    while try prepare() {}
    guard case .ready(let prepared) = spare else { return }
    let header = SegmentHeader(
      epoch: manifest.epoch, firstSequence: nextSequence,
      previousFirst: segments[segments.count - 1], previousEnd: UInt64(offset))
    do throws(LedgerError) {
      try LogFiles.beginSegment(header, with: prepared, in: storage, &stats)
      spare = .none
      manifest.newest = nextSequence
      try writeManifest()
    } catch { throw fail(error) }
    segments.append(nextSequence)
    sizes.append(options.segmentBytes)
    file = prepared
    offset = SegmentHeader.byteCount
  }
}
