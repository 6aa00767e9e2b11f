/// A JSON string in canonical form.
public enum CanonicalString {
  /// `text` in quotes, with the escapes of RFC 8785, section 3.2.2.2, and no others.
  public static func quoted(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    append(text, to: &bytes)
    return bytes
  }

  /// Appends what ``quoted(_:)`` gives.
  public static func append(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0).bytes, to: &bytes) }
  }

  /// Appends what ``quoted(_:)`` gives of a text in UTF-8.
  static func append(_ text: RawSpan, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    unsafe text.withUnsafeBytes { text in
      var (start, place) = (0, 0)
      while place < text.count {
        // Eight bytes at once, as most need no escape.
        if text.count - place >= 8,
          unsafe isPlain(text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        {
          place += 8
          continue
        }
        let byte = unsafe text[place]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
          unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<place]))
          start = place + 1
          escape(byte, to: &bytes)
        }
        place += 1
      }
      unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether none of eight bytes is a quotation mark, a backslash or below 0x20.
  @inline(__always)
  private static func isPlain(_ bytes: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let (quotes, escapes) = (bytes ^ (ones &* 0x22), bytes ^ (ones &* 0x5C))
    // The subtraction sets the high bit of a byte that is 0, or below 0x20, where it was not set.
    let found =
      (quotes &- ones) & ~quotes | (escapes &- ones) & ~escapes | (bytes &- ones &* 0x20) & ~bytes
    return found & (ones &* 0x80) == 0
  }

  private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0x20...: bytes.append(byte)
    default:
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(digit(byte >> 4))
      bytes.append(digit(byte & 15))
    }
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }

  /// The byte that the escape at the beginning of `rest` says, with its length behind the backslash;
  /// `nil` for one that is not canonical.
  private static func escaped(_ rest: Slice<UnsafeRawBufferPointer>) -> (UInt8, Int)? {
    guard let first = unsafe rest.first else { return nil }
    switch first {
    case UInt8(ascii: "b"): return (0x08, 1)
    case UInt8(ascii: "t"): return (0x09, 1)
    case UInt8(ascii: "n"): return (0x0A, 1)
    case UInt8(ascii: "f"): return (0x0C, 1)
    case UInt8(ascii: "r"): return (0x0D, 1)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): return (first, 1)
    case UInt8(ascii: "u"):
      let text = unsafe Array(rest.prefix(5))
      for value: UInt8 in 0..<0x20 where ![0x08, 0x09, 0x0A, 0x0C, 0x0D].contains(value) {
        var canonical: [UInt8] = []
        escape(value, to: &canonical)
        if canonical.dropFirst().elementsEqual(text) { return (value, 5) }
      }
      return nil
    default: return nil
    }
  }
}

extension CanonicalString {
  /// What a canonical JSON string says; `nil` for anything that ``quoted(_:)`` would not have
  /// written.
  public static func text(of quoted: ArraySlice<UInt8>) -> String? {
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"")
    else { return nil }
    let inner = quoted.dropFirst().dropLast()
    if !inner.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
    {
      return String(validating: inner, as: UTF8.self)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(quoted.count)
    let isCanonical = unsafe quoted.dropFirst().dropLast().withUnsafeBytes { text in
      var (start, place) = (0, 0)
      while place < text.count {
        let byte = unsafe text[place]
        guard byte >= 0x20, byte != UInt8(ascii: "\"") else { return false }
        guard byte == UInt8(ascii: "\\") else {
          place += 1
          continue
        }
        unsafe bytes.append(contentsOf: text[start..<place])
        guard let (said, count) = unsafe escaped(text[(place + 1)...]) else { return false }
        bytes.append(said)
        place += 1 + count
        start = place
      }
      unsafe bytes.append(contentsOf: text[start...])
      return true
    }
    return isCanonical ? String(validating: bytes, as: UTF8.self) : nil
  }
}
