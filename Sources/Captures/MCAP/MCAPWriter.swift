/// Writes an MCAP file: chunks with CRC and message index, and at the end the summary.
///
/// Messages are gathered in a chunk of bounded size and time; a chunk and its index go to the file
/// in one write, so that a file cut off by a crash loses the last chunk only. Uncompressed, a large
/// message closes its chunk and is written from where it lies. After the buffers have grown to the
/// recording's needs, writing a message allocates nothing.
///
/// One thread at a time. A writer that goes away without `close()` leaves what a crash leaves: whole
/// chunks without a summary.
public struct MCAPWriter: ~Copyable, Sendable {
  /// How a file is written.
  public struct Options: Sendable, Equatable {
    /// How chunks are compressed.
    public var compression = MCAPFormat.Compression.zstandard(level: 1)
    /// Bytes after which a chunk is closed, 4 KiB ... 64 MiB.
    public var chunkBytesMax = 4 << 20
    /// Time from a chunk's first to its last message after which it is closed, nanoseconds.
    public var chunkNanosMax: UInt64 = 1_000_000_000
    /// Messages after which a chunk is closed.
    public var chunkMessagesMax = 65_536
    /// Payloads from here on are written without copying when there is no compression.
    public var directBytesMin = 128 << 10
    /// Most chunks in a file; then a new file has to be begun, so that the index stays bounded.
    public var chunkCountMax = 4_000_000
    /// Whether an existing file is overwritten instead of refused.
    public var replacesExisting = false
    /// Whether closing waits until the storage has everything.
    public var isSynchronised = true

    /// Zstandard at level 1, chunks of 4 MiB or one second.
    public init() {}
  }

  /// Largest payload of a message, bytes.
  public static let payloadBytesMax = 128 << 20

  let options: Options
  var file: OutputFile
  var dataCRC = CRC32()
  var summary: SummaryBuilder
  private let compressor: ZstandardCompressor
  private var failure: CaptureError?

  // The chunk under construction.
  private var chunk: ByteBuffer
  private var compressed: ByteBuffer
  private var entries: [IndexEntry] = []
  private var start: UInt64 = .max
  private var end: UInt64 = 0
  // Reused scratch.
  private var head: ByteBuffer
  private var index: ByteBuffer

  private struct IndexEntry {
    var channel: UInt16
    var logTime: UInt64
    var offset: UInt64
  }

  /// Creates `path` and writes magic and header record.
  public init(
    path: String, profile: String, library: String, options: Options = Options()
  ) throws(CaptureError) {
    var file = try OutputFile(path: path, replacesExisting: options.replacesExisting)
    var head = ByteBuffer(capacity: 256)
    head.append(MCAPFormat.magic)
    Record.append(MCAPFormat.Opcode.header, to: &head) { record in
      record.append(prefixed: profile)
      record.append(prefixed: library)
    }
    try Self.write(head, to: &file)
    dataCRC.update(head)
    head.clear()
    self.options = options
    let level = if case .zstandard(let level) = options.compression { level } else { 1 }
    compressor = ZstandardCompressor(level: level)
    summary = SummaryBuilder()
    chunk = ByteBuffer(capacity: min(max(options.chunkBytesMax, 4 << 10), 64 << 20))
    compressed = ByteBuffer()
    index = ByteBuffer(capacity: 4_096)
    entries.reserveCapacity(options.chunkMessagesMax)
    self.head = head
    self.file = file
  }

  /// Bytes in the file so far, without the chunk under construction.
  public var bytesWritten: Int { file.position }

  /// Messages taken so far.
  public var messageCount: UInt64 { summary.messageCount }

  /// Writes a schema record.
  ///
  /// - Returns: its number.
  public mutating func addSchema(
    name: String, encoding: String, data: [UInt8]
  ) throws(CaptureError) -> UInt16 {
    try checkUsable()
    let id = summary.schemaCount + 1
    Record.append(MCAPFormat.Opcode.schema, to: &head) { record in
      record.append(little: id)
      record.append(prefixed: name)
      record.append(prefixed: encoding)
      record.append(little: UInt32(data.count))
      record.append(data)
    }
    summary.addSchema(head)
    try writeHead()
    return id
  }

  /// Writes a channel record; `schema` is a number that `addSchema` gave, or 0.
  ///
  /// - Returns: its number.
  public mutating func addChannel(
    topic: String, messageEncoding: String, schema: UInt16, metadata: [(String, String)] = []
  ) throws(CaptureError) -> UInt16 {
    try checkUsable()
    precondition(schema <= summary.schemaCount, "A channel's schema is added before the channel.")
    guard summary.channelCount < .max else {
      throw CaptureError(
        .tooLarge, operation: "write", subject: file.path,
        reason: "an MCAP file has at most 65,535 channels; begin a new file")
    }
    let id = summary.channelCount + 1
    Record.append(MCAPFormat.Opcode.channel, to: &head) { record in
      record.append(little: id)
      record.append(little: schema)
      record.append(prefixed: topic)
      record.append(prefixed: messageEncoding)
      Record.append(metadata, to: &record)
    }
    summary.addChannel(head)
    try writeHead()
    return id
  }

