// JSON appended to bytes: numbers are integers or have a fixed number of decimals, so that the same
// value always gives the same bytes. Form: RFC 8259.

extension ByteBuffer {
  /// Appends a decimal integer.
  mutating func appendJSON(_ value: some BinaryInteger) {
    if value < 0 { append(UInt8(ascii: "-")) }
    appendDigits(UInt64(value.magnitude), atLeast: 1)
  }

  /// Appends `value` with `decimals` places, 0 ... 9, rounded half away from zero; `null` when it is
  /// not a number or beyond 10^9.
  mutating func appendJSON(_ value: Double, decimals: Int) {
    guard value.magnitude <= 1e9 else {
      append("null")
      return
    }
    var scale: UInt64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = UInt64((value.magnitude * Double(scale)).rounded(.toNearestOrAwayFromZero))
    if value < 0, scaled != 0 { append(UInt8(ascii: "-")) }
    appendDigits(scaled / scale, atLeast: 1)
    if decimals > 0 {
      append(UInt8(ascii: "."))
      appendDigits(scaled % scale, atLeast: decimals)
    }
  }

  /// Appends `text` as a string, quoted and escaped.
  mutating func appendJSON(_ text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 { appendEscaped(byte) }
    append(UInt8(ascii: "\""))
  }

  /// Appends UTF-8 as the inside of a string, escaped.
  mutating func appendEscaped(_ text: RawSpan) {
    for place in 0..<text.byteCount {
      appendEscaped(unsafe text.unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self))
    }
  }

  /// Appends the bytes of `value`, the least significant first, two digits each.
  mutating func appendHexadecimal<Value: FixedWidthInteger>(little value: Value) {
    var left = value
    for _ in 0..<Value.bitWidth / 8 {
      let byte = UInt8(truncatingIfNeeded: left)
      appendHexadecimal(byte >> 4)
      appendHexadecimal(byte & 15)
      left >>= 8
    }
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): append("\\\"")
    case UInt8(ascii: "\\"): append("\\\\")
    case 0..<0x20:
      append("\\u00")
      appendHexadecimal(byte >> 4)
      appendHexadecimal(byte & 15)
    default: append(byte)
    }
  }

  private mutating func appendHexadecimal(_ digit: UInt8) {
    append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
  }

  private mutating func appendDigits(_ value: UInt64, atLeast width: Int) {
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var place = 20
    var left = value
    while left != 0 {
      place -= 1
      digits[place] = UInt8(ascii: "0") + UInt8(left % 10)
      left /= 10
    }
    place = min(place, 20 - width)
    while place < 20 {
      append(digits[place])
      place += 1
    }
  }
}
