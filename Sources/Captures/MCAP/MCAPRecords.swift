// Records parsed out of bytes; each gives nothing when the record does not fit its length.

extension MCAPChannel {
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(range)
    id = cursor.integer(UInt16.self, bytes)
    schema = cursor.integer(UInt16.self, bytes)
    topic = cursor.string(bytes)
    messageEncoding = cursor.string(bytes)
    metadata = cursor.map(bytes)
    if cursor.isBroken { return nil }
  }
}

extension MCAPSchema {
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(range)
    id = cursor.integer(UInt16.self, bytes)
    name = cursor.string(bytes)
    encoding = cursor.string(bytes)
    let length = cursor.integer(UInt32.self, bytes)
    let place = cursor.take(UInt64(length))
    data = bytes.extracting(place).array
    if cursor.isBroken { return nil }
  }
}

/// What a chunk record says of its content.
struct ChunkFields {
  var start: UInt64
  var end: UInt64
  /// Bytes the content decompresses to.
  var size: UInt64
  /// CRC of the decompressed content, 0 when the writer gave none.
  var crc: UInt32
  var compression: String
  /// Where in the record the content lies.
  var data: Range<Int>

  init?(_ bytes: RawSpan) {
    var cursor = ByteCursor(0..<bytes.byteCount)
    start = cursor.integer(UInt64.self, bytes)
    end = cursor.integer(UInt64.self, bytes)
    size = cursor.integer(UInt64.self, bytes)
    crc = cursor.integer(UInt32.self, bytes)
    compression = cursor.string(bytes)
    let length = cursor.integer(UInt64.self, bytes)
    data = cursor.take(length)
    if cursor.isBroken { return nil }
  }
}

/// A metadata record's name and content.
struct MetadataFields {
  var name: String
  var values: [String: String]

  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    var cursor = ByteCursor(range)
    name = cursor.string(bytes)
    values = cursor.map(bytes)
    if cursor.isBroken { return nil }
  }
}

extension RawSpan {
  /// A copy of the bytes.
  var array: [UInt8] {
    unsafe withUnsafeBytes { unsafe Array($0) }
  }

  /// Whether the bytes are those of `other`.
  func holds(_ other: [UInt8]) -> Bool {
    guard byteCount == other.count else { return false }
    for place in other.indices {
      let byte = unsafe unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)
      if byte != other[place] { return false }
    }
    return true
  }
}

extension ByteBuffer {
  /// Whether the bytes are those of `other`.
  func holds(_ other: [UInt8]) -> Bool { withBytes { $0.holds(other) } }
}
