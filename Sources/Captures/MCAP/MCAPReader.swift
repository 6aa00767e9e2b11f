/// Reads an MCAP file in the order of the file, message by message.
///
/// The file's own words are checked against `MCAPLimits` before memory is taken, and CRCs where the
/// writer gave them. A file that was cut off is read up to its last whole record; `truncation` says
/// so afterwards. Payloads are lent where they lie: no copy is made beyond decompression.
///
/// One thread at a time.
public struct MCAPReader: ~Copyable, Sendable {
  /// Where a file that was cut off ends in order.
  public struct Truncation: Sendable, Equatable {
    /// Where the last whole record ends.
    public var offset: Int
    /// Bytes behind it that could not be used.
    public var bytesLost: Int
  }

  /// Profile named in the file's header.
  public let profile: String
  /// Library named in the file's header.
  public let library: String
  /// Channels met so far (all of them after the last message), by number.
  public internal(set) var channels: [MCAPChannel?] = []
  /// Schemas met so far.
  public internal(set) var schemas: [UInt16: MCAPSchema] = [:]
  /// Metadata records met so far, by name; the first of a name holds.
  public internal(set) var metadata: [String: [String: String]] = [:]
  /// Attachments met so far; those longer than other records may be are passed over.
  public internal(set) var attachments: [MCAPAttachment] = []
  /// Set when the end was reached and is not the end of a whole file.
  public internal(set) var truncation: Truncation?
  /// Whether everything was read.
  public internal(set) var isAtEnd = false
  /// Chunks read so far.
  public private(set) var chunkCount = 0
  /// Bytes of messages that came out of chunks so far.
  public private(set) var uncompressedBytes = 0
  /// Bytes in the file.
  public var fileBytes: Int { file.size }

  let file: InputFile
  let limits: MCAPLimits
  /// The run of a merged capture that is asked for, and what is known of it once its record is met.
  let runName: String?
  var run: MergedRun?
  /// Channels of other runs.
  var foreign: Set<UInt16> = []
  private let decompressor: ZstandardDecompressor
  /// Where the next record of the file begins.
  var position: Int
  /// Running CRC of the data section; nothing once a record was passed over unread.
  var dataCRC: CRC32?
  var hasFooter = false

  // The record last read, and the chunk that it holds.
  private var record: ByteBuffer
  private var head: ByteBuffer
  private var decompressed: ByteBuffer
  var chunkOffset = 0
  private var isDecompressed = false
  var chunk = 0..<0
  private var payload = 0..<0

  /// Opens a file and reads its header; `file#run` is one run of a merged capture.
  public init(path: String, limits: MCAPLimits = MCAPLimits()) throws(CaptureError) {
    let (path, runName) = MergedRun.split(path)
    let file = try InputFile(path: path)
    var head = ByteBuffer(capacity: 64)
    var crc = CRC32()
    try Self.readStart(file, &head, &crc)
    let length = head.withBytes { bytes in
      var cursor = ByteCursor(1..<bytes.byteCount)
      return cursor.integer(UInt64.self, bytes)
    }
    var record = ByteBuffer(capacity: 64 << 10)
    let begin = MCAPFormat.magic.count + MCAPFormat.recordHeadBytes
    guard length <= UInt64(min(file.size - begin, limits.otherRecordBytesMax)) else {
      throw Self.withoutHeader(path)
    }
    try file.read(at: begin, count: Int(length), into: &record)
    crc.update(record)
    let names = record.withBytes { bytes in
      var cursor = ByteCursor(0..<bytes.byteCount)
      let names = (cursor.string(bytes), cursor.string(bytes))
      return cursor.isBroken ? nil : names
    }
    guard let names else { throw Self.withoutHeader(path) }
    (profile, library) = names
    dataCRC = crc
    position = begin + Int(length)
    self.limits = limits
    self.runName = runName
    decompressor = ZstandardDecompressor()
    decompressed = ByteBuffer()
    self.record = record
    self.head = head
    self.file = file
  }

