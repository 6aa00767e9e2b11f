/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, BitwiseCopyable, Sendable {
  /// Year; 0 is the year before the year 1.
  public let year: Int64
  /// Month, 1 to 12.
  public let month: Int64
  /// Day of the month, from 1.
  public let day: Int64

  // Source of both directions: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days` and
  // `days_from_civil`: years counted from 1 March, in eras of 400 years of 146,097 days.

  /// The day that is so many days after 1 January 1970; any number up to 10^15.
  public init(daysSince1970 days: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * ofYear + 2) / 153
    day = ofYear - (153 * fromMarch + 2) / 5 + 1
    month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// That day; nothing when the month has no such day. Years from 0 to 9999.
  public init?(year: Int64, month: Int64, day: Int64) {
    guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
      return nil
    }
    self.year = year
    self.month = month
    self.day = day
    // A 31 June comes out as another day.
    guard CivilDate(daysSince1970: daysSince1970) == self else { return nil }
  }

  /// The day of `YYYY-MM-DD`; nothing for another text, or when there is no such day.
  public init?(_ text: some Collection<UInt8>) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
      reader.take("-"), let day = reader.number(2), reader.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// Days after 1 January 1970.
  public var daysSince1970: Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let ofEra = shifted - era * 400
    let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
