/// The summary section at the end of a whole MCAP file: what it holds without reading it all.
public struct MCAPSummary: Sendable, Equatable {
  /// Where a chunk stands and what it holds.
  public struct ChunkIndex: Sendable, Equatable {
    /// First log time in it, nanoseconds.
    public var start: UInt64
    /// Last log time in it, nanoseconds.
    public var end: UInt64
    /// Where its record begins in the file.
    public var offset: UInt64
    /// Bytes of its record.
    public var length: UInt64
    /// Bytes stored.
    public var storedBytes: UInt64
    /// Bytes it decompresses to.
    public var size: UInt64
    /// How it is compressed: empty, `zstd` or `lz4`.
    public var compression: String
  }

  /// Schemas, by number.
  public internal(set) var schemas: [UInt16: MCAPSchema] = [:]
  /// Channels, by number.
  public internal(set) var channels: [UInt16: MCAPChannel] = [:]
  /// Chunks in the order of the file.
  public internal(set) var chunks: [ChunkIndex] = []
  /// Messages in the file.
  public internal(set) var messageCount: UInt64 = 0
  /// First log time, nanoseconds; 0 in a file without messages.
  public internal(set) var start: UInt64 = 0
  /// Last log time, nanoseconds.
  public internal(set) var end: UInt64 = 0
  /// Messages by channel number.
  public internal(set) var channelMessages: [UInt16: UInt64] = [:]
}

extension MCAPReader {
  /// The summary, or nothing when the file has none (it was cut off, or its writer made none).
  ///
  /// Does not move the place of reading.
  public borrowing func summary() throws(CaptureError) -> MCAPSummary? {
    let tail = MCAPFormat.footerBytes + MCAPFormat.magic.count
    let footerStart = file.size - tail
    guard footerStart >= MCAPFormat.magic.count else { return nil }
    var buffer = ByteBuffer()
    try file.read(at: footerStart, count: tail, into: &buffer)
    let footer = buffer.withBytes { bytes -> (start: UInt64, crc: UInt32)? in
      guard
        bytes.extracting(MCAPFormat.footerBytes..<tail).holds(MCAPFormat.magic)
      else { return nil }
      var cursor = ByteCursor(0..<bytes.byteCount)
      let opcode = cursor.integer(UInt8.self, bytes)
      let length = cursor.integer(UInt64.self, bytes)
      guard opcode == MCAPFormat.Opcode.footer, length == 20 else { return nil }
      let start = cursor.integer(UInt64.self, bytes)
      _ = cursor.integer(UInt64.self, bytes)
      return (start, cursor.integer(UInt32.self, bytes))
    }
    guard let footer, footer.start != 0 else { return nil }
    guard footer.start <= UInt64(footerStart) else {
      throw damaged(footerStart, "the footer puts the summary behind itself")
    }
    let begin = Int(footer.start)
    let length = footerStart - begin
    guard length <= limits.summaryBytesMax else {
      throw CaptureError(
        .tooLarge, operation: "read", subject: file.path, offset: begin,
        reason: "the summary has \(length) bytes, at most \(limits.summaryBytesMax) are read")
    }
    // The CRC covers the footer up to the CRC itself, the footer's last four bytes.
    let covered = length + MCAPFormat.footerBytes - 4
    try file.read(at: begin, count: covered, into: &buffer)
    guard footer.crc == 0 || buffer.withBytes({ CRC32($0).value }) == footer.crc else {
      throw damaged(begin, "the summary's CRC is wrong")
    }
    guard let summary = buffer.withBytes({ MCAPSummary($0, 0..<length) }) else {
      throw damaged(begin, "a record of the summary does not fit its own length")
    }
    return summary
  }

  private func damaged(_ offset: Int, _ reason: String) -> CaptureError {
    CaptureError(.damaged, operation: "read", subject: file.path, offset: offset, reason: reason)
  }
}

extension MCAPSummary {
  fileprivate init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(range)
    while cursor.remaining > 0 {
      let opcode = cursor.integer(UInt8.self, bytes)
      let length = cursor.integer(UInt64.self, bytes)
      let content = cursor.take(length)
      guard !cursor.isBroken, take(opcode, bytes, content) else { return nil }
    }
  }

  /// Takes one record; false when it does not fit.
  private mutating func take(_ opcode: UInt8, _ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    switch opcode {
    case MCAPFormat.Opcode.schema:
      guard let schema = MCAPSchema(bytes, range) else { return false }
      schemas[schema.id] = schema
    case MCAPFormat.Opcode.channel:
      guard let channel = MCAPChannel(bytes, range) else { return false }
      channels[channel.id] = channel
    case MCAPFormat.Opcode.statistics: return takeStatistics(bytes, range)
    case MCAPFormat.Opcode.chunkIndex: return takeChunkIndex(bytes, range)
    default: break
    }
    return true
  }

  private mutating func takeStatistics(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    var cursor = ByteCursor(range)
    messageCount = cursor.integer(UInt64.self, bytes)
    _ = cursor.integer(UInt16.self, bytes)  // schemas
    for _ in 0..<4 {
      _ = cursor.integer(UInt32.self, bytes)  // channels, attachments, metadata, chunks
    }
    start = cursor.integer(UInt64.self, bytes)
    end = cursor.integer(UInt64.self, bytes)
    let length = cursor.integer(UInt32.self, bytes)
    var inner = ByteCursor(cursor.take(UInt64(length)))
    while inner.remaining > 0, !inner.isBroken {
      let channel = inner.integer(UInt16.self, bytes)
      channelMessages[channel] = inner.integer(UInt64.self, bytes)
    }
    return !cursor.isBroken && !inner.isBroken
  }

  private mutating func takeChunkIndex(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    var cursor = ByteCursor(range)
    let start = cursor.integer(UInt64.self, bytes)
    let end = cursor.integer(UInt64.self, bytes)
    let offset = cursor.integer(UInt64.self, bytes)
    let length = cursor.integer(UInt64.self, bytes)
    let mapLength = cursor.integer(UInt32.self, bytes)
    _ = cursor.take(UInt64(mapLength))
    _ = cursor.integer(UInt64.self, bytes)  // length of its message index
    let compression = cursor.string(bytes)
    let stored = cursor.integer(UInt64.self, bytes)
    let size = cursor.integer(UInt64.self, bytes)
    chunks.append(
      ChunkIndex(
        start: start, end: end, offset: offset, length: length, storedBytes: stored, size: size,
        compression: compression))
    return !cursor.isBroken
  }
}
