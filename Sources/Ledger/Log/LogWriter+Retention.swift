import Model

extension LogWriter {
  /// Removes the oldest segments that are beyond the bounds; returns how many. The file of the last
  /// of them is used again where no next segment is prepared.
  mutating func removeOldest(
    bytesMax: UInt64, ageNanosMax: Int64, now: WallTime, sealedTo: UInt64 = .max
  ) throws(LedgerError) -> Int {
    try checkIsWorking("apply retention to")
    let bounds = RetentionBounds(
      bytesMax: bytesMax, ageNanosMax: ageNanosMax, sealedTo: sealedTo)
    let count = try due(bounds, now: now).count
    return try remove(count)
  }

  /// Removes the segments that hold nothing behind record `through`, never the newest.
  mutating func removeSegments(through: UInt64) throws(LedgerError) {
    try checkIsWorking("apply retention to")
    _ = try remove(segments.dropFirst().prefix { $0 <= through + 1 }.count)
  }

  /// Removes so many of the oldest segments; returns how many.
  private mutating func remove(_ count: Int) throws(LedgerError) -> Int {
    guard count > 0 else { return 0 }
    var changed = manifest
    changed.oldest = segments[count]
    do throws(LedgerError) {
      try LogFiles.write(changed, to: storage, &stats)
    } catch {
      guard error.code == .diskFull else { throw fail(error) }
      // The room of the prepared segment, or what was set aside, is enough for a manifest.
      freeReserves()
      try LogFiles.write(changed, to: storage, &stats)
    }
    manifest = changed
    for (index, first) in segments[..<count].enumerated() {
      let name = SegmentHeader.name(firstSequence: first)
      do throws(StorageFailure) {
        if index == count - 1, try recycle(name, bytes: sizes[index]) { continue }
        try storage.remove(name)
      } catch { throw fail(LedgerError(error, on: name, in: storage.place)) }
    }
    segments.removeFirst(count)
    sizes.removeFirst(count)
    stats.segmentsRemoved += UInt64(count)
    do throws(LedgerError) {
      try LogFiles.syncFolder(of: storage, &stats)
    } catch { throw fail(error) }
    return count
  }

  /// Ends the segment that is written when its first event is older than a part of the age that is kept: a log of
  /// few events would keep them for as long as it takes to fill a segment.
  ///
  /// A segment takes its whole room on the storage however few events it has: of the log's room half at most is
  /// for segments that end by their age.
  mutating func endOldSegment(_ bounds: RetentionBounds, now: WallTime) throws(LedgerError) {
    let rooms = bounds.bytesMax / UInt64(options.segmentBytes) / 2
    let parts = max(1, min(RetentionBounds.segmentsOfAge, Int64(clamping: rooms)))
    let share = bounds.ageNanosMax / parts
    guard let time = try firstTime(ofSegment: segments.count - 1), isOlder(time, than: share, now)
    else { return }
    try endSegment()
  }

  /// Whether all events of a segment that is written no more are older than the age that is kept.
  private func isOver(
    segment index: Int, _ ageNanos: Int64, _ now: WallTime
  ) throws(LedgerError) -> Bool {
    // All of a segment is older than what is in the next. That may be much younger, or not there yet.
    for later in index + 1..<segments.count {
      guard let time = try earlyTime(ofSegment: later, notAfter: now) else { continue }
      if isOlder(time, than: ageNanos, now) { return true }
      break
    }
    if let first = try firstTime(ofSegment: index), first <= now,
      !isOlder(first, than: ageNanos, now)
    {
      return false
    }
    guard let last = try lastTime(ofSegment: index, notAfter: now) else { return false }
    return isOlder(last, than: ageNanos, now)
  }

  private func isOlder(_ time: WallTime, than ageNanos: Int64, _ now: WallTime) -> Bool {
    let (age, isBeyond) = now.unixNanos.subtractingReportingOverflow(time.unixNanos)
    return !isBeyond && age > ageNanos
  }

  /// What ``removeOldest(bytesMax:ageNanosMax:now:sealedTo:)`` would remove.
  func dueErasure(
    _ bounds: RetentionBounds, now: WallTime
  ) throws(LedgerError) -> DueErasure? {
    let (count, isBySize) = try due(bounds, now: now)
    guard count > 0 else { return nil }
    return DueErasure(
      from: manifest.oldest, through: segments[count] - 1,
      rule: isBySize
        ? "storage.retention.size \(bounds.bytesMax) bytes"
        : "storage.retention.age \(bounds.ageNanosMax / 1_000_000_000) s")
  }

  /// How many of the oldest segments are beyond the bounds, and whether their size asked for it.
  private func due(
    _ bounds: RetentionBounds, now: WallTime
  ) throws(LedgerError) -> (count: Int, isBySize: Bool) {
    var total = sizes.reduce(UInt64(0)) { $0 + UInt64($1) }
    var count = 0
    var isBySize = false
    while count < segments.count - 1, segments[count + 1] - 1 <= bounds.sealedTo {
      if total > bounds.bytesMax {
        isBySize = true
      } else {
        guard try isOver(segment: count, bounds.ageNanosMax, now) else { break }
      }
      total -= UInt64(sizes[count])
      count += 1
    }
    return (count, isBySize)
  }

  /// Time of the first event of the segment at `index`; `nil` when it has none yet.
  private func firstTime(ofSegment index: Int) throws(LedgerError) -> WallTime? {
    try read(index, RecordLayout.footprintMax) {
      guard case .record(let head) = $0.record(at: 0, limit: $1) else { return nil }
      return head.event.time
    }
  }

  /// Time of the first event of the segment at `index` whose time has come, of those at its beginning; `nil` when
  /// there is none. A time of the future is of a clock that was wrong, and says nothing.
  private func earlyTime(
    ofSegment index: Int, notAfter now: WallTime
  ) throws(LedgerError) -> WallTime? {
    try read(index, RecordLayout.footprintMax) { buffer, count in
      var offset = 0
      while case .record(let head) = buffer.record(at: offset, limit: count) {
        if head.event.time <= now { return head.event.time }
        offset += head.footprint
      }
      return nil
    }
  }

  /// The latest time that has come of an event of the segment at `index`; `nil` when there is none.
  private func lastTime(
    ofSegment index: Int, notAfter now: WallTime
  ) throws(LedgerError) -> WallTime? {
    try read(index, .max) { buffer, count in
      var (latest, offset) = (WallTime?.none, 0)
      while case .record(let head) = buffer.record(at: offset, limit: count) {
        if head.event.time <= now { latest = max(latest ?? head.event.time, head.event.time) }
        offset += head.footprint
      }
      return latest
    }
  }

  /// Lends what a segment's file holds behind its header, at most so many bytes.
  private func read(
    _ index: Int, _ bytesMax: Int, _ body: (borrowing LogBuffer, Int) -> WallTime?
  ) throws(LedgerError) -> WallTime? {
    let recovery = LogRecovery(storage: storage)
    let (_, file) = try recovery.open(segments[index], forWriting: false, epoch: manifest.epoch)
    let name = SegmentHeader.name(firstSequence: segments[index])
    let bytes = min(sizes[index] - SegmentHeader.byteCount, bytesMax)
    return try recovery.wrap(name) { () throws(StorageFailure) in
      var buffer = LogBuffer(capacity: bytes)
      let count = try buffer.fill(
        0..<bytes, from: file, at: UInt64(SegmentHeader.byteCount), of: storage)
      return body(buffer, count)
    }
  }
}
