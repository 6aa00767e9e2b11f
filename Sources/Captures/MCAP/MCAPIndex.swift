/// Where the chunks of an MCAP file stand and when they were recorded.
///
/// Log times need not rise within a file, so a chunk's range may reach into its neighbours'. What is
/// searched are therefore the running latest end and, from behind, the running earliest start; both
/// rise, and a moment is found in them in logarithmic time.
public struct MCAPIndex: Sendable, Equatable {
  /// One chunk.
  public struct Chunk: Sendable, Equatable {
    /// First log time in it, nanoseconds.
    public var start: UInt64
    /// Last log time in it, nanoseconds.
    public var end: UInt64
    /// Where its record begins in the file.
    public var offset: Int
    /// Where its record ends.
    public var upperBound: Int
  }

  /// Chunks in the order of the file.
  public let chunks: [Chunk]
  /// Whether it is the file's own; else the file was gone through from chunk to chunk.
  public let isFromSummary: Bool
  /// Whether messages stand outside of chunks; such a file is read from its beginning.
  let hasLooseMessages: Bool
  /// The latest end of a chunk and all before it.
  private let latestEnds: [UInt64]
  /// The earliest start of a chunk and all behind it.
  private let earliestStarts: [UInt64]

  init(_ chunks: [Chunk], isFromSummary: Bool, hasLooseMessages: Bool = false) {
    self.chunks = chunks
    self.isFromSummary = isFromSummary
    self.hasLooseMessages = hasLooseMessages
    var latest: UInt64 = 0
    latestEnds = chunks.map {
      latest = max(latest, $0.end)
      return latest
    }
    var earliest = UInt64.max
    earliestStarts = chunks.reversed().map {
      earliest = min(earliest, $0.start)
      return earliest
    }.reversed()
  }

  /// The first log time, or nothing in a file without chunks.
  public var start: UInt64? { earliestStarts.first }

  /// The last log time, or nothing in a file without chunks.
  public var end: UInt64? { latestEnds.last }

  /// The first chunk that may hold a message at or after `time`; every such message is in it or
  /// behind it. The number of chunks when there is none. At most log2(n) + 1 looks.
  public func firstChunk(notBefore time: UInt64) -> Int {
    Self.partition(latestEnds) { $0 < time }
  }

  /// Behind the last chunk that may hold a message at or before `time`.
  public func endOfChunks(notAfter time: UInt64) -> Int {
    Self.partition(earliestStarts) { $0 <= time }
  }

  /// How many elements at the front satisfy `isInFront`, which none behind them does.
  static func partition(_ values: [UInt64], _ isInFront: (UInt64) -> Bool) -> Int {
    var (low, high) = (0, values.count)
    while low < high {
      let middle = low + (high - low) / 2
      if isInFront(values[middle]) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension MCAPReader {
  /// The index of the file: its own if it has one, else by going from record to record without
  /// reading what is in the chunks. Does not move the place of reading.
  public borrowing func index() throws(CaptureError) -> MCAPIndex {
    // A summary that is itself damaged is passed over like one that is missing.
    let summary: MCAPSummary?
    do {
      summary = try self.summary()
    } catch {
      summary = nil
    }
    if let summary, !summary.chunks.isEmpty || summary.messageCount == 0 {
      return MCAPIndex(
        summary.chunks.map {
          MCAPIndex.Chunk(
            start: own($0.start), end: own($0.end), offset: Int(clamping: $0.offset),
            upperBound: Int(clamping: $0.offset &+ $0.length))
        }, isFromSummary: true)
    }
    return try scannedIndex()
  }

  private borrowing func scannedIndex() throws(CaptureError) -> MCAPIndex {
    var chunks: [MCAPIndex.Chunk] = []
    var hasLooseMessages = false
    var position = MCAPFormat.magic.count
    var head = ByteBuffer(capacity: 64)
    let most = MCAPFormat.recordHeadBytes + 16
    while file.size - position >= MCAPFormat.recordHeadBytes {
      try file.read(at: position, count: min(most, file.size - position), into: &head)
      let found = head.withBytes { bytes in
        var cursor = ByteCursor(0..<bytes.byteCount)
        return (
          opcode: cursor.integer(UInt8.self, bytes), length: cursor.integer(UInt64.self, bytes),
          start: cursor.integer(UInt64.self, bytes), end: cursor.integer(UInt64.self, bytes)
        )
      }
      let room = UInt64(file.size - position - MCAPFormat.recordHeadBytes)
      guard found.opcode != 0, found.length <= room else { break }
      let next = position + MCAPFormat.recordHeadBytes + Int(found.length)
      switch found.opcode {
      case MCAPFormat.Opcode.chunk:
        chunks.append(
          MCAPIndex.Chunk(
            start: own(found.start), end: own(found.end), offset: position, upperBound: next))
      case MCAPFormat.Opcode.message: hasLooseMessages = true
      case MCAPFormat.Opcode.dataEnd, MCAPFormat.Opcode.footer:
        return MCAPIndex(chunks, isFromSummary: false, hasLooseMessages: hasLooseMessages)
      default: break
      }
      position = next
    }
    return MCAPIndex(chunks, isFromSummary: false, hasLooseMessages: hasLooseMessages)
  }
}
