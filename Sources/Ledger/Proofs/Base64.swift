/// Base 64 of RFC 4648: the standard alphabet with padding (section 4), as notes and proofs have
/// it, and the URL alphabet without (section 5), as disclosures have it.
///
/// Decoding is strict: one text for one value, so that no signed or hashed text has a twin.
enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let url = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static let standardValues = values(of: standard)
  private static let urlValues = values(of: url)

  /// The value of each symbol; 255 for what is none.
  private static func values(of alphabet: [UInt8]) -> [UInt8] {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, symbol) in alphabet.enumerated() { values[Int(symbol)] = UInt8(value) }
    return values
  }

  /// `bytes` in the standard alphabet, padded.
  static func encode(_ bytes: [UInt8]) -> String {
    var text = encode(bytes, standard)
    while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
    return String(decoding: text, as: UTF8.self)
  }

  /// `bytes` in the URL alphabet, not padded.
  static func encodeURL(_ bytes: [UInt8]) -> [UInt8] { encode(bytes, url) }

  /// Length of the text of `count` bytes, not padded.
  static func count(of count: Int) -> Int { (count * 4 + 2) / 3 }

  /// What a padded text of the standard alphabet says; `nil` for any other text.
  static func decode(_ text: some StringProtocol) -> [UInt8]? { decode(Array(text.utf8)) }

  /// The same of a text in UTF-8.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    var symbols = text
    guard symbols.count % 4 == 0 else { return nil }
    for _ in 0..<2 where symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
    return decode(symbols, values: standardValues)
  }

  /// What a text of the URL alphabet without padding says; `nil` for any other text.
  static func decodeURL(_ text: [UInt8]) -> [UInt8]? {
    decode(text, values: urlValues)
  }

  private static func encode(_ bytes: [UInt8], _ alphabet: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 4 / 3 + 4)
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 8
      while held >= 6 {
        held -= 6
        text.append(alphabet[Int(bits >> UInt32(held)) & 63])
      }
    }
    if held > 0 { text.append(alphabet[Int(bits << UInt32(6 - held)) & 63]) }
    return text
  }

  private static func decode(_ symbols: [UInt8], values: [UInt8]) -> [UInt8]? {
    guard symbols.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(symbols.count * 3 / 4)
    var bits: UInt32 = 0
    var held = 0
    for symbol in symbols {
      let value = values[Int(symbol)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    // What is left over of the last symbol must say nothing.
    return bits & (1 << UInt32(held) - 1) == 0 ? bytes : nil
  }
}
