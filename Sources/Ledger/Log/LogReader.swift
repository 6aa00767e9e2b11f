import Synchronization

/// Reads a ledger's folder, over any storage. ``EventLogReader`` tells its contract.
final class LogReader<Storage: LogStorage>: Sendable {
  /// A place is remembered for every so many records of a segment.
  static var indexStride: UInt64 { 64 }
  /// Segments whose file and places are kept at hand at most.
  static var openMax: Int { 8 }
  /// Bytes read at once.
  static var chunkBytes: Int { 64 * 1024 }

  let storage: Storage
  let epoch: UInt64
  let post: String
  private let state: Mutex<State>

  /// A segment at hand.
  private struct OpenSegment {
    var first: UInt64
    var file: Storage.File
    /// Offsets of the records `first + 64 i`.
    var places: [UInt32]
  }

  private struct State {
    /// First sequences, ascending.
    var segments: [UInt64]
    /// The one used last is the last.
    var open: [OpenSegment] = []
  }

  init(storage: Storage) throws(LedgerError) {
    self.storage = storage
    let recovery = LogRecovery(storage: storage)
    let names = try recovery.wrap("") { () throws(StorageFailure) in try storage.names() }
    guard let manifest = try recovery.manifest(names: names) else {
      throw LedgerError(
        .noLedger, operation: "read", subject: storage.place,
        reason: "there is no ledger in this folder; name the folder that the daemon writes")
    }
    epoch = manifest.epoch
    post = manifest.post
    state = Mutex(State(segments: Self.segments(names)))
  }

  private static func segments(_ names: [String]) -> [UInt64] {
    names.compactMap(SegmentHeader.firstSequence).sorted()
  }

  /// Looks at the folder again.
  private func refresh() throws(LedgerError) -> [UInt64] {
    let segments: [UInt64]
    do throws(StorageFailure) { segments = Self.segments(try storage.names()) } catch {
      throw LedgerError(error, on: "", in: storage.place)
    }
    state.withLock { state in
      state.segments = segments
      state.open.removeAll { !segments.contains($0.first) }
    }
    return segments
  }

  func oldestSequence() throws(LedgerError) -> UInt64 { try refresh().first ?? 1 }

  func read(
    from sequence: UInt64, limit: Int, bytesMax: Int, durable: UInt64,
    _ body: (LedgerRecord, _ salts: RawSpan, _ payload: RawSpan) -> Void
  ) throws(LedgerError) -> LedgerReading {
    precondition(sequence > 0, "sequences count from 1")
    var progress = Progress(next: sequence, limit: limit, bytesLeft: bytesMax, durable: durable)
    var attempts = 0
    while !progress.isDone {
      guard let segment = try segment(holding: progress.next) else {
        // Not in the list: it is older than all that is kept, or newer than the list.
        let oldest = try refresh().first ?? 1
        guard progress.next < oldest else { throw hole(before: progress.next) }
        guard progress.count == 0 else { break }
        return .gone(oldest: oldest)
      }
      let before = progress.next
      do throws(LedgerError) { try scan(segment, &progress, body) } catch {
        // The file may be another segment's by now: looked at below.
        guard error.code == .damaged, try !refresh().contains(segment.first) else { throw error }
      }
      guard !progress.isDone else { break }
      // The segment ended before the durable sequence: the next one begins right there, or the
      // list is older than that.
      attempts = progress.next == before ? attempts + 1 : 0
      if attempts == 0, state.withLock({ $0.segments.contains(progress.next) }) { continue }
      let segments = try refresh()
      if let oldest = segments.first, progress.next < oldest {
        guard progress.count == 0 else { break }
        return .gone(oldest: oldest)
      }
      if !segments.contains(progress.next) || attempts > 1 {
        throw hole(before: progress.next, in: segment.first)
      }
    }
    return .events(count: progress.count, next: progress.next)
  }

  /// The newest sequence of the whole records that follow each other; `oldest - 1` when none.
  func newestSequence() throws(LedgerError) -> UInt64 {
    guard let first = try refresh().last else { return 0 }
    guard let segment = try segment(holding: first) else { return first - 1 }
    var progress = Progress(next: first, limit: .max, bytesLeft: .max, durable: .max)
    progress.stopsAtDamage = true
    try scan(segment, &progress) { _, _, _ in }
    return progress.next - 1
  }

  // MARK: - One segment

  /// How far a reading has come.
  private struct Progress {
    var next: UInt64
    var limit: Int
    var bytesLeft: Int
    var durable: UInt64
    var count = 0
    /// For the end of a segment that is being written by another process.
    var stopsAtDamage = false

    var isDone: Bool { next > durable || count >= limit || bytesLeft <= 0 }
  }

