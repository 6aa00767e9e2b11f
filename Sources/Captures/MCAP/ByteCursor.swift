/// A place in lent bytes from which values are taken one after the other.
///
/// What does not fit gives zeros and marks the cursor broken; the caller asks once at the end.
struct ByteCursor {
  /// Where the next value is taken.
  private(set) var position: Int
  /// Where the values end.
  let end: Int
  /// Whether something did not fit.
  private(set) var isBroken = false

  /// A cursor over `range` of the bytes that every call is given.
  init(_ range: Range<Int>) {
    position = range.lowerBound
    end = range.upperBound
  }

  /// Bytes that are left.
  var remaining: Int { end - position }

  /// The next integer.
  @inline(__always)
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, _ bytes: RawSpan
  ) -> Value {
    let size = MemoryLayout<Value>.size
    guard remaining >= size, end <= bytes.byteCount else {
      isBroken = true
      return 0
    }
    // Checked just above.
    let value = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position, as: Value.self)
    position &+= size
    return Value(littleEndian: value)
  }

  /// The place of the next `count` bytes, or nothing when they do not fit.
  mutating func take(_ count: UInt64) -> Range<Int> {
    guard count <= UInt64(max(remaining, 0)) else {
      isBroken = true
      return position..<position
    }
    let range = position..<position + Int(count)
    position = range.upperBound
    return range
  }

  /// The next string: 32 bits of length, then UTF-8 (repaired where it is not).
  mutating func string(_ bytes: RawSpan) -> String {
    let length = integer(UInt32.self, bytes)
    let range = take(UInt64(length))
    return unsafe bytes.extracting(range).withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
  }

  /// The next map of strings: 32 bits of length in bytes, then keys and values.
  mutating func map(_ bytes: RawSpan) -> [String: String] {
    let length = integer(UInt32.self, bytes)
    let range = take(UInt64(length))
    var inner = ByteCursor(range)
    var map: [String: String] = [:]
    while inner.remaining > 0, !inner.isBroken {
      let key = inner.string(bytes)
      map[key] = inner.string(bytes)
    }
    if inner.isBroken { isBroken = true }
    return map
  }
}
