/// A file that travels in an MCAP file beside the messages, e.g. the site file in force.
public struct MCAPAttachment: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What it is, as a media type (RFC 6838).
  public var mediaType: String
  /// Its bytes.
  public var data: [UInt8]

  /// An attachment.
  public init(name: String, mediaType: String, data: [UInt8]) {
    self.name = name
    self.mediaType = mediaType
    self.data = data
  }
}

extension MCAPAttachment {
  /// The attachment in a record's content; nothing when it does not fit its length or its CRC.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(range)
    _ = cursor.integer(UInt64.self, bytes)  // log time
    _ = cursor.integer(UInt64.self, bytes)  // time of creation
    name = cursor.string(bytes)
    mediaType = cursor.string(bytes)
    let length = cursor.integer(UInt64.self, bytes)
    let place = cursor.take(length)
    let covered = range.lowerBound..<cursor.position
    let crc = cursor.integer(UInt32.self, bytes)
    guard !cursor.isBroken else { return nil }
    guard crc == 0 || crc == CRC32(bytes.extracting(covered)).value else { return nil }
    data = bytes.extracting(place).array
  }

  /// Appends the record, its CRC included.
  func append(to buffer: inout ByteBuffer, logTime: UInt64) {
    let begin = buffer.count + MCAPFormat.recordHeadBytes
    Record.append(MCAPFormat.Opcode.attachment, to: &buffer) { record in
      record.append(little: logTime)
      record.append(little: logTime)
      record.append(prefixed: name)
      record.append(prefixed: mediaType)
      record.append(little: UInt64(data.count))
      record.append(data)
      let crc = record.withBytes(in: begin..<record.count) { CRC32($0) }
      record.append(little: crc.value)
    }
  }
}