  private func segment(holding sequence: UInt64) throws(LedgerError) -> OpenSegment? {
    let known = state.withLock { state -> (first: UInt64?, open: OpenSegment?) in
      guard let first = state.segments.last(where: { $0 <= sequence }) else { return (nil, nil) }
      guard let place = state.open.firstIndex(where: { $0.first == first }) else {
        return (first, nil)
      }
      let segment = state.open.remove(at: place)
      state.open.append(segment)
      return (first, segment)
    }
    if let segment = known.open { return segment }
    guard let first = known.first else { return nil }
    let recovery = LogRecovery(storage: storage)
    let file: Storage.File
    do throws(LedgerError) {
      (_, file) = try recovery.open(first, forWriting: false, epoch: epoch)
    } catch {
      // Retention may have taken it since the folder was listed, or its file for another one.
      if error.code == .missing || error.code == .damaged, try !refresh().contains(first) {
        return nil
      }
      throw error
    }
    let segment = OpenSegment(
      first: first, file: file, places: [UInt32(SegmentHeader.byteCount)])
    state.withLock { state in
      guard !state.open.contains(where: { $0.first == first }) else { return }
      state.open.append(segment)
      if state.open.count > Self.openMax { state.open.removeFirst() }
    }
    return segment
  }

  /// Reads records of `segment` until the reading is done or the segment ends.
  private func scan(
    _ segment: OpenSegment, _ progress: inout Progress,
    _ body: (LedgerRecord, RawSpan, RawSpan) -> Void
  ) throws(LedgerError) {
    var places = segment.places
    let known = places.count
    let start = Int(min((progress.next - segment.first) / Self.indexStride, UInt64(known - 1)))
    var at = segment.first + UInt64(start) * Self.indexStride
    var offset = Int(places[start])
    if progress.next - at > Self.indexStride {
      (at, offset) = try place(of: progress.next, from: (at, offset), in: segment)
    }
    var buffer = LogBuffer(capacity: Self.chunkBytes)
    defer { remember(places, beyond: known, of: segment.first) }
    chunks: while !progress.isDone {
      let count = try fill(&buffer, from: segment, at: offset)
      var place = 0
      while !progress.isDone {
        switch buffer.record(at: place, limit: count) {
        case .record(let head) where head.sequence == at:
          if at == segment.first + UInt64(places.count) * Self.indexStride {
            places.append(UInt32(offset + place))
          }
          if at == progress.next {
            let content = place + RecordLayout.headerBytes..<place + head.length
            buffer.withBytes(content) { bytes in
              body(
                LedgerRecord(sequence: at, header: head.event),
                bytes.extracting(0..<head.saltBytes),
                bytes.extracting(head.saltBytes..<bytes.byteCount))
            }
            progress.next += 1
            progress.count += 1
            progress.bytesLeft -= head.payloadBytes
          }
          at += 1
          place += head.footprint
        case .beyond where place > 0:
          offset += place
          continue chunks
        case .beyond where count == buffer.capacity && count < RecordLayout.footprintMax:
          buffer = LogBuffer(capacity: RecordLayout.footprintMax)
          continue chunks
        case .nothing
        where count - place < RecordLayout.headerBytes && count == buffer.capacity
          && place > 0:
          // A few zeros at the end of the chunk say nothing yet.
          offset += place
          continue chunks
        case .nothing: return
        case .record, .beyond, .invalid:
          if progress.stopsAtDamage { return }
          throw LedgerError(
            .damaged, operation: "read", subject: subject(segment.first),
            offset: UInt64(offset + place),
            reason: "event \(at) is unreadable, though it was acknowledged; put the file back from "
              + "a copy of the folder")
        case .unknownVersion(let version):
          throw LedgerError(
            .unsupported, operation: "read", subject: subject(segment.first),
            offset: UInt64(offset + place),
            reason: "a record of version \(version), this build knows \(RecordLayout.seededVersion)"
          )
        }
      }
    }
  }

  private func place(
    of sequence: UInt64, from start: (at: UInt64, offset: Int), in segment: OpenSegment
  ) throws(LedgerError) -> (UInt64, Int) {
    do throws(StorageFailure) {
      let found = try SegmentSearch.place(
        of: sequence, from: SegmentSearch.Place(sequence: start.at, offset: start.offset),
        in: segment.file, of: storage)
      return (found.sequence, found.offset)
    } catch {
      throw LedgerError(
        error, on: SegmentHeader.name(firstSequence: segment.first), in: storage.place)
    }
  }

  private func fill(
    _ buffer: inout LogBuffer, from segment: OpenSegment, at offset: Int
  ) throws(LedgerError) -> Int {
    do throws(StorageFailure) {
      return try buffer.fill(
        0..<buffer.capacity, from: segment.file, at: UInt64(offset), of: storage)
    } catch {
      throw LedgerError(
        error, on: SegmentHeader.name(firstSequence: segment.first), in: storage.place)
    }
  }

  private func remember(_ places: [UInt32], beyond known: Int, of first: UInt64) {
    guard places.count > known else { return }
    state.withLock { state in
      guard let index = state.open.firstIndex(where: { $0.first == first }),
        state.open[index].places.count < places.count
      else { return }
      state.open[index].places = places
    }
  }

  private func subject(_ first: UInt64) -> String {
    "\(storage.place)/\(SegmentHeader.name(firstSequence: first))"
  }

  private func hole(before sequence: UInt64, in first: UInt64? = nil) -> LedgerError {
    LedgerError(
      .missing, operation: "read", subject: first.map(subject) ?? storage.place,
      reason: "event \(sequence) is not there, though it was acknowledged; put the segments back "
        + "from a copy of the folder")
  }
}
