public import Model

/// The writer of a post's ledger: an append-only log of events in one folder, the only record of
/// what the post reported.
///
/// An event may be offered to anyone once its sequence is at most ``durableSequence``, never
/// before: until ``commit()`` has synced its group, a crash may take it. From then on it survives a
/// kill at any instruction and a power cut.
///
/// Owned by one thread (its calls block on the storage); readers open the folder by themselves,
/// with ``EventLogReader``. Once ``failure`` is set the writer takes nothing any more: after a failed
/// write or sync nobody knows what is on the storage. The owner then lets go of it, opens the ledger
/// anew, compares the new ``nextSequence`` with the sequences it was given, and appends again what
/// is missing. While ``failure`` is `nil` an error (`tooLarge`, `diskFull` at the end of a segment)
/// concerns that one call, and the value is used on.
///
/// Format: ``RecordLayout``, ``SegmentHeader`` and ``Manifest``. Rate: 64 records of 1 KB a group
/// cost one sync and about a microsecond each.
public struct EventLog: ~Copyable {
  /// The largest payload that a record holds, bytes.
  public static let payloadBytesMax = RecordLayout.payloadBytesMax

  /// What the records of a log are.
  public enum Records: Sendable {
    /// Events, whose fields can be disclosed one by one: each record has salts.
    case salted
    /// Whole texts.
    case plain
  }

  var writer: LogWriter<FolderStorage>
  private var salts: SaltSource

  /// Opens the ledger of `post` in `directory`, or makes it there; takes the folder's lock until
  /// the value ends.
  ///
  /// A tail that a crash tore is cut, which ``recovery`` tells; events that were acknowledged are
  /// never cut. Cost: reads the newest segment and writes it anew, about 20 ms.
  ///
  /// - Parameters:
  ///   - directory: the folder; made when the one above it is there.
  ///   - post: name of the post; a folder belongs to one post.
  ///   - records: what is appended from now on; a log may hold both.
  ///   - options: sizes; may change from one opening to the next.
  /// - Throws: `inUse`, `otherPost`, `missing`, `damaged`, `unsupported`, `diskFull`,
  ///   `inputOutput`; nothing is changed in the folder when an acknowledged event is missing or damaged.
  public init(
    directory: String, post: String, records: Records = .salted,
    options: LedgerOptions = LedgerOptions()
  ) throws(LedgerError) {
    precondition(
      !post.isEmpty && post.utf8.count <= 1024 && !post.utf8.contains(0x0A),
      "the name of a post is one line of at most 1,024 bytes")
    // Zero would look like an epoch that was never set.
    let epoch = UInt64.random(in: 1 ... .max)
    writer = try LogWriter(
      storage: try FolderStorage(directory, isWriter: true), post: post, epoch: epoch,
      options: options)
    salts = SaltSource(bytes: records == .salted ? EventRecord.seedBytes : 0)
  }

  /// What opening found, and cut.
  public var recovery: RecoveryReport { writer.report }
  /// Names this ledger among all that ever stood in this folder; drawn when it was made.
  public var epoch: UInt64 { writer.manifest.epoch }
  /// Everything up to here is synced and may be offered; 0 in a new ledger.
  public var durableSequence: UInt64 { writer.durableSequence }
  /// The sequence that the next append gives.
  public var nextSequence: UInt64 { writer.nextSequence }
  /// The oldest sequence kept (one more than the newest in a new ledger).
  public var oldestSequence: UInt64 { writer.manifest.oldest }
  /// Bytes that the segments take on the storage.
  public var storedBytes: UInt64 { writer.sizes.reduce(0) { $0 + UInt64($1) } }
  /// Room for events, bytes: `prepared` in files that are written ahead, `free` on the file system
  /// beside them; the next file takes a `segment` of it.
  ///
  /// - Throws: `inputOutput` when the file system does not tell.
  public func room() throws(LedgerError) -> (prepared: UInt64, free: UInt64, segment: UInt64) {
    do throws(StorageFailure) {
      return (
        UInt64(writer.preparedBytes), try writer.storage.freeBytes(),
        UInt64(writer.options.segmentBytes)
      )
    } catch { throw LedgerError(error, on: "", in: writer.storage.place) }
  }
  /// Why the writer takes nothing any more; `nil` while it works.
  public var failure: LedgerError? { writer.failure }
  /// Whether the writer goes on in its present segment after `error`: that had only no room for the next.
  public func isUsable(after error: LedgerError) -> Bool {
    error.code == .diskFull && writer.failure == nil
  }
  /// What was done since the opening.
  public var stats: LedgerStats { writer.stats }

