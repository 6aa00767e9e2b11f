#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds MAVLink frames of both versions in the bytes of a line, however they are cut into reads.
///
/// Bytes that are no frame cost a counter and nothing else: after a wrong CRC the search goes on at
/// the byte after the false first byte, so that a valid frame is found wherever it begins, even
/// inside what looked like another. The price is bounded: each byte that can begin a frame costs at
/// most one CRC over 280 bytes.
///
/// Expected load: a 921,600 baud line brings 92 kB/s, about 2,500 frames/s; the parser is meant for
/// over 500 MB/s, so that a whole flight log is read in milliseconds. No allocation after `init`, no
/// locks, no references. One owner, one thread at a time.
///
/// Source of the format: MAVLink guide, "Packet Serialization" (versions 1 and 2).
@safe public struct FrameParser: ~Copyable {
  /// Bytes that the parser holds at most. A whole read of 4 KiB always fits after draining.
  public static let capacity = 8192

  /// What the parser has seen since its start.
  public private(set) var counters = ParserCounters()

  private let buffer: UnsafeMutableRawPointer
  /// First byte not yet judged, and end of the bytes held.
  private var readIndex = 0
  private var endIndex = 0
  /// Where the payload of the latest frame begins.
  private var payloadIndex = 0
  /// Whether bytes were skipped since the latest valid frame.
  private var isOutOfStep = false
  private let tables: LookupTables
  private var senders = SenderTable()
  private var signing: LinkSigning
  /// Systems in whose name frames came that were refused by the policy on signatures.
  public private(set) var refusedSystems = SystemSet()

  /// A parser with no bytes in it, which refuses what `signing` refuses. Allocates its buffer, the
  /// only allocation of its life.
  public init(signing: LinkSigning = LinkSigning()) {
    self.signing = signing
    unsafe buffer = .allocate(byteCount: Self.capacity, alignment: 64)
    tables = LookupTables.shared
  }

  deinit { unsafe buffer.deallocate() }

  /// Tells the judge of signatures the time of our own clock anew: ``LinkSigning/tell(time:)``.
  public mutating func tellSigning(time: UInt64) { signing.tell(time: time) }

  /// Bytes held that are not yet part of a frame or skipped.
  public var pendingCount: Int { endIndex - readIndex }

  // MARK: - Whole reads

  /// Takes in all of `bytes` and calls `body` with the header and payload of every frame that is
  /// complete, in order.
  ///
  /// The payload lies in the parser's buffer and is as long as on the wire: build a typed message
  /// from it (`GlobalPositionInt(payload:)`) or copy it (`Frame(header:payload:)`).
  public mutating func parse(
    _ bytes: RawSpan, _ body: (MAVLinkHeader, RawSpan) -> Void
  ) {
    var taken = 0
    while taken < bytes.byteCount {
      taken += append(bytes.extracting(droppingFirst: taken))
      drain(endOfInput: false, body)
    }
  }

  /// Judges the bytes still held as if no more will ever come, and empties the parser.
  ///
  /// For the end of a file, or a line that fell silent: a false first byte with a large length would
  /// otherwise hold back the valid frames behind it until more bytes come.
  public mutating func finish(_ body: (MAVLinkHeader, RawSpan) -> Void) {
    drain(endOfInput: true, body)
  }

  @inline(__always)
  private mutating func drain(endOfInput: Bool, _ body: (MAVLinkHeader, RawSpan) -> Void) {
    while let header = advance(endOfInput: endOfInput) {
      let payload = unsafe UnsafeRawBufferPointer(
        start: buffer + payloadIndex, count: Int(header.payloadLength))
      unsafe body(header, payload.bytes)
    }
  }

  // MARK: - Frame by frame

