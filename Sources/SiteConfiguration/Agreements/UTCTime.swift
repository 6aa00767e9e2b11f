public import Model

extension WallTime {
  /// The moment that `text` names in the form `2026-03-01T00:00:00Z` (RFC 3339, UTC, a fraction of
  /// up to nine digits allowed); `nil` for anything else and for years outside 1970 ... 2199.
  public init?(utc text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 30, bytes.last == UInt8(ascii: "Z") else { return nil }
    let form = Array("0000-00-00T00:00:00".utf8)
    for (place, mark) in form.enumerated() {
      let isDigit = bytes[place] >= 0x30 && bytes[place] <= 0x39
      guard mark == 0x30 ? isDigit : bytes[place] == mark else { return nil }
    }
    func number(_ range: Range<Int>) -> Int {
      bytes[range].reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    var nanos: Int64 = 0
    if bytes.count > 20 {
      let digits = bytes[20..<bytes.count - 1]
      guard bytes[19] == UInt8(ascii: "."), !digits.isEmpty,
        digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
      else { return nil }
      var scale: Int64 = 100_000_000
      for digit in digits {
        nanos += Int64(digit - 0x30) * scale
        scale /= 10
      }
    }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard (1970...2199).contains(year), (1...12).contains(month),
      (1...Self.days(inMonth: month, year: year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    let seconds =
      Self.daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    self.init(unixNanos: Int64(seconds) * 1_000_000_000 + nanos)
  }

  private static func days(inMonth month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days from 1 January 1970 in the Gregorian calendar, for years from 1970 on.
  private static func daysSinceEpoch(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Leap days of the years before this one, less those before 1970.
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400 - 477
    var days = (year - 1970) * 365 + leapDays + day - 1
    for earlier in 1..<month { days += Self.days(inMonth: earlier, year: year) }
    return days
  }
}