  /// Puts an event into the group that the next ``commit()`` makes durable. Does no I/O, unless the
  /// group or the segment is full: then the group is committed first.
  ///
  /// - Returns: the event's sequence, from 1, without gap.
  /// - Throws: `tooLarge` and `diskFull` (nothing changed; the event was not taken),
  ///   `writerFailed`, `inputOutput`.
  @discardableResult
  public mutating func append(
    _ header: EventHeader, payload: RawSpan
  ) throws(LedgerError) -> UInt64 {
    let drawn = salts.take()
    defer { salts.giveBack(drawn) }
    return try unsafe writer.append(
      header, salts: drawn.bytes.span.bytes.extracting(drawn.range), payload: payload)
  }

  /// Encodes an event and appends it, like ``append(_:payload:)``.
  @discardableResult
  public mutating func append(
    _ event: PostEvent, using encoder: inout EventEncoder
  ) throws(LedgerError) -> UInt64 {
    let header = encoder.encode(event)
    var sequence: UInt64 = 0
    try encoder.withPayload { payload throws(LedgerError) in
      sequence = try append(header, payload: payload)
    }
    return sequence
  }

  /// Makes the group durable: one write and one sync. Does nothing when the group is empty.
  ///
  /// - Returns: ``durableSequence``.
  /// - Throws: `writerFailed`, `inputOutput`, `diskFull`; the writer is then failed.
  @discardableResult
  public mutating func commit() throws(LedgerError) -> UInt64 {
    try writer.commit()
    return writer.durableSequence
  }

  /// Takes back what was appended since the last commit; its sequences are given anew.
  public mutating func dropGroup() { writer.dropGroup() }

  /// One bounded step (about a millisecond; the last one syncs) of writing the next segment's
  /// zeros; call it when there is nothing to append, until it returns false. What was not prepared when
  /// the segment is full is done by that append.
  ///
  /// - Returns: whether there is more to do.
  /// - Throws: `diskFull`, `inputOutput`: the writer goes on in its present segment; try again
  ///   later.
  public mutating func prepare() throws(LedgerError) -> Bool { try writer.prepare() }

  /// Removes whole segments, oldest first, never the newest.
  ///
  /// - Parameters:
  ///   - bytesMax: segments may take so much on the storage.
  ///   - ageNanosMax: a segment whose events are all older goes.
  ///   - now: the moment that ages are measured from.
  ///   - sealedTo: segments with records after this one stay: their leaves are in no signed tree
  ///     yet.
  /// - Returns: how many segments went.
  /// - Throws: `diskFull` (nothing changed), `inputOutput`, `writerFailed`, `damaged`.
  @discardableResult
  public mutating func applyRetention(
    bytesMax: UInt64, ageNanosMax: Int64, now: WallTime, sealedTo: UInt64 = .max
  ) throws(LedgerError) -> Int {
    try writer.removeOldest(
      bytesMax: bytesMax, ageNanosMax: ageNanosMax, now: now, sealedTo: sealedTo)
  }

  /// Commits the group and gives up the folder's lock.
  ///
  /// Without it the lock goes with the value, and with it the group that was not committed.
  ///
  /// - Throws: as ``commit()``.
  public consuming func close() throws(LedgerError) { try writer.commit() }
}