  /// The next message, or nothing at the end; then `truncation` tells whether the file was whole.
  ///
  /// After an error about one chunk (`.damaged`) the next call goes on behind that chunk.
  public mutating func next() throws(CaptureError) -> MCAPMessage? {
    while true {
      if !chunk.isEmpty {
        if let message = try nextInChunk(), let own = try own(message) { return own }
        continue
      }
      guard !isAtEnd else { return nil }
      if let message = try nextRecord(), let own = try own(message) { return own }
    }
  }

  /// Lends the payload of the message that `next` returned last.
  public func withPayload<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isDecompressed { return try decompressed.withBytes(in: payload, body) }
    return try record.withBytes(in: payload, body)
  }

  // MARK: - Records of the file

  /// Reads one record; a message that stands outside of chunks is returned.
  mutating func nextRecord() throws(CaptureError) -> MCAPMessage? {
    let begin = position
    guard let (opcode, length) = try nextHead() else { return nil }
    switch opcode {
    case MCAPFormat.Opcode.chunk:
      // The chunk's own CRC serves for the data section too, so its bytes are gone over once.
      try readRecord(length, isSummed: false)
      try openChunk(at: begin)
    case MCAPFormat.Opcode.message:
      try readRecord(length)
      isDecompressed = false
      guard length >= MCAPFormat.messageHeadBytes else { throw broken("a message", at: begin) }
      return try message(in: 0..<length, at: begin)
    case MCAPFormat.Opcode.schema, MCAPFormat.Opcode.channel, MCAPFormat.Opcode.metadata:
      try readRecord(length)
      isDecompressed = false
      try takeDefinition(opcode, in: 0..<length, at: begin)
    case MCAPFormat.Opcode.messageIndex:
      try readRecord(length)
    case MCAPFormat.Opcode.attachment where length <= limits.otherRecordBytesMax:
      try readRecord(length)
      guard let attachment = record.withBytes({ MCAPAttachment($0, 0..<length) }) else {
        throw broken("an attachment", at: begin)
      }
      learn(attachment)
    case MCAPFormat.Opcode.dataEnd:
      let expected = dataCRC
      try readRecord(length)
      let stated = record.withBytes { bytes in
        var cursor = ByteCursor(0..<bytes.byteCount)
        return cursor.integer(UInt32.self, bytes)
      }
      dataCRC = nil
      if let expected, stated != 0, stated != expected.value {
        throw CaptureError(
          .damaged, operation: "read", subject: file.path, offset: begin,
          reason:
            "the CRC of the data section is wrong though each chunk's was right; an index or "
            + "definition was altered")
      }
    case MCAPFormat.Opcode.footer:
      position += length
      hasFooter = true
      try finish()
    default:
      // Attachments, indexes, the summary's records and kinds of later versions are passed over.
      position += length
      dataCRC = nil
    }
    return nil
  }

  /// Takes the opcode and length of the record at `position` and moves behind them; nothing when
  /// the file ends within the record.
  private mutating func nextHead() throws(CaptureError) -> (opcode: UInt8, length: Int)? {
    guard file.size - position >= MCAPFormat.recordHeadBytes else {
      endCutOff(at: position)
      return nil
    }
    try file.read(at: position, count: MCAPFormat.recordHeadBytes, into: &head)
    let (opcode, length) = head.withBytes { bytes in
      var cursor = ByteCursor(0..<bytes.byteCount)
      return (cursor.integer(UInt8.self, bytes), cursor.integer(UInt64.self, bytes))
    }
    if opcode == 0, length == 0 {
      // No record has this opcode: blocks that the file system had reserved and never filled.
      endCutOff(at: position)
      return nil
    }
    let isBulk = opcode == MCAPFormat.Opcode.chunk || opcode == MCAPFormat.Opcode.message
    let isPassedOver =
      opcode >= MCAPFormat.Opcode.chunkIndex && opcode != MCAPFormat.Opcode.metadata
    let most = isBulk ? limits.chunkRecordBytesMax : limits.otherRecordBytesMax
    guard isPassedOver || length <= UInt64(most) else {
      isAtEnd = true
      throw CaptureError(
        .tooLarge, operation: "read", subject: file.path, offset: position,
        reason: "a record declares \(length) bytes, at most \(most) are read; the file is damaged")
    }
    guard length <= UInt64(file.size - position - MCAPFormat.recordHeadBytes) else {
      endCutOff(at: position)
      return nil
    }
    let isLastOfData = opcode == MCAPFormat.Opcode.dataEnd
    if !isLastOfData { dataCRC?.update(head) }
    position += MCAPFormat.recordHeadBytes
    return (opcode, Int(length))
  }

  /// Reads the content of the record at `position` and moves behind it.
  private mutating func readRecord(
    _ length: Int, isSummed: Bool = true
  ) throws(CaptureError) {
    try file.read(at: position, count: length, into: &record)
    position += length
    if isSummed { dataCRC?.update(record) }
  }

  private mutating func endCutOff(at offset: Int) {
    isAtEnd = true
    truncation = Truncation(offset: offset, bytesLost: file.size - offset)
  }

  /// After the footer: the closing magic must stand at the very end.
  private mutating func finish() throws(CaptureError) {
    isAtEnd = true
    guard file.size - position >= MCAPFormat.magic.count else { return endCutOff(at: position) }
    try file.read(at: position, count: MCAPFormat.magic.count, into: &head)
    guard head.holds(MCAPFormat.magic) else {
      throw CaptureError(
        .damaged, operation: "read", subject: file.path, offset: position,
        reason: "the closing magic is missing behind the footer")
    }
  }

  private func broken(_ what: String, at offset: Int) -> CaptureError {
    CaptureError(
      .damaged, operation: "read", subject: file.path, offset: offset,
      reason: "\(what) does not fit its own length")
  }

  // MARK: - Chunks

  private mutating func openChunk(at begin: Int) throws(CaptureError) {
    chunkOffset = begin
    // Taken up again once the chunk has proved sound.
    let running = dataCRC
    dataCRC = nil
    let fields = record.withBytes { ChunkFields($0) }
    guard let fields else { throw broken("a chunk", at: begin) }
    func damaged(_ reason: String) -> CaptureError {
      CaptureError(
        .damaged, operation: "read", subject: file.path, offset: begin, reason: reason)
    }
    guard fields.size <= UInt64(limits.decompressedBytesMax) else {
      throw CaptureError(
        .tooLarge, operation: "read", subject: file.path, offset: begin,
        reason: "a chunk declares \(fields.size) bytes, at most "
          + "\(limits.decompressedBytesMax) are read")
    }
    let size = Int(fields.size)
    switch fields.compression {
    case "":
      guard fields.data.count == size else {
        throw damaged("a chunk declares \(size) bytes and holds \(fields.data.count)")
      }
      isDecompressed = false
    case "zstd":
      do {
        try record.withBytes(in: fields.data) { bytes throws(ZstandardFailure) in
          try Self.decompress(bytes, size, decompressor, &decompressed)
        }
      } catch {
        throw damaged("a chunk does not decompress: \(error.text)")
      }
      isDecompressed = true
    default:
      throw CaptureError(
        .unsupported, operation: "read", subject: file.path, offset: begin,
        reason: "a chunk is compressed with \"\(fields.compression)\"; "
          + "only zstd and no compression are read. Write the file again with one of these")
    }
    let crc =
      isDecompressed
      ? decompressed.withBytes { CRC32($0) } : record.withBytes(in: fields.data) { CRC32($0) }
    dataCRC = running
    if isDecompressed {
      dataCRC?.update(record)
    } else {
      let ahead = record.withBytes(in: 0..<fields.data.lowerBound) { CRC32($0) }
      dataCRC?.append(ahead, count: fields.data.lowerBound)
      dataCRC?.append(crc, count: size)
      let behind = fields.data.upperBound..<record.count
      dataCRC?.append(record.withBytes(in: behind) { CRC32($0) }, count: behind.count)
    }
    guard fields.crc == 0 || fields.crc == crc.value else {
      throw damaged("a chunk's CRC is wrong; its messages are passed over")
    }
    chunk = isDecompressed ? 0..<size : fields.data
    chunkCount += 1
    uncompressedBytes += size
  }

  private static func decompress(
    _ bytes: RawSpan, _ size: Int, _ decompressor: borrowing ZstandardDecompressor,
    _ target: inout ByteBuffer
  ) throws(ZstandardFailure) {
    try decompressor.decompress(bytes, size: size, into: &target)
  }

  private mutating func nextInChunk() throws(CaptureError) -> MCAPMessage? {
    let rest = chunk
    let found = withContent { bytes -> (opcode: UInt8, content: Range<Int>)? in
      var cursor = ByteCursor(rest)
      let opcode = cursor.integer(UInt8.self, bytes)
      let length = cursor.integer(UInt64.self, bytes)
      let content = cursor.take(length)
      return cursor.isBroken ? nil : (opcode, content)
    }
    guard let found else {
      chunk = 0..<0
      throw broken("a record in the chunk", at: chunkOffset)
    }
    chunk = found.content.upperBound..<rest.upperBound
    switch found.opcode {
    case MCAPFormat.Opcode.message: return try message(in: found.content, at: chunkOffset)
    case MCAPFormat.Opcode.schema, MCAPFormat.Opcode.channel:
      try takeDefinition(found.opcode, in: found.content, at: chunkOffset)
      return nil
    default: return nil
    }
  }

  /// Lends the bytes that ranges refer to at present.
  private func withContent<Result>(_ body: (RawSpan) -> Result) -> Result {
    isDecompressed ? decompressed.withBytes(body) : record.withBytes(body)
  }

  private mutating func message(
    in range: Range<Int>, at offset: Int
  ) throws(CaptureError) -> MCAPMessage {
    let parsed = withContent { bytes -> (MCAPMessage, Range<Int>)? in
      var cursor = ByteCursor(range)
      let message = MCAPMessage(
        channel: cursor.integer(UInt16.self, bytes), sequence: cursor.integer(UInt32.self, bytes),
        logTime: cursor.integer(UInt64.self, bytes),
        publishTime: cursor.integer(UInt64.self, bytes))
      return cursor.isBroken ? nil : (message, cursor.position..<range.upperBound)
    }
    guard let parsed else { throw broken("a message", at: offset) }
    let channel = Int(parsed.0.channel)
    guard channel < channels.count,
      channels[channel] != nil || foreign.contains(parsed.0.channel)
    else {
      throw CaptureError(
        .damaged, operation: "read", subject: file.path, offset: offset,
        reason: "a message is on channel \(channel), which no record before it describes")
    }
    payload = parsed.1
    return parsed.0
  }

  /// Takes a schema, channel or metadata record; the first of a number or name holds.
  private mutating func takeDefinition(
    _ opcode: UInt8, in range: Range<Int>, at offset: Int
  ) throws(CaptureError) {
    switch opcode {
    case MCAPFormat.Opcode.schema:
      guard let schema = withContent({ MCAPSchema($0, range) }) else {
        throw broken("a schema", at: offset)
      }
      if schemas[schema.id] == nil { schemas[schema.id] = schema }
    case MCAPFormat.Opcode.channel:
      guard let channel = withContent({ MCAPChannel($0, range) }) else {
        throw broken("a channel", at: offset)
      }
      learn(channel)
    default:
      guard let fields = withContent({ MetadataFields($0, range) }) else {
        throw broken("a metadata record", at: offset)
      }
      try learn(metadata: fields.name, fields.values, at: offset)
    }
  }
}