  /// Takes in as many of `bytes` as there is room for and returns how many that were.
  ///
  /// After `nextFrame()` has returned nil there is room for at least 7,900 bytes.
  public mutating func append(_ bytes: RawSpan) -> Int {
    if readIndex == endIndex {
      readIndex = 0
      endIndex = 0
    } else if bytes.byteCount > Self.capacity - endIndex {
      unsafe memmove(buffer, buffer + readIndex, pendingCount)
      endIndex -= readIndex
      readIndex = 0
    }
    let count = min(bytes.byteCount, Self.capacity - endIndex)
    guard count > 0 else { return 0 }
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      _ = unsafe memcpy(buffer + endIndex, start, count)
    }
    endIndex += count
    counters.bytes &+= UInt64(count)
    return count
  }

  /// The next frame of the bytes taken in, or nil if no whole one is left.
  ///
  /// `endOfInput` says that no more bytes will come, as in `finish(_:)`.
  public mutating func nextFrame(endOfInput: Bool = false) -> Frame? {
    guard let header = advance(endOfInput: endOfInput) else { return nil }
    let payload = unsafe UnsafeRawBufferPointer(
      start: buffer + payloadIndex, count: Int(header.payloadLength))
    return unsafe Frame(header: header, payload: payload.bytes)
  }

  /// Calls `body` with what was received from each sender, in no particular order.
  public func forEachSender(_ body: (SenderStatistics) -> Void) { senders.forEach(body) }

  /// Moves past the next valid frame; its payload begins at `payloadIndex`.
  @inline(__always)
  private mutating func advance(endOfInput: Bool) -> MAVLinkHeader? {
    while true {
      let cursor = unsafe FrameVerdict.firstMagic(buffer, readIndex, endIndex)
      if cursor > readIndex { skip(to: cursor) }
      guard cursor < endIndex else { return nil }
      let verdict = unsafe FrameVerdict.judge(
        UnsafeRawPointer(buffer + cursor), available: endIndex &- cursor, tables: tables)
      switch verdict {
      case .frame(let header, let headerLength, let length):
        payloadIndex = cursor &+ headerLength
        readIndex = cursor &+ length
        let frame = unsafe UnsafeRawBufferPointer(start: buffer + cursor, count: length)
        if let refusal = unsafe signing.refusal(of: header, frame: frame.bytes) {
          count(refusal, of: header, length: length)
          continue
        }
        count(header)
        return header
      case .incomplete:
        guard endOfInput else { return nil }
      case .refused(.checksum, _): counters.crcErrors &+= 1
      case .refused(.unknownMessage, _): counters.unknownMessages &+= 1
      case .refused(.incompatible, _): counters.incompatibleFrames &+= 1
      case .refused(.noMagic, _): break
      }
      skip(to: cursor &+ 1)
    }
  }

  @inline(__always)
  private mutating func skip(to index: Int) {
    counters.bytesSkipped &+= UInt64(index &- readIndex)
    readIndex = index
    isOutOfStep = true
  }

  /// Forgets the systems in `refusedSystems`.
  public mutating func forgetRefusedSystems() { refusedSystems.removeAll() }

  private mutating func count(
    _ refusal: LinkSigning.Refusal, of header: MAVLinkHeader, length: Int
  ) {
    counters.bytesRefused &+= UInt64(length)
    refusedSystems.insert(header.systemID)
    switch refusal {
    case .unsigned: counters.unsignedFrames &+= 1
    case .forged: counters.forgedFrames &+= 1
    case .replayed: counters.replayedFrames &+= 1
    }
  }

  @inline(__always)
  private mutating func count(_ header: MAVLinkHeader) {
    counters.frames &+= 1
    if header.isSigned { counters.signedFrames &+= 1 }
    if isOutOfStep {
      isOutOfStep = false
      counters.resyncs &+= 1
    }
    switch senders.note(header) {
    case .inOrder: break
    case .lost(let frames):
      counters.sequenceGaps &+= 1
      counters.framesLost &+= UInt64(frames)
    case .untracked: counters.untrackedFrames &+= 1
    }
  }
}