  /// Closes the chunk under construction, if any, and writes a metadata record.
  public mutating func writeMetadata(
    name: String, _ values: [(String, String)]
  ) throws(CaptureError) {
    try flush()
    Record.append(MCAPFormat.Opcode.metadata, to: &head) { record in
      record.append(prefixed: name)
      Record.append(values, to: &record)
    }
    let offset = file.position
    let length = head.count
    try writeHead()
    summary.addMetadata(name: name, offset: offset, length: length)
  }

  /// Closes the chunk under construction, if any, and writes an attachment.
  public mutating func writeAttachment(
    _ attachment: MCAPAttachment, logTime: UInt64
  ) throws(CaptureError) {
    try flush()
    attachment.append(to: &head, logTime: logTime)
    let offset = file.position
    let length = head.count
    try writeHead()
    summary.addAttachment(attachment, logTime: logTime, offset: offset, length: length)
  }

  /// Takes a message; `message.channel` is a number that `addChannel` gave.
  public mutating func write(_ message: MCAPMessage, _ payload: RawSpan) throws(CaptureError) {
    try write(message, prefix: RawSpan(), payload)
  }

  /// Takes a message whose content is `prefix` and behind it `payload`, which may be large.
  public mutating func write(
    _ message: MCAPMessage, prefix: RawSpan, _ payload: RawSpan
  ) throws(CaptureError) {
    try checkUsable()
    precondition(
      message.channel >= 1 && message.channel <= summary.channelCount,
      "A message's channel is added before the message.")
    guard payload.byteCount <= Self.payloadBytesMax else {
      throw CaptureError(
        .tooLarge, operation: "write", subject: file.path,
        reason: "a message of \(payload.byteCount) bytes is over \(Self.payloadBytesMax)")
    }
    let isDirect =
      options.compression == .none && payload.byteCount >= options.directBytesMin
    let length =
      MCAPFormat.recordHeadBytes + MCAPFormat.messageHeadBytes + prefix.byteCount
      + (isDirect ? 0 : payload.byteCount)
    if !entries.isEmpty, mustClose(before: message.logTime, adding: length) {
      try closeChunk(RawSpan())
    }
    entries.append(
      IndexEntry(
        channel: message.channel, logTime: message.logTime, offset: UInt64(chunk.count)))
    start = min(start, message.logTime)
    end = max(end, message.logTime)
    chunk.append(MCAPFormat.Opcode.message)
    chunk.append(
      little: UInt64(MCAPFormat.messageHeadBytes + prefix.byteCount + payload.byteCount))
    chunk.append(little: message.channel)
    chunk.append(little: message.sequence)
    chunk.append(little: message.logTime)
    chunk.append(little: message.publishTime)
    chunk.append(prefix)
    if isDirect {
      try closeChunk(payload)
    } else {
      chunk.append(payload)
    }
    summary.count(message)
  }

  /// Writes the chunk under construction, if it holds anything.
  public mutating func flush() throws(CaptureError) {
    try checkUsable()
    if !entries.isEmpty { try closeChunk(RawSpan()) }
  }

  /// Writes what is left, the summary and the footer, and waits until all is on the storage.
  public consuming func close() throws(CaptureError) {
    try flush()
    let crc = dataCRC.value
    Record.append(MCAPFormat.Opcode.dataEnd, to: &head) { record in
      record.append(little: crc)
    }
    let start = file.position + head.count
    summary.finish(at: start, magic: MCAPFormat.magic, into: &head)
    try writeHead()
    if options.isSynchronised { try file.synchronise() }
  }

  // MARK: - Chunks

  private func mustClose(before logTime: UInt64, adding length: Int) -> Bool {
    chunk.count + length > options.chunkBytesMax || entries.count >= options.chunkMessagesMax
      || (logTime > start && logTime - start > options.chunkNanosMax)
  }

