/// Gathers what the end of an MCAP file repeats and counts: schemas, channels, statistics, indexes.
///
/// Kept as finished records, about 100 bytes a chunk and 20 a channel used in it.
struct SummaryBuilder: ~Copyable, Sendable {
  /// Schemas written.
  private(set) var schemaCount: UInt16 = 0
  /// Channels written.
  private(set) var channelCount: UInt16 = 0
  /// Messages taken.
  private(set) var messageCount: UInt64 = 0
  /// Chunks written.
  private(set) var chunkCount = 0

  /// Entries a channel has in the chunk that is being closed, by channel number.
  var indexCounts: [UInt32] = [0]
  /// Channel and place of its record in the message index that is being built.
  var indexOffsets: [(channel: UInt16, offset: Int)] = []

  private var metadataCount: UInt32 = 0
  private var attachmentCount: UInt32 = 0
  private var start: UInt64 = .max
  private var end: UInt64 = 0
  private var channelMessages: [UInt64] = [0]
  private var schemas = ByteBuffer(capacity: 4_096)
  private var channels = ByteBuffer(capacity: 4_096)
  private var chunks = ByteBuffer(capacity: 64 << 10)
  private var metadata = ByteBuffer(capacity: 1_024)
  private var attachments = ByteBuffer(capacity: 256)

  /// Nothing gathered.
  init() {}

  /// Keeps a schema's record.
  mutating func addSchema(_ record: borrowing ByteBuffer) {
    record.withBytes { schemas.append($0) }
    schemaCount += 1
  }

  /// Keeps a channel's record.
  mutating func addChannel(_ record: borrowing ByteBuffer) {
    record.withBytes { channels.append($0) }
    channelCount += 1
    channelMessages.append(0)
    indexCounts.append(0)
    indexOffsets.reserveCapacity(channelMessages.count)
  }

  /// Keeps where a metadata record stands.
  mutating func addMetadata(name: String, offset: Int, length: Int) {
    Record.append(MCAPFormat.Opcode.metadataIndex, to: &metadata) { record in
      record.append(little: UInt64(offset))
      record.append(little: UInt64(length))
      record.append(prefixed: name)
    }
    metadataCount += 1
  }

  /// Keeps where an attachment stands.
  mutating func addAttachment(
    _ attachment: MCAPAttachment, logTime: UInt64, offset: Int, length: Int
  ) {
    Record.append(MCAPFormat.Opcode.attachmentIndex, to: &attachments) { record in
      record.append(little: UInt64(offset))
      record.append(little: UInt64(length))
      record.append(little: logTime)
      record.append(little: logTime)
      record.append(little: UInt64(attachment.data.count))
      record.append(prefixed: attachment.name)
      record.append(prefixed: attachment.mediaType)
    }
    attachmentCount += 1
  }

  /// Counts a message.
  mutating func count(_ message: MCAPMessage) {
    messageCount += 1
    channelMessages[Int(message.channel)] += 1
    start = min(start, message.logTime)
    end = max(end, message.logTime)
  }

  /// Empties the counts for the next message index.
  mutating func beginIndex() {
    for channel in indexCounts.indices { indexCounts[channel] = 0 }
    indexOffsets.removeAll(keepingCapacity: true)
  }

  /// Keeps where a chunk stands, and the records of its message index behind it.
  mutating func addChunk(
    start: UInt64, end: UInt64, offset: Int, length: Int, index: borrowing ByteBuffer,
    word: StaticString, stored: Int, size: Int
  ) {
    let offsets = indexOffsets
    let indexLength = index.count
    Record.append(MCAPFormat.Opcode.chunkIndex, to: &chunks) { record in
      record.append(little: start)
      record.append(little: end)
      record.append(little: UInt64(offset))
      record.append(little: UInt64(length))
      record.append(little: UInt32(offsets.count * 10))
      for entry in offsets {
        record.append(little: entry.channel)
        record.append(little: UInt64(offset + length + entry.offset))
      }
      record.append(little: UInt64(indexLength))
      record.append(little: UInt32(word.utf8CodeUnitCount))
      record.append(word)
      record.append(little: UInt64(stored))
      record.append(little: UInt64(size))
    }
    chunkCount += 1
  }

  /// Appends the summary section, which begins at `summaryStart` of the file, the footer and the
  /// closing magic.
  func finish(at summaryStart: Int, magic: [UInt8], into output: inout ByteBuffer) {
    let base = summaryStart - output.count
    let begin = output.count
    var offsets = ByteBuffer(capacity: 256)
    func group(_ opcode: UInt8, _ records: borrowing ByteBuffer) {
      guard records.count > 0 else { return }
      Record.append(MCAPFormat.Opcode.summaryOffset, to: &offsets) { record in
        record.append(opcode)
        record.append(little: UInt64(base + output.count))
        record.append(little: UInt64(records.count))
      }
      records.withBytes { output.append($0) }
    }
    group(MCAPFormat.Opcode.schema, schemas)
    group(MCAPFormat.Opcode.channel, channels)
    group(MCAPFormat.Opcode.statistics, statistics())
    group(MCAPFormat.Opcode.chunkIndex, chunks)
    group(MCAPFormat.Opcode.attachmentIndex, attachments)
    group(MCAPFormat.Opcode.metadataIndex, metadata)
    let offsetsStart = base + output.count
    offsets.withBytes { output.append($0) }
    // The summary's CRC covers the footer up to the CRC itself.
    output.append(MCAPFormat.Opcode.footer)
    output.append(little: UInt64(20))
    output.append(little: UInt64(summaryStart))
    output.append(little: UInt64(offsetsStart))
    let crc = output.withBytes(in: begin..<output.count) { CRC32($0) }
    output.append(little: crc.value)
    output.append(magic)
  }

  private func statistics() -> ByteBuffer {
    var buffer = ByteBuffer(capacity: 256)
    Record.append(MCAPFormat.Opcode.statistics, to: &buffer) { record in
      record.append(little: messageCount)
      record.append(little: schemaCount)
      record.append(little: UInt32(channelCount))
      record.append(little: attachmentCount)
      record.append(little: metadataCount)
      record.append(little: UInt32(chunkCount))
      record.append(little: messageCount == 0 ? 0 : start)
      record.append(little: end)
      let used = channelMessages.indices.filter { channelMessages[$0] > 0 }
      record.append(little: UInt32(used.count * 10))
      for channel in used {
        record.append(little: UInt16(channel))
        record.append(little: channelMessages[channel])
      }
    }
    return buffer
  }
}
