/// A JSON string in canonical form.
public enum CanonicalString {
  /// `text` in quotes, with the escapes of RFC 8785, section 3.2.2.2, and no others.
  public static func quoted(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    SiteTexts.quote(text, into: &bytes)
    return bytes
  }
}

extension CanonicalString {
  /// What a canonical JSON string says; `nil` for anything that ``quoted(_:)`` would not have
  /// written.
  public static func text(of quoted: ArraySlice<UInt8>) -> String? {
    guard quoted.count >= 2, quoted.first == UInt8(ascii: "\""), quoted.last == UInt8(ascii: "\"")
    else { return nil }
    var bytes: [UInt8] = []
    var rest = quoted.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      switch rest.popFirst() {
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
      case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
      case UInt8(ascii: "u"):
        let digits = String(decoding: rest.prefix(4), as: UTF8.self)
        guard let value = UInt8(digits, radix: 16) else { return nil }
        bytes.append(value)
        rest = rest.dropFirst(4)
      default: return nil
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self), self.quoted(text) == Array(quoted)
    else { return nil }
    return text
  }
}
