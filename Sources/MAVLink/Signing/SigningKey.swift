import Digests

/// The secret that both ends of a signed link share: 32 bytes.
///
/// It is never printed: its description says so little that it may stand in a log.
public struct SigningKey: Equatable, Sendable, CustomStringConvertible {
  /// Bytes of a key.
  public static let length = 32

  private var storage = InlineArray<32, UInt8>(repeating: 0)

  /// A key of exactly 32 `bytes`, or nil for another number.
  public init?(bytes: RawSpan) {
    guard bytes.byteCount == Self.length else { return nil }
    for index in 0..<Self.length {
      storage[index] = unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }
  }

  /// The key that ground stations make of a pass phrase: its SHA-256.
  ///
  /// Source: pymavlink and MAVProxy (`signing setup`), Mission Planner.
  public init(passphrase: String) {
    var digest = SHA256Digest()
    let bytes = Array(passphrase.utf8)
    unsafe digest.update(bytes.span.bytes)
    let words = digest.finish()
    for index in 0..<Self.length {
      storage[index] = UInt8(truncatingIfNeeded: words[index / 4] >> UInt32(24 - 8 * (index % 4)))
    }
  }

  /// Reads a key as a credential file holds it: 32 raw bytes, 64 hexadecimal digits, or 44 characters
  /// of base 64; white space at the end is left out. Nil for anything else.
  public init?(credential bytes: [UInt8]) {
    if bytes.count == Self.length {
      unsafe self.init(bytes: bytes.span.bytes)
      return
    }
    var text = bytes[...]
    while let last = text.last, last == 0x0A || last == 0x0D || last == 0x20 {
      text = text.dropLast()
    }
    guard
      let key = text.count == 2 * Self.length
        ? Self.hexadecimal(text) : text.count == 44 ? Self.base64(text) : nil
    else { return nil }
    unsafe self.init(bytes: key.span.bytes)
  }

  private static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: Int?
    for character in text {
      guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return nil }
      if let first = high {
        bytes.append(UInt8(first * 16 + digit))
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }

  /// 32 bytes are 43 characters and one "=" (RFC 4648, section 4).
  private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    guard text.last == UInt8(ascii: "=") else { return nil }
    var bytes: [UInt8] = []
    var word: UInt32 = 0
    var bits = 0
    for character in text.dropLast() {
      guard let value = alphabet.firstIndex(of: character) else { return nil }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return bytes.count == length ? bytes : nil
  }

  /// The first 48 bits of the SHA-256 over the key and `signed`, which is a frame from its first byte
  /// to the end of the signature's timestamp.
  func signature(over signed: RawSpan) -> UInt64 {
    var digest = SHA256Digest()
    unsafe digest.update(storage.span.bytes)
    digest.update(signed)
    let words = digest.finish()
    return UInt64(words[0]) << 16 | UInt64(words[1] >> 16)
  }

  /// Whether all bytes are the same; takes the same time wherever they differ.
  public static func == (a: SigningKey, b: SigningKey) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<length { difference |= a.storage[index] ^ b.storage[index] }
    return difference == 0
  }

  /// Says nothing of the key.
  public var description: String { "a signing key" }
}
