/// The name of an event for ever: a UUID of version 8 (RFC 9562, section 5.8).
///
/// It is derived from what the event is about, never drawn: a replay, a retry and a partner's copy
/// all name the same event by the same id. ``EventIDDeriver`` tells how.
public struct EventID: Hashable, BitwiseCopyable, Sendable, CustomStringConvertible {
  /// The first eight bytes, most significant first.
  public var high: UInt64
  /// The last eight bytes, most significant first.
  public var low: UInt64

  /// The id with exactly these bits.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// No event's: where one is not known.
  static let none = EventID(high: 0, low: 0)

  /// Reads the text form, exactly as ``description`` writes it; `nil` for anything else.
  init?(_ text: some StringProtocol) {
    let digits = String(text.filter { $0 != "-" })
    guard digits.utf8.count == 32, let high = UInt64(digits.prefix(16), radix: 16),
      let low = UInt64(digits.suffix(16), radix: 16)
    else { return nil }
    self.init(high: high, low: low)
    guard description == text else { return nil }
  }

  /// The first 128 bits of a digest, with the six bits that RFC 9562 sets for version 8.
  init(digestHigh: UInt64, digestLow: UInt64) {
    high = (digestHigh & ~0xF000) | 0x8000
    low = (digestLow & ~(3 << 62)) | (2 << 62)
  }

  /// The hexadecimal digit at `place`, 0 ..< 32, most significant first, in ASCII.
  func digit(at place: Int) -> UInt8 {
    let word = place < 16 ? high : low
    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (place & 15))) & 15
    return nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }

  /// The text of RFC 9562, section 4, in lower case.
  public var description: String {
    unsafe String(unsafeUninitializedCapacity: 36) { text in
      var count = 0
      for place in 0..<32 {
        if place == 8 || place == 12 || place == 16 || place == 20 {
          unsafe text[count] = UInt8(ascii: "-")
          count += 1
        }
        unsafe text[count] = digit(at: place)
        count += 1
      }
      return count
    }
  }
}
