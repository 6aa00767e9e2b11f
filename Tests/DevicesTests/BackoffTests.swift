import Devices
import Model
import TestSupport
import Testing

@Suite struct BackoffTests {
  @Test func `a device never tried is due at once`() {
    #expect(Backoff().isDue(at: Instant(monotonicNanos: 0)))
  }

  @Test func `delays double from a quarter second to eight seconds`() {
    var backoff = Backoff()
    var now = Instant(monotonicNanos: 5)
    var delays: [Int64] = []
    for _ in 0..<8 {
      backoff.attemptFailed(at: now)
      delays.append(backoff.nextAttempt.nanos(since: now))
      now = backoff.nextAttempt
    }
    #expect(delays.map { $0 / 1_000_000 } == [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  }

  @Test func `a device that worked for ten seconds starts at the shortest delay again`() {
    var backoff = Backoff()
    var now = Instant(monotonicNanos: 0)
    for _ in 0..<6 {
      backoff.attemptFailed(at: now)
      now = backoff.nextAttempt
    }
    var shaky = backoff
    backoff.attemptSucceeded(at: now)
    shaky.attemptSucceeded(at: now)
    let stable = now.advanced(byNanos: Backoff.stableNanosMin)
    backoff.lost(at: stable)
    #expect(backoff.nextAttempt == stable.advanced(byNanos: Backoff.firstDelayNanos))
    let early = now.advanced(byNanos: Backoff.stableNanosMin - 1)
    shaky.lost(at: early)
    #expect(shaky.nextAttempt == early.advanced(byNanos: Backoff.delayNanosMax))
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `no window of a minute holds more attempts than the budget`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var backoff = Backoff()
    var now = Instant(monotonicNanos: 0)
    var attempts: [Instant] = []
    var wasHeld = false
    for _ in 0..<2_000 {
      // An impatient caller: asks every 1 ... 100 ms.
      now = now.advanced(byNanos: Int64.random(in: 1_000_000...100_000_000, using: &generator))
      guard backoff.isDue(at: now) else { continue }
      attempts.append(now)
      if Int.random(in: 0..<3, using: &generator) == 0 {
        backoff.attemptFailed(at: now)
      } else {
        // Devices that hold just long enough to be believed, or break at once.
        backoff.attemptSucceeded(at: now)
        if Bool.random(using: &generator) { now = now.advanced(byNanos: Backoff.stableNanosMin) }
        backoff.lost(at: now)
      }
      #expect(backoff.nextAttempt >= now.advanced(byNanos: Backoff.firstDelayNanos))
      wasHeld = wasHeld || backoff.isHeldByBudget
    }
    for (first, last) in zip(attempts, attempts.dropFirst(Backoff.attemptsMax)) {
      #expect(last.nanos(since: first) >= Backoff.windowNanos, "seed \(seed)")
    }
  }

  @Test func `the budget holds back a device whose attempts come faster than the delays allow`() {
    var backoff = Backoff()
    let now = Instant(monotonicNanos: 1_000)
    for _ in 0..<Backoff.attemptsMax { backoff.attemptSucceeded(at: now) }
    backoff.lost(at: now)
    #expect(backoff.isHeldByBudget)
    #expect(backoff.nextAttempt == now.advanced(byNanos: Backoff.windowNanos))
  }
}
