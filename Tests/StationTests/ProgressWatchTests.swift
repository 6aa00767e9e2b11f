import Model
import Testing

@testable import Station

@Suite struct ProgressWatchTests {
  private func second(_ count: Int64) -> Instant { Instant(monotonicNanos: count * 1_000_000_000) }

  @Test func `fusion that stands still for five seconds is noticed, and its return too`() {
    var watch = ProgressWatch()
    for turn in 1...3 {
      let isAlive = watch.look(
        fusion: UInt64(turn), ledger: UInt64(turn), now: second(Int64(turn)))
      #expect(isAlive)
    }
    var verdicts: [Bool] = []
    for turn in 4...9 {
      verdicts.append(watch.look(fusion: 3, ledger: UInt64(turn), now: second(Int64(turn))))
    }
    #expect(verdicts == [true, true, true, true, false, false])
    let isBack = watch.look(fusion: 4, ledger: 10, now: second(10))
    #expect(isBack)
  }

  @Test func `a ledger that stands still is noticed while fusion goes on`() {
    var watch = ProgressWatch()
    var verdicts: [Bool] = []
    for turn in 1...7 {
      verdicts.append(watch.look(fusion: UInt64(turn), ledger: 1, now: second(Int64(turn))))
    }
    #expect(verdicts == [true, true, true, true, true, false, false])
  }

  @Test func `looks that come all at once after a long reload blame nobody`() {
    var watch = ProgressWatch()
    _ = watch.look(fusion: 9, ledger: 9, now: second(1))
    for look in 0..<20 {
      let isAlive = watch.look(
        fusion: 0, ledger: 0, now: second(30).advanced(byNanos: Int64(look) * 1_000))
      #expect(isAlive)
    }
  }
}