  /// Writes the gathered records and `tail`, the payload of the last of them, as one chunk.
  private mutating func closeChunk(_ tail: RawSpan) throws(CaptureError) {
    guard summary.chunkCount < options.chunkCountMax else {
      throw CaptureError(
        .tooLarge, operation: "write", subject: file.path,
        reason: "the file has \(options.chunkCountMax) chunks; begin a new file")
    }
    let size = chunk.count + tail.byteCount
    var crc = chunk.withBytes { CRC32($0) }
    crc.update(tail)
    var isCompressed = false
    if options.compression != .none {
      do {
        try compressor.compress(chunk, into: &compressed)
        isCompressed = true
      } catch {
        throw remember(
          CaptureError(
            .inputOutput, operation: "compress a chunk of", subject: file.path,
            reason: error.text))
      }
    }
    let stored = isCompressed ? compressed.count : size
    let word = options.compression.word
    let (start, end) = (start, end)
    Record.append(MCAPFormat.Opcode.chunk, to: &head, furtherBytes: stored) { record in
      record.append(little: start)
      record.append(little: end)
      record.append(little: UInt64(size))
      record.append(little: crc.value)
      record.append(little: UInt32(word.utf8CodeUnitCount))
      record.append(word)
      record.append(little: UInt64(stored))
    }
    let chunkOffset = file.position
    let chunkLength = head.count + stored
    buildIndex()
    dataCRC.update(head)
    if isCompressed {
      dataCRC.update(compressed)
    } else {
      dataCRC.append(crc, count: size)
    }
    dataCRC.update(index)
    do {
      if isCompressed {
        try Self.write(head, compressed, RawSpan(), index, to: &file)
      } else {
        try Self.write(head, chunk, tail, index, to: &file)
      }
    } catch {
      throw remember(error)
    }
    summary.addChunk(
      start: start, end: end, offset: chunkOffset, length: chunkLength, index: index,
      word: word, stored: stored, size: size)
    head.clear()
    chunk.clear()
    entries.removeAll(keepingCapacity: true)
    self.start = .max
    self.end = 0
  }

  /// Message index records, by channel, for the entries of the chunk.
  private mutating func buildIndex() {
    index.clear()
    summary.beginIndex()
    for entry in entries { summary.indexCounts[Int(entry.channel)] += 1 }
    for channel in 1..<summary.indexCounts.count where summary.indexCounts[channel] > 0 {
      let count = Int(summary.indexCounts[channel])
      summary.indexOffsets.append((UInt16(channel), index.count))
      index.append(MCAPFormat.Opcode.messageIndex)
      index.append(little: UInt64(6 + 16 * count))
      index.append(little: UInt16(channel))
      index.append(little: UInt32(16 * count))
      // From here on the count is the place of the channel's next entry.
      summary.indexCounts[channel] = UInt32(index.count)
      index.appendZeros(16 * count)
    }
    for entry in entries {
      let place = Int(summary.indexCounts[Int(entry.channel)])
      index.put(little: entry.logTime, at: place)
      index.put(little: entry.offset, at: place + 8)
      summary.indexCounts[Int(entry.channel)] += 16
    }
  }

  // MARK: - The file

  private static func write(
    _ first: borrowing ByteBuffer, _ second: borrowing ByteBuffer, _ third: RawSpan,
    _ fourth: borrowing ByteBuffer, to file: inout OutputFile
  ) throws(CaptureError) {
    try first.withBytes { a throws(CaptureError) in
      try second.withBytes { b throws(CaptureError) in
        try fourth.withBytes { d throws(CaptureError) in try file.write(a, b, third, d) }
      }
    }
  }

  private static func write(
    _ buffer: borrowing ByteBuffer, to file: inout OutputFile
  ) throws(CaptureError) {
    try buffer.withBytes { bytes throws(CaptureError) in try file.write(bytes) }
  }

  /// Writes and empties `head`.
  private mutating func writeHead() throws(CaptureError) {
    dataCRC.update(head)
    do {
      try Self.write(head, to: &file)
    } catch {
      throw remember(error)
    }
    head.clear()
  }

  private func checkUsable() throws(CaptureError) {
    if let failure { throw failure }
  }

  /// Keeps the first error: after it the file takes nothing more.
  private mutating func remember(_ error: CaptureError) -> CaptureError {
    failure = error
    head.clear()
    return error
  }
}

/// Records as bytes.
enum Record {
  /// Appends a record whose content `body` appends; `furtherBytes` of content follow elsewhere.
  static func append(
    _ opcode: UInt8, to buffer: inout ByteBuffer, furtherBytes: Int = 0,
    _ body: (inout ByteBuffer) -> Void
  ) {
    let begin = buffer.count
    buffer.append(opcode)
    buffer.append(little: UInt64(0))
    body(&buffer)
    let length = buffer.count - begin - MCAPFormat.recordHeadBytes + furtherBytes
    buffer.put(little: UInt64(length), at: begin + 1)
  }

  /// Appends a map of strings.
  static func append(_ map: [(String, String)], to buffer: inout ByteBuffer) {
    let begin = buffer.count
    buffer.append(little: UInt32(0))
    for (key, value) in map {
      buffer.append(prefixed: key)
      buffer.append(prefixed: value)
    }
    buffer.put(little: UInt32(buffer.count - begin - 4), at: begin)
  }
}
