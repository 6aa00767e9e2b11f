import Model

/// A moment as RFC 3339 writes it, in UTC with six digits of the second:
/// `2026-03-01T04:05:06.000007Z`.
///
/// Nanoseconds are cut, not rounded, so that a text never names a later moment. `WallTime` reaches
/// from 1677 to 2262, so the year always has four digits.
struct TimestampText: BitwiseCopyable, CustomStringConvertible {
  /// Length of the text in bytes.
  static let count = 27

  /// Its bytes, ASCII.
  let bytes: InlineArray<27, UInt8>

  /// The text of `time`.
  init(_ time: WallTime) {
    let nanosPerDay: Int64 = 86_400_000_000_000
    let nanosOfDay = ((time.unixNanos % nanosPerDay) + nanosPerDay) % nanosPerDay
    // Floor division without overflow at the ends of the range.
    let days = time.unixNanos / nanosPerDay - (time.unixNanos % nanosPerDay < 0 ? 1 : 0)
    let (year, month, day) = Self.civil(daysSinceEpoch: days)
    let micros = nanosOfDay / 1000
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000)
    var text = InlineArray<27, UInt8>(repeating: UInt8(ascii: "0"))
    Self.put(year / 100, at: 0, in: &text)
    Self.put(year % 100, at: 2, in: &text)
    text[4] = UInt8(ascii: "-")
    Self.put(month, at: 5, in: &text)
    text[7] = UInt8(ascii: "-")
    Self.put(day, at: 8, in: &text)
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
  var description: String {
    unsafe String(unsafeUninitializedCapacity: Self.count) { text in
      for place in 0..<Self.count { unsafe text[place] = bytes[place] }
      return Self.count
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

  /// The date of the proleptic Gregorian calendar, counting years from 1 March in eras of 400
  /// years.
  ///
  /// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  private static func civil(
    daysSinceEpoch: Int64
  ) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
