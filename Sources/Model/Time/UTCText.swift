/// A moment as RFC 3339 writes it, in UTC with six digits of the second:
/// `2026-03-01T04:05:06.000007Z`.
///
/// Nanoseconds are cut, not rounded, so that a text never names a later moment. `WallTime` reaches
/// from 1677 to 2262, so the year always has four digits.
public struct UTCText: BitwiseCopyable, CustomStringConvertible, Sendable {
  /// Length of the text in bytes.
  public static let count = 27

  /// Its bytes, ASCII.
  public let bytes: InlineArray<27, UInt8>

  /// The text of `time`.
  public init(_ time: WallTime) {
    let nanosPerDay: Int64 = 86_400_000_000_000
    let nanosOfDay = ((time.unixNanos % nanosPerDay) + nanosPerDay) % nanosPerDay
    let date = CivilDate(daysSince1970: time.daysSince1970)
    let micros = nanosOfDay / 1000
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000)
    var text = InlineArray<27, UInt8>(repeating: UInt8(ascii: "0"))
    Self.put(date.year / 100, at: 0, in: &text)
    Self.put(date.year % 100, at: 2, in: &text)
    text[4] = UInt8(ascii: "-")
    Self.put(date.month, at: 5, in: &text)
    text[7] = UInt8(ascii: "-")
    Self.put(date.day, at: 8, in: &text)
    text[10] = UInt8(ascii: "T")
    Self.put(seconds / 3600, at: 11, in: &text)
    text[13] = UInt8(ascii: ":")
    Self.put(seconds / 60 % 60, at: 14, in: &text)
    text[16] = UInt8(ascii: ":")
    Self.put(seconds % 60, at: 17, in: &text)
    text[19] = UInt8(ascii: ".")
    Self.put(fraction / 10_000, at: 20, in: &text)
    Self.put(fraction / 100 % 100, at: 22, in: &text)
    Self.put(fraction % 100, at: 24, in: &text)
    text[26] = UInt8(ascii: "Z")
    bytes = text
  }

  /// The text as a string, for people and envelopes.
  public var description: String { text(decimals: 6) }

  /// The text with fewer digits of the second, 0 to 6.
  func text(decimals: Int) -> String {
    precondition((0...6).contains(decimals))
    let count = decimals == 0 ? 19 : 20 + decimals
    return unsafe String(unsafeUninitializedCapacity: count + 1) { text in
      for place in 0..<count { unsafe text[place] = bytes[place] }
      unsafe text[count] = UInt8(ascii: "Z")
      return count + 1
    }
  }

  /// Puts two digits of a value below 100.
  @inline(__always)
  private static func put(_ value: Int64, at start: Int, in text: inout InlineArray<27, UInt8>) {
    let pair = UInt32(truncatingIfNeeded: value)
    let tens = (pair * 103) >> 10
    text[start] = UInt8(truncatingIfNeeded: 0x30 + tens)
    text[start + 1] = UInt8(truncatingIfNeeded: 0x30 + pair - tens * 10)
  }
}
