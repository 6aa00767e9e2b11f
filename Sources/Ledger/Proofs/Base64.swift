import Digests

/// Base 64 of RFC 4648: the standard alphabet with padding (section 4), as notes and proofs have
/// it, and the URL alphabet without (section 5), as disclosures have it.
///
/// Decoding is strict: one text for one value, so that no signed or hashed text has a twin.
enum Base64 {
  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  fileprivate static let url = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

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

  /// Writes `bytes` in the URL alphabet, not padded, to `target`, which has room for
  /// ``count(of:)``.
  static func encodeURL(
    _ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>
  ) {
    guard unsafe !URLBase64.encodeURL(bytes, to: target) else { return }
    unsafe encodeURLByTable(bytes, to: target)
  }

  /// As ``encodeURL(_:to:)``, for processors that have not the instructions.
  static func encodeURLByTable(
    _ bytes: UnsafeRawBufferPointer, to target: UnsafeMutablePointer<UInt8>
  ) {
    let pairs = unsafe Base64Pairs.shared.entries
    let out = UnsafeMutableRawPointer(target)
    var (from, to) = (0, 0)
    while from &+ 3 <= bytes.count {
      let bits =
        unsafe Int(bytes[from]) << 16 | Int(bytes[from &+ 1]) << 8 | Int(bytes[from &+ 2])
      let four = unsafe UInt32(pairs[bits >> 12]) | UInt32(pairs[bits & 0xFFF]) << 16
      unsafe out.storeBytes(of: four.littleEndian, toByteOffset: to, as: UInt32.self)
      from &+= 3
      to &+= 4
    }
    let left = bytes.count - from
    guard left > 0 else { return }
    let bits = unsafe Int(bytes[from]) << 16 | (left == 2 ? Int(bytes[from + 1]) << 8 : 0)
    unsafe out.storeBytes(of: pairs[bits >> 12].littleEndian, toByteOffset: to, as: UInt16.self)
    if left == 2 { unsafe target[to + 2] = url[(bits >> 6) & 63] }
  }

  /// What a padded text of the standard alphabet says; `nil` for any other text.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var symbols = Array(text.utf8)
    guard symbols.count % 4 == 0 else { return nil }
    for _ in 0..<2 where symbols.last == UInt8(ascii: "=") { symbols.removeLast() }
    guard let bytes = decode(symbols, standard), encode(bytes) == text else { return nil }
    return bytes
  }

  /// What a text of the URL alphabet without padding says; `nil` for any other text.
  static func decodeURL(_ text: [UInt8]) -> [UInt8]? {
    guard let bytes = decode(text, url), encode(bytes, url) == text else { return nil }
    return bytes
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

  private static func decode(_ symbols: [UInt8], _ alphabet: [UInt8]) -> [UInt8]? {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, symbol) in alphabet.enumerated() { values[Int(symbol)] = UInt8(value) }
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
    return bytes
  }
}

/// The two symbols of every twelve bits in the URL alphabet, the first in the low byte.
///
/// Invariant for `@unchecked Sendable`: written only while it is made, by one thread, and never freed.
@safe
private struct Base64Pairs: @unchecked Sendable {
  static let shared = Base64Pairs()

  let entries: UnsafePointer<UInt16>

  private init() {
    let table = UnsafeMutablePointer<UInt16>.allocate(capacity: 4096)
    for bits in 0..<4096 {
      unsafe table[bits] = UInt16(Base64.url[bits >> 6]) | UInt16(Base64.url[bits & 63]) << 8
    }
    unsafe entries = UnsafePointer(table)
  }
}
