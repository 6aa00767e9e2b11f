import Model

/// Times as occupancy tables write them: seconds (of any beginning, or of 1970), or a date with a time of
/// day as ISO 8601 has it, with a space or `T` between them, the hour with one digit or two, up to nine
/// decimals, and nothing, `Z` or an offset behind. Without an offset it is taken for UTC: only what lies
/// between two rows counts.
enum OccupancyTime {
  /// Nanoseconds from 1970, or from wherever the seconds count; nothing for anything else.
  static func nanos(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    if let seconds = SecondsText.nanos(bytes[...]) { return seconds }
    let parts = bytes.split(maxSplits: 1) { $0 == 0x20 || $0 == UInt8(ascii: "T") }
    guard parts.count == 2, let days = days(parts[0]) else { return nil }
    guard let (day, offset) = timeOfDay(parts[1]) else { return nil }
    let (nanos, overflow) = (days * 86_400 - offset).multipliedReportingOverflow(by: 1_000_000_000)
    // Some way from the end of time, so that a beginning can be added.
    guard !overflow, nanos >= 0, nanos <= .max / 4 else { return nil }
    return nanos + day
  }

  /// Days since 1970 of `2017-12-22` or `2017/12/22`.
  private static func days(_ text: ArraySlice<UInt8>) -> Int64? {
    let parts = text.split(omittingEmptySubsequences: false) {
      $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "/")
    }
    guard parts.count == 3, parts[0].count == 4, let year = number(parts[0], 0...9_999),
      let month = number(parts[1], 1...12), let day = number(parts[2], 1...31)
    else { return nil }
    return CivilDate(year: year, month: month, day: day)?.daysSince1970
  }

  /// Nanoseconds since midnight and the offset from UTC, seconds.
  private static func timeOfDay(_ text: ArraySlice<UInt8>) -> (Int64, Int64)? {
    var text = text
    var offset: Int64 = 0
    if text.last == UInt8(ascii: "Z") {
      text.removeLast()
    } else if let sign = text.lastIndex(where: {
      $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-")
    }) {
      let parts = text[text.index(after: sign)...].split(separator: UInt8(ascii: ":"))
      guard (1...2).contains(parts.count), let hours = number(parts[0], 0...14),
        let minutes = parts.count == 2 ? number(parts[1], 0...59) : 0
      else { return nil }
      offset = (hours * 60 + minutes) * 60 * (text[sign] == UInt8(ascii: "+") ? 1 : -1)
      text = text[..<sign]
    }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let hours = number(parts[0], 0...23),
      let minutes = number(parts[1], 0...59),
      let seconds = parts.count == 3 ? SecondsText.nanos(parts[2]) : 0, seconds < 61_000_000_000
    else { return nil }
    return ((hours * 60 + minutes) * 60_000_000_000 + seconds, offset)
  }

  /// A number of one to four digits within `range`.
  private static func number(_ text: ArraySlice<UInt8>, _ range: ClosedRange<Int64>) -> Int64? {
    guard (1...4).contains(text.count),
      text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let value = Int64(String(decoding: text, as: UTF8.self)), range.contains(value)
    else { return nil }
    return value
  }
}
