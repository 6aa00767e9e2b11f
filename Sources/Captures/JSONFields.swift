/// Finds the members of one flat JSON object without building anything.
///
/// Reads what captures contain: an object whose values are strings, numbers, words, or nested values
/// that are passed over and can be entered by `init(at:)`. Whatever is not that gives nothing, never a trap.
struct JSONFields {
  /// A member's value.
  enum Value: Equatable {
    /// Between the quotes, escapes not yet resolved.
    case string(Range<Int>)
    /// A number without fraction and exponent.
    case integer(Int64)
    /// `true`, `false`, `null`, or a number with fraction or exponent.
    case word(Range<Int>)
    /// A nested object or list, its brackets included.
    case nested(Range<Int>)
  }

  private var position = 0
  private var isFirst = true
  private(set) var isBroken = false

  /// At the beginning of the object.
  init() {}

  /// At the nested object or list that begins at `position`.
  init(at position: Int) { self.position = position }

  /// The next member, or nothing at the end of the object or when it is broken.
  mutating func next(_ bytes: RawSpan) -> (key: Range<Int>, value: Value)? {
    guard !isBroken else { return nil }
    skipSpace(bytes)
    if isFirst {
      isFirst = false
      guard eat("{", bytes) else { return fail() }
      skipSpace(bytes)
      if eat("}", bytes) { return nil }
    } else {
      if eat("}", bytes) { return nil }
      guard eat(",", bytes) else { return fail() }
      skipSpace(bytes)
    }
    guard let key = string(bytes) else { return fail() }
    skipSpace(bytes)
    guard eat(":", bytes) else { return fail() }
    skipSpace(bytes)
    guard let value = value(bytes) else { return fail() }
    return (key, value)
  }

  /// The next element of a list, or nothing at the end of the list or when it is broken.
  mutating func nextElement(_ bytes: RawSpan) -> Value? {
    guard !isBroken else { return nil }
    skipSpace(bytes)
    if isFirst {
      isFirst = false
      guard eat("[", bytes) else { return failElement() }
      skipSpace(bytes)
      if eat("]", bytes) { return nil }
    } else {
      if eat("]", bytes) { return nil }
      guard eat(",", bytes) else { return failElement() }
      skipSpace(bytes)
    }
    return value(bytes) ?? failElement()
  }

  private mutating func failElement() -> Value? {
    isBroken = true
    return nil
  }

  private mutating func fail() -> (key: Range<Int>, value: Value)? {
    isBroken = true
    return nil
  }

  private func peek(_ bytes: RawSpan) -> UInt8? {
    position < bytes.byteCount
      ? unsafe bytes.unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self) : nil
  }

  private mutating func eat(_ character: Unicode.Scalar, _ bytes: RawSpan) -> Bool {
    guard peek(bytes) == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace(_ bytes: RawSpan) {
    while let byte = peek(bytes), byte == 32 || (9...10).contains(byte) || byte == 13 {
      position += 1
    }
  }

  private mutating func string(_ bytes: RawSpan) -> Range<Int>? {
    guard eat("\"", bytes) else { return nil }
    let start = position
    while let byte = peek(bytes) {
      position += 1
      if byte == UInt8(ascii: "\"") { return start..<position - 1 }
      if byte == UInt8(ascii: "\\") { position += 1 }
    }
    return nil
  }

  private mutating func value(_ bytes: RawSpan) -> Value? {
    switch peek(bytes) {
    case UInt8(ascii: "\"")?: return string(bytes).map { .string($0) }
    case UInt8(ascii: "{")?, UInt8(ascii: "[")?:
      let start = position
      return passOver(bytes) ? .nested(start..<position) : nil
    default: return word(bytes)
    }
  }

  /// Passes over a nested value by counting its brackets.
  private mutating func passOver(_ bytes: RawSpan) -> Bool {
    var depth = 0
    while let byte = peek(bytes) {
      switch byte {
      case UInt8(ascii: "\""):
        guard string(bytes) != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      position += 1
      if depth == 0 { return true }
    }
    return false
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word(_ bytes: RawSpan) -> Value? {
    let start = position
    var isInteger = true
    var isNegative = false
    var magnitude: Int64 = 0
    while let byte = peek(bytes) {
      if byte == UInt8(ascii: ",") || byte <= 32 { break }
      if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { break }
      if byte == UInt8(ascii: "-"), position == start {
        isNegative = true
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
        if overflow || carry { isInteger = false }
        magnitude = sum
      } else {
        isInteger = false
      }
      position += 1
    }
    guard position > start + (isNegative ? 1 : 0) else { return nil }
    return isInteger
      ? .integer(isNegative ? 0 &- magnitude : magnitude) : .word(start..<position)
  }
}

extension RawSpan {
  /// Whether the bytes of `range` are those of `literal`.
  func matches(_ range: Range<Int>, _ literal: StaticString) -> Bool {
    guard range.count == literal.utf8CodeUnitCount else { return false }
    for place in 0..<range.count {
      let byte = unsafe unsafeLoad(
        fromUncheckedByteOffset: range.lowerBound + place, as: UInt8.self)
      let wanted = unsafe literal.utf8Start[place]
      if byte != wanted { return false }
    }
    return true
  }

  /// The JSON string whose inside lies at `range`, escapes resolved.
  func jsonString(_ range: Range<Int>) -> String {
    var scalars = String.UnicodeScalarView()
    var isEscaped = false
    let text = unsafe extracting(range).withUnsafeBytes {
      unsafe String(decoding: $0, as: UTF8.self)
    }
    var left = text.unicodeScalars[...]
    while let scalar = left.popFirst() {
      guard isEscaped || scalar == "\\" else {
        scalars.append(scalar)
        continue
      }
      if !isEscaped {
        isEscaped = true
        continue
      }
      isEscaped = false
      switch scalar {
      case "n": scalars.append("\n")
      case "t": scalars.append("\t")
      case "r": scalars.append("\r")
      case "b": scalars.append("\u{8}")
      case "f": scalars.append("\u{c}")
      case "u":
        let digits = String(String.UnicodeScalarView(left.prefix(4)))
        left = left.dropFirst(4)
        scalars.append(UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{fffd}")
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }
}
