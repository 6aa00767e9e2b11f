// Moments as RFC 3339 writes them, the one way in which the post writes and reads them.

extension WallTime {
  /// The moment in UTC with the six digits of the second that events have: `2026-03-01T04:05:06.000007Z`.
  public var utcText: String { utcText(decimals: 6) }

  /// The moment in UTC with so many digits of the second, 0 to 6; what is finer is cut off, so that a text never
  /// names a later moment.
  public func utcText(decimals: Int) -> String { UTCText(self).text(decimals: decimals) }

  /// The moment that `text` names: a date and a time of day as RFC 3339 (section 5.6) has them, with any digits of
  /// the second, and `Z` or an offset from UTC. What is finer than nanoseconds is cut off; a leap second is the
  /// second after it, as POSIX counts.
  ///
  /// Nothing for another text, for a day or an hour that there is not, and outside of the years 1678 to 2261.
  public init?(rfc3339 text: some StringProtocol) {
    var reader = DigitReader(Array(text.utf8))
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
      reader.take("-"), let day = reader.number(2), reader.take("T") || reader.take("t"),
      let hour = reader.number(2), reader.take(":"), let minute = reader.number(2),
      reader.take(":"), let second = reader.number(2), (1_678...2_261).contains(year),
      let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60,
      second <= 60
    else { return nil }
    var nanos: Int64 = 0
    if reader.take(".") {
      guard let first = reader.number(1) else { return nil }
      var scale: Int64 = 100_000_000
      nanos = first * scale
      while let digit = reader.number(1) {
        scale /= 10
        nanos += digit * scale
      }
    }
    var offset: Int64 = 0
    if !reader.take("Z"), !reader.take("z") {
      let isWest = reader.take("-")
      guard isWest || reader.take("+"), let hours = reader.number(2), reader.take(":"),
        let minutes = reader.number(2), hours < 24, minutes < 60
      else { return nil }
      offset = (isWest ? -1 : 1) * (60 * hours + minutes)
    }
    guard reader.isAtEnd else { return nil }
    let minutes = (date.daysSince1970 * 24 + hour) * 60 + minute - offset
    self.init(unixNanos: (minutes * 60 + second) * 1_000_000_000 + nanos)
  }

  /// Whole days since 1 January 1970, rounded down.
  public var daysSince1970: Int64 {
    let nanosPerDay: Int64 = 86_400_000_000_000
    // Floor division without overflow at the ends of the range.
    return unixNanos / nanosPerDay - (unixNanos % nanosPerDay < 0 ? 1 : 0)
  }

  /// Seconds since 1970.
  public var unixSeconds: Double { Double(unixNanos) / 1e9 }
}
