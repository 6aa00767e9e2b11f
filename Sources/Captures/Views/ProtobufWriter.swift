// Protocol Buffers appended to bytes and read from them, as far as pictures need it.
// Source: Protocol Buffers encoding (protobuf.dev/programming-guides/encoding).

/// Kinds of field on the wire.
enum ProtobufWire {
  static let varint: UInt8 = 0
  static let fixed64: UInt8 = 1
  static let bytes: UInt8 = 2
  static let fixed32: UInt8 = 5
}

extension ByteBuffer {
  /// Appends an integer in groups of seven bits, the least significant first.
  mutating func append(varint value: UInt64) {
    var left = value
    while left >= 0x80 {
      append(UInt8(truncatingIfNeeded: left) | 0x80)
      left >>= 7
    }
    append(UInt8(left))
  }

  /// Appends the key of a field.
  mutating func append(field: Int, wire: UInt8) {
    append(varint: UInt64(field) << 3 | UInt64(wire))
  }

  /// Appends an integer field.
  mutating func append(field: Int, integer: UInt64) {
    append(field: field, wire: ProtobufWire.varint)
    append(varint: integer)
  }

  /// Appends a field of 32 bits.
  mutating func append(field: Int, fixed: UInt32) {
    append(field: field, wire: ProtobufWire.fixed32)
    append(little: fixed)
  }

  /// Appends a text field.
  mutating func append(field: Int, text: String) {
    append(field: field, wire: ProtobufWire.bytes)
    append(varint: UInt64(text.utf8.count))
    var text = text
    text.withUTF8 { unsafe append($0.span.bytes) }
  }

  /// Appends a message field.
  mutating func append(field: Int, message: borrowing ByteBuffer) {
    append(field: field, wire: ProtobufWire.bytes)
    append(varint: UInt64(message.count))
    message.withBytes { append($0) }
  }
}

/// Where the fields of a message lie.
struct ProtobufFields {
  private var cursor: ByteCursor

  /// The fields in `range` of the bytes that every call is given.
  init(_ range: Range<Int>) { cursor = ByteCursor(range) }

  /// Number and place of the next field that holds bytes; others are passed over. Nothing at the
  /// end or when the message is broken.
  mutating func nextBytes(_ bytes: RawSpan) -> (field: Int, place: Range<Int>)? {
    while cursor.remaining > 0, let key = varint(bytes) {
      switch UInt8(key & 7) {
      case ProtobufWire.varint: if varint(bytes) == nil { return nil }
      case ProtobufWire.fixed64: _ = cursor.take(8)
      case ProtobufWire.fixed32: _ = cursor.take(4)
      case ProtobufWire.bytes:
        guard let length = varint(bytes) else { return nil }
        let place = cursor.take(length)
        return cursor.isBroken ? nil : (Int(clamping: key >> 3), place)
      default: return nil
      }
      if cursor.isBroken { return nil }
    }
    return nil
  }

  private mutating func varint(_ bytes: RawSpan) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte = cursor.integer(UInt8.self, bytes)
      guard !cursor.isBroken else { return nil }
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte & 0x80 == 0 { return value }
    }
    return nil
  }
}
