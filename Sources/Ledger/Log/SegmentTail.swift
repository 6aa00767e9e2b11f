/// The newest segment as recovery finds it: the whole records, and what is behind them.
struct SegmentTail: ~Copyable {
  /// The next sequence to give out.
  let nextSequence: UInt64
  /// Where the last whole record ends and the next one goes.
  let end: Int
  /// Where the last byte that is not zero ends; at least `end`.
  let dirtyEnd: Int
  /// Size of the file.
  let size: Int
  /// What is to be cut; `nil` when only zeros follow the records.
  let torn: RecoveryReport.TornTail?
  /// The file's bytes.
  var bytes: LogBuffer

  /// Reads the segment that begins with `first`, and tells a torn tail from damage.
  ///
  /// A tail is torn when everything behind the last whole record belongs to the group that was
  /// being written. A whole record of a later group behind it proves that acknowledged records are
  /// unreadable (``RecordLayout``): that is damage, and nothing is cut.
  ///
  /// - Throws: `damaged`, `unsupported`, `inputOutput`.
  static func read<Storage: LogStorage>(
    _ file: Storage.File, first: UInt64, in storage: Storage
  ) throws(LedgerError) -> SegmentTail {
    let name = SegmentHeader.name(firstSequence: first)
    let recovery = LogRecovery(storage: storage)
    let size = try recovery.wrap(name) { () throws(StorageFailure) in
      Int(try storage.size(of: file))
    }
    var bytes = LogBuffer(capacity: size)
    do throws(StorageFailure) {
      let count = try bytes.fill(0..<size, from: file, at: 0, of: storage)
      guard count == size else {
        throw StorageFailure(kind: .other, operation: "read", text: "the file became shorter")
      }
    } catch { throw LedgerError(error, on: name, in: storage.place) }
    let subject = "\(storage.place)/\(name)"

    var place = SegmentHeader.byteCount
    var expected = first
    scan: while true {
      switch bytes.record(at: place, limit: size) {
      case .record(let head) where head.sequence == expected:
        place += head.footprint
        expected += 1
      case .unknownVersion(let version):
        throw LedgerError(
          .unsupported, operation: "open", subject: subject, offset: UInt64(place),
          reason: "a record of version \(version), this build knows \(RecordLayout.seededVersion); "
            + "install the newer version that wrote it")
      default: break scan
      }
    }
    var last = size
    while last > place, bytes.load(UInt8.self, at: last - 1) == 0 { last -= 1 }
    var torn: RecoveryReport.TornTail?
    if last > place {
      let behind = try recordsBehind(place, expected: expected, in: bytes, upTo: last, subject)
      torn = RecoveryReport.TornTail(
        segment: name, offset: UInt64(place), byteCount: UInt64(last - place),
        recordsBehind: behind)
    }
    return SegmentTail(
      nextSequence: expected, end: place, dirtyEnd: last, size: size, torn: torn, bytes: bytes)
  }

  /// Counts the whole records between `place` and `last`, all of the group that was being written.
  private static func recordsBehind(
    _ place: Int, expected: UInt64, in bytes: borrowing LogBuffer, upTo last: Int,
    _ subject: String
  ) throws(LedgerError) -> Int {
    var behind = 0
    var probe = place + 8
    while probe < last {
      guard case .record(let head) = bytes.record(at: probe, limit: bytes.capacity),
        head.sequence >= expected
      else {
        probe += 8
        continue
      }
      guard head.acknowledgedBefore < expected else {
        throw LedgerError(
          .damaged, operation: "open", subject: subject, offset: UInt64(place),
          reason: "event \(expected) is unreadable, though it was acknowledged: event "
            + "\(head.sequence) of a later group is whole at byte \(probe); put the file back "
            + "from a copy of the folder, or move the folder away to begin a new ledger")
      }
      behind += 1
      probe += head.footprint
    }
    return behind
  }

  /// Writes the whole records anew and zeros over the tail, and syncs both.
  ///
  /// Anew, because bytes that were read may stand only in the page cache: after a failed sync the
  /// kernel calls them clean and a later sync would not write them. Zeros, because a later record
  /// that ends where a cut one ended would otherwise bring the records behind it back.
  mutating func settle<Storage: LogStorage>(
    _ file: Storage.File, in storage: Storage
  ) throws(StorageFailure) {
    if dirtyEnd > end { bytes.clear(end..<dirtyEnd) }
    try bytes.write(0..<dirtyEnd, to: file, at: 0, of: storage)
    try storage.sync(file)
  }
}
