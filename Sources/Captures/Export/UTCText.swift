public import Model

extension WallTime {
  /// The moment as RFC 3339 writes it, UTC, with the six digits that events have; what is finer is
  /// cut off.
  public var utcText: String {
    let (seconds, nanos) = secondsAndNanos
    let ofDay = ((seconds % 86_400) + 86_400) % 86_400
    let (year, month, day) = Self.date(day: (seconds - ofDay) / 86_400)
    func digits(_ value: Int64, _ count: Int) -> String {
      let text = "\(value)"
      return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T"
      + "\(digits(ofDay / 3_600, 2)):\(digits(ofDay / 60 % 60, 2)):\(digits(ofDay % 60, 2))."
      + "\(digits(nanos / 1_000, 6))Z"
  }

  /// The Gregorian date of a day counted from 1 January 1970, years counted from 1 March in eras of
  /// 400 years.
  ///
  /// Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
  private static func date(day: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * ofYear + 2) / 153
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * fromMarch + 2) / 5 + 1
    )
  }
}
