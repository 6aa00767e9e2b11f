import Glibc
import Model
import TestSupport
import Testing

@Suite struct TimeTextTests {
  @Test(
    "times are those of the calendar",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000000Z"),
      (1_772_337_906_789_012_999, "2026-03-01T04:05:06.789012Z"),
      (4_107_542_399_999_999_999, "2100-02-28T23:59:59.999999Z"),
      (Int64.max, "2262-04-11T23:47:16.854775Z"), (Int64.min, "1677-09-21T00:12:43.145224Z"),
    ] as [(Int64, String)])
  func times(nanos: Int64, expected: String) {
    #expect(WallTime(unixNanos: nanos).utcText == expected)
    #expect(UTCText(WallTime(unixNanos: nanos)).description == expected)
  }

  @Test("times agree with the C library's calendar, and are read again")
  func timesAgree() {
    var random = SeededGenerator(seed: 31)
    for _ in 0..<2000 {
      let seconds = Int.random(in: -9_000_000_000...9_000_000_000, using: &random)
      var moment = time_t(seconds)
      var parts = tm()
      gmtime_r(&moment, &parts)
      var text = [CChar](repeating: 0, count: 40)
      strftime(&text, 40, "%Y-%m-%dT%H:%M:%S", &parts)
      let expected = String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
      let wall = WallTime(unixNanos: Int64(seconds) * 1_000_000_000)
      #expect(wall.utcText == expected + ".000000Z")
      #expect(wall.utcText(decimals: 0) == expected + "Z")
      #expect(WallTime(rfc3339: expected + "Z") == wall)
      let date = CivilDate(daysSince1970: wall.daysSince1970)
      #expect(
        date.daysSince1970 == wall.daysSince1970 && CivilDate(expected.utf8.prefix(10)) == date)
    }
  }

  @Test("fewer digits cut the time, never round it")
  func decimals() {
    let wall = WallTime(unixNanos: 1_772_337_906_999_999_999)
    #expect(wall.utcText(decimals: 3) == "2026-03-01T04:05:06.999Z")
    #expect(wall.utcText(decimals: 0) == "2026-03-01T04:05:06Z")
  }

  @Test(
    "a time is read with any digits and any offset",
    arguments: [
      ("2026-03-01T02:00:00.000000Z", 1_772_330_400_000_000_000),
      ("2000-02-29T23:59:59.5Z", 951_868_799_500_000_000),
      ("2026-03-01T03:30:00+01:30", 1_772_330_400_000_000_000),
      ("2026-02-28t20:00:00-06:00", 1_772_330_400_000_000_000),
      ("2026-03-01T02:00:00.1234567899Z", 1_772_330_400_123_456_789),
      ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
      ("1970-01-01T00:00:00z", 0), ("1969-12-31T23:59:59.999999999Z", -1),
    ] as [(String, Int64)])
  func reading(text: String, nanos: Int64) {
    #expect(WallTime(rfc3339: text)?.unixNanos == nanos)
  }

  @Test(
    "what names no moment is refused",
    arguments: [
      "", "2026-03-01", "2026-03-01T02:00:00", "2026-03-01 02:00:00Z", "2026-02-29T02:00:00Z",
      "2026-13-01T02:00:00Z", "2026-00-01T02:00:00Z", "2026-04-31T02:00:00Z",
      "2026-03-01T24:00:00Z", "2026-03-01T02:60:00Z", "2026-03-01T02:00:61Z",
      "2026-03-01T02:00:00.Z", "2026-03-01T02:00:00Z ", "2026-03-01T02:00:00+1:00",
      "2026-03-01T02:00:00+24:00", "2026-3-01T02:00:00Z", "+026-03-01T02:00:00Z",
      "9999-03-01T02:00:00Z", "1600-03-01T02:00:00Z", "2026-03-01T02:00:00Z\u{0301}",
    ])
  func refusing(text: String) {
    #expect(WallTime(rfc3339: text) == nil)
    #expect(CivilDate("2026-02-29".utf8) == nil && CivilDate("2024-02-29".utf8) != nil)
  }
}
