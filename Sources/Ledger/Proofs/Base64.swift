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

  // MARK: - In a longer text

  /// Reads the 44 characters of the standard alphabet that say 32 bytes; `nil` for anything else.
  /// Allocates nothing.
  static func hash(_ text: RawSpan, at place: Int) -> TreeHash? {
    guard place >= 0, place + 44 <= text.byteCount,
      text.unsafeLoadByte(place + 43) == UInt8(ascii: "=")
    else { return nil }
    let values = standardValues.span
    var groups = InlineArray<11, UInt64>(repeating: 0)
    var all: UInt8 = 0
    for group in 0..<11 {
      var bits: UInt64 = 0
      for symbol in 4 * group..<4 * group + (group < 10 ? 4 : 3) {
        let value = values[Int(text.unsafeLoadByte(place + symbol))]
        all |= value
        bits = bits << 6 | UInt64(value)
      }
      groups[group] = bits
    }
    // No symbol has more than six bits, and what is left over of the last one says nothing.
    guard all < 64, groups[10] & 3 == 0 else { return nil }
    return TreeHash(
      words: SIMD4(
        groups[0] << 40 | groups[1] << 16 | groups[2] >> 8,
        groups[2] << 56 | groups[3] << 32 | groups[4] << 8 | groups[5] >> 16,
        groups[5] << 48 | groups[6] << 24 | groups[7],
        groups[8] << 40 | groups[9] << 16 | groups[10] >> 2))
  }

  /// Appends to `bytes` what the symbols of the URL alphabet from `place` on say, up to the first byte that
  /// is none, where `place` is then; whether it is a value's only text.
  static func appendURL(_ text: RawSpan, at place: inout Int, to bytes: inout [UInt8]) -> Bool {
    let values = urlValues.span
    var bits: UInt32 = 0
    var held = 0
    while place < text.byteCount {
      let value = values[Int(text.unsafeLoadByte(place))]
      guard value < 64 else { break }
      place += 1
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    // One symbol too many would leave six bits.
    return held < 6 && bits & (1 << UInt32(held) - 1) == 0
  }
}

extension RawSpan {
  /// The byte at `place`, which the caller has found to be inside.
  @inline(__always)
  func unsafeLoadByte(_ place: Int) -> UInt8 {
    unsafe unsafeLoad(fromUncheckedByteOffset: place, as: UInt8.self)
  }
}
