import Glibc
import Model
import TestSupport
import Testing

@testable import Station

@Suite struct ClockQualityTests {
  private let now = Instant(monotonicNanos: 50_000_000_000)

  private func quality(secondsAgo: Double, errorMicros: Int64 = 2_000) -> ClockQuality {
    ClockQuality(
      askedAt: now.advanced(byNanos: -Int64(secondsAgo * 1e9)), errorMicros: errorMicros,
      isSynchronised: true)
  }

  @Test func `what the witness wrote is read again, its bound grown by 500 ppm of its age`() {
    let read = ClockQuality(quality(secondsAgo: 2).words, now: now)
    #expect(read?.isSynchronised == true)
    #expect(read?.errorMicros == 3_000)
    let loose = ClockQuality(askedAt: now, errorMicros: 16_000_000, isSynchronised: false)
    #expect(ClockQuality(loose.words, now: now) == loose)
  }

  @Test func `a word older than three seconds or from the future is not believed`() {
    #expect(ClockQuality(quality(secondsAgo: 2.999).words, now: now) != nil)
    #expect(ClockQuality(quality(secondsAgo: 3).words, now: now) == nil)
    #expect(ClockQuality(quality(secondsAgo: -0.000_000_001).words, now: now) == nil)
  }

  @Test func `a bound that no kernel gives is not believed`() {
    #expect(ClockQuality(quality(secondsAgo: 1, errorMicros: -1).words, now: now) == nil)
    #expect(ClockQuality(quality(secondsAgo: 1, errorMicros: 16_000_001).words, now: now) == nil)
  }

  @Test func `a word with any bit turned is not believed`() {
    let whole = quality(secondsAgo: 1).words
    for word in whole.indices {
      for bit in 0..<64 {
        var damaged = whole
        damaged[word] ^= 1 << UInt64(bit)
        #expect(ClockQuality(damaged, now: now) == nil, "word \(word), bit \(bit)")
      }
    }
  }

  @Test func `arbitrary words are never believed and never trap`() {
    var generator = SeededGenerator(seed: 0x0C10)
    for _ in 0..<20_000 {
      var words = ClockQuality.Words(repeating: 0)
      for place in words.indices {
        words[place] =
          Bool.random(using: &generator)
          ? .random(in: 0 ... .max, using: &generator)
          : [0, 1, .max, 1 << 63][Int.random(in: 0..<4, using: &generator)]
      }
      #expect(ClockQuality(words, now: now) == nil)
    }
  }

  @Test func `a file that is missing, short or a folder gives no word`() {
    #expect(ClockQuality.ofWitness(at: "/nonexistent/vedetted-clock/quality", now: now) == nil)
    #expect(ClockQuality.ofWitness(at: "/dev/null", now: now) == nil)
    #expect(ClockQuality.ofWitness(at: "/tmp", now: now) == nil)
  }

  @Test func `the kernel's word has a bound that is written and read again`() throws {
    // A sandbox may refuse the call; then there is nothing to compare.
    guard let word = ClockQuality.ofKernel() else { return }
    let read = try #require(ClockQuality(word.words, now: word.askedAt))
    #expect(read == word)
  }
}
