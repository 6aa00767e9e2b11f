import Testing

@testable import Station

@Suite struct ProgressWatchTests {
  @Test func `a thread that stands still for five looks is noticed, and its return too`() {
    var watch = ProgressWatch()
    for turn in 1...3 {
      let isAlive = watch.look(fusion: UInt64(turn), ledger: UInt64(turn))
      #expect(isAlive)
    }
    var verdicts: [Bool] = []
    for turn in 4...9 { verdicts.append(watch.look(fusion: 3, ledger: UInt64(turn))) }
    #expect(verdicts == [true, true, true, true, false, false])
    let isBack = watch.look(fusion: 4, ledger: 10)
    #expect(isBack)
  }
}
