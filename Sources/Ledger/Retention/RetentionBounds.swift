public import Model

/// How much of a log is kept, and for how long.
public struct RetentionBounds: Sendable, Equatable {
  /// Into so many segments the age is divided at least, where there is room for them: an event then goes at the
  /// latest a thirty-second of the age after that is over.
  static let segmentsOfAge: Int64 = 32

  /// Segments may take so much on the storage, bytes.
  public var bytesMax: UInt64
  /// A segment whose records are all older goes, nanoseconds.
  public var ageNanosMax: Int64
  /// Segments with records after this one stay: their leaves are in no signed tree yet.
  public var sealedTo: UInt64

  /// Bounds.
  public init(bytesMax: UInt64, ageNanosMax: Int64, sealedTo: UInt64 = .max) {
    self.bytesMax = bytesMax
    self.ageNanosMax = ageNanosMax
    self.sealedTo = sealedTo
  }
}

/// What is to be erased of a log by its bounds.
public struct DueErasure: Sendable, Equatable {
  /// The first record that goes.
  public var from: UInt64
  /// The last one.
  public var through: UInt64
  /// The bound that asks for it, as site files name it.
  public var rule: String
}

extension EventLog {
  /// What ``applyRetention(bytesMax:ageNanosMax:now:sealedTo:)`` would remove now; `nil` for nothing.
  ///
  /// - Throws: `inputOutput`, `damaged`.
  public func dueErasure(
    _ bounds: RetentionBounds, now: WallTime
  ) throws(LedgerError) -> DueErasure? { try writer.dueErasure(bounds, now: now) }

  /// Puts the erasure on record, durable, then erases. A segment that was begun long ago ends, so that its events
  /// do not stay for as long as it takes to fill it.
  ///
  /// - Parameter origin: name of the log.
  /// - Returns: what was erased; `nil` when nothing was due.
  /// - Throws: as ``append(_:payload:)`` and ``applyRetention(bytesMax:ageNanosMax:now:sealedTo:)``.
  public mutating func erase(
    _ bounds: RetentionBounds, origin: String, now: WallTime
  ) throws(LedgerError) -> DueErasure? {
    do throws(LedgerError) { try writer.endOldSegment(bounds, now: now) } catch {
      // On a full disk there is no room for a segment; what is due makes some.
      guard error.code == .diskFull else { throw error }
    }
    guard let due = try dueErasure(bounds, now: now) else { return nil }
    try put(
      ErasureRecord(
        from: due.from, through: due.through, rule: due.rule, origin: origin,
        post: writer.manifest.post, time: now), at: now)
    _ = try applyRetention(
      bytesMax: bounds.bytesMax, ageNanosMax: bounds.ageNanosMax, now: now,
      sealedTo: bounds.sealedTo)
    return due
  }

  /// Puts an erasure on record, durable.
  ///
  /// - Throws: as ``append(_:payload:)`` and ``commit()``.
  public mutating func put(_ erasure: ErasureRecord, at now: WallTime) throws(LedgerError) {
    _ = try unsafe writer.append(
      erasure.header(at: now), payload: erasure.payload.span.bytes, isOwn: true)
    try writer.commit()
  }

  /// Erases all content of a log that is written no more: an empty segment takes the place of those
  /// with records.
  ///
  /// - Returns: whether there was something to erase.
  /// - Throws: as ``applyRetention(bytesMax:ageNanosMax:now:sealedTo:)``.
  mutating func eraseWhole(now: WallTime, sealedTo: UInt64) throws(LedgerError) -> Bool {
    guard sealedTo >= durableSequence, durableSequence >= oldestSequence else { return false }
    try writer.endSegment()
    let removed = try writer.removeOldest(
      bytesMax: 0, ageNanosMax: .max, now: now, sealedTo: sealedTo)
    // A file that is to be used again is overwritten.
    while try writer.prepare() {}
    return removed > 0
  }

  /// Removes the segments that hold nothing behind record `through`, never the newest.
  mutating func removeSegments(through: UInt64) throws(LedgerError) {
    try writer.removeSegments(through: through)
  }

  /// Puts the erasure of earlier logs' content on record, durable, and erases it.
  ///
  /// - Returns: what went, and what cannot go though it is due, a line for each log.
  /// - Throws: as ``put(_:at:)``, and what the earlier log's opening throws.
  public mutating func eraseEarlier(
    in folders: EpochFolders, ageNanosMax: Int64, now: WallTime
  ) throws(LedgerError) -> (erased: [EpochFolders.DueEarlier], obstacles: [String]) {
    let (due, obstacles) = try folders.dueEarlier(ageNanosMax: ageNanosMax, now: now)
    for one in due {
      try put(
        ErasureRecord(
          from: one.from, through: one.through,
          rule: "storage.retention \(ageNanosMax / 1_000_000_000) s", origin: one.origin,
          post: writer.manifest.post, time: now), at: now)
      try folders.eraseEarlier(one, post: writer.manifest.post, now: now)
    }
    return (due, obstacles)
  }
}
