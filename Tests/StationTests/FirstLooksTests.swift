import Model
import Testing

@testable import Station

@Suite struct FirstLooksTests {
  private static func second(_ number: Int64) -> Instant {
    Instant(monotonicNanos: number * 1_000_000_000)
  }

  @Test func `an event is known since the first look that it was there for`() {
    let looks = FirstLooks()
    #expect(looks.waitedNanos(for: 1, at: Self.second(9)) == 0)
    looks.note(10, at: Self.second(100))
    looks.note(10, at: Self.second(150))
    looks.note(20, at: Self.second(200))
    #expect(looks.waitedNanos(for: 1, at: Self.second(260)) == 160_000_000_000)
    #expect(looks.waitedNanos(for: 10, at: Self.second(260)) == 160_000_000_000)
    #expect(looks.waitedNanos(for: 11, at: Self.second(260)) == 60_000_000_000)
    #expect(looks.waitedNanos(for: 21, at: Self.second(260)) == 0)
  }

  @Test func `many looks take bounded room and never make an event older than it is`() {
    let looks = FirstLooks()
    // Ten a second for a day.
    for number in 1...864_000 {
      looks.note(UInt64(number), at: Instant(monotonicNanos: Int64(number) * 100_000_000))
    }
    let now = Self.second(86_400)
    for number in [1, 2, 500, 20_000, 710_000, 863_000, 864_000] as [Int64] {
      let age = now.monotonicNanos - number * 100_000_000
      let waited = looks.waitedNanos(for: UInt64(number), at: now)
      #expect(waited <= age, "\(number)")
      #expect(age - waited <= 2_000_000_000 + age / 32, "\(number): \(age - waited)")
    }
  }
}
