/// The steps by which files of a ledger's folder come and go, each safe against a crash in between.
enum LogFiles {
  /// Name of the segment in preparation.
  static let spareName = "spare"
  /// Name of the file whose room a manifest may need.
  static let reserveName = "reserve"
  /// Bytes of zeros written at once while a segment is prepared: about a millisecond.
  static let zeroStepBytes = 256 * 1024

  /// Removes what a crash left behind: drafts, and segments that retention had given up.
  static func tidy<Storage: LogStorage>(
    keepingFrom oldest: UInt64, in storage: Storage, _ stats: inout LedgerStats
  ) throws(LedgerError) {
    let recovery = LogRecovery(storage: storage)
    var isChanged = false
    for name in try recovery.wrap("", { () throws(StorageFailure) in try storage.names() }) {
      let first = SegmentHeader.firstSequence(name: name)
      guard first.map({ $0 < oldest }) ?? (name == spareName || name == Manifest.draftName)
      else { continue }
      try recovery.wrap(name) { () throws(StorageFailure) in try storage.remove(name) }
      isChanged = true
    }
    if isChanged { try syncFolder(of: storage, &stats) }
  }

  /// Replaces the manifest: draft, sync, rename, sync of the folder.
  static func write<Storage: LogStorage>(
    _ manifest: Manifest, to storage: Storage, _ stats: inout LedgerStats
  ) throws(LedgerError) {
    let text = manifest.text
    var buffer = LogBuffer(capacity: text.count)
    unsafe buffer.copy(text.span.bytes, at: 0)
    do throws(StorageFailure) {
      let file = try storage.create(Manifest.draftName)
      try buffer.write(0..<text.count, to: file, at: 0, of: storage)
      try storage.sync(file)
      try storage.rename(Manifest.draftName, to: Manifest.name)
    } catch { throw LedgerError(error, on: Manifest.name, in: storage.place) }
    stats.syncs += 1
    try syncFolder(of: storage, &stats)
  }

  /// Replaces a small file: draft, sync, rename, sync of the folder.
  static func replace<Storage: LogStorage>(
    _ name: String, by draft: String, with bytes: [UInt8], in storage: Storage
  ) throws(LedgerError) {
    var buffer = LogBuffer(capacity: bytes.count)
    unsafe buffer.copy(bytes.span.bytes, at: 0)
    do throws(StorageFailure) {
      let file = try storage.create(draft)
      try buffer.write(0..<bytes.count, to: file, at: 0, of: storage)
      try storage.sync(file)
      try storage.rename(draft, to: name)
      try storage.syncFolder()
    } catch { throw LedgerError(error, on: name, in: storage.place) }
  }

  /// The bytes of a small file; `nil` when it is not there, or larger than `bytesMax`.
  static func contents<Storage: LogStorage>(
    of name: String, bytesMax: Int, in storage: Storage
  ) throws(LedgerError) -> [UInt8]? {
    var buffer = LogBuffer(capacity: bytesMax + 1)
    do throws(StorageFailure) {
      let file = try storage.open(name, forWriting: false)
      let count = try buffer.fill(0..<buffer.capacity, from: file, at: 0, of: storage)
      return count > bytesMax ? nil : (0..<count).map { buffer.load(UInt8.self, at: $0) }
    } catch {
      if error.kind == .absent { return nil }
      throw LedgerError(error, on: name, in: storage.place)
    }
  }

  /// Makes a segment from nothing.
  static func makeSegment<Storage: LogStorage>(
    _ header: SegmentHeader, bytes: Int, in storage: Storage,
    _ stats: inout LedgerStats
  ) throws(LedgerError) -> Storage.File {
    let file: Storage.File
    let zeros = LogBuffer(capacity: min(zeroStepBytes, bytes))
    do throws(StorageFailure) {
      file = try storage.create(spareName)
      var written = 0
      while written < bytes {
        let step = min(zeros.capacity, bytes - written)
        try zeros.write(0..<step, to: file, at: UInt64(written), of: storage)
        written += step
      }
    } catch { throw LedgerError(error, on: spareName, in: storage.place) }
    try beginSegment(header, with: file, in: storage, &stats)
    return file
  }

  /// Turns the zeroed file called `spare` into a segment: header, sync, name, sync of the folder.
  static func beginSegment<Storage: LogStorage>(
    _ header: SegmentHeader, with file: Storage.File, in storage: Storage,
    _ stats: inout LedgerStats
  ) throws(LedgerError) {
    let name = SegmentHeader.name(firstSequence: header.firstSequence)
    var buffer = LogBuffer(capacity: SegmentHeader.byteCount)
    header.put(into: &buffer)
    do throws(StorageFailure) {
      try buffer.write(0..<SegmentHeader.byteCount, to: file, at: 0, of: storage)
      try storage.sync(file)
      try storage.rename(spareName, to: name)
    } catch { throw LedgerError(error, on: name, in: storage.place) }
    stats.syncs += 1
    stats.segmentsBegun += 1
    try syncFolder(of: storage, &stats)
  }

  /// Opens a file that is kept beside the segments.
  ///
  /// - Parameter mayMake: for writing; one that is not there is made.
  static func open<Storage: LogStorage>(
    _ name: String, mayMake: Bool, in storage: Storage
  ) throws(LedgerError) -> Storage.File {
    do throws(StorageFailure) { return try storage.open(name, forWriting: mayMake) } catch {
      guard error.kind == .absent, mayMake else {
        throw LedgerError(error, on: name, in: storage.place)
      }
    }
    do throws(StorageFailure) {
      let file = try storage.create(name)
      try storage.syncFolder()
      return file
    } catch { throw LedgerError(error, on: name, in: storage.place) }
  }

  static func syncFolder<Storage: LogStorage>(of storage: Storage, _ stats: inout LedgerStats)
    throws(LedgerError)
  {
    do throws(StorageFailure) { try storage.syncFolder() } catch {
      throw LedgerError(error, on: "", in: storage.place)
    }
    stats.syncs += 1
  }
}
