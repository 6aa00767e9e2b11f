import Glibc
import Model
import Testing

@testable import Simulation

@Suite("Pace")
struct PaceTests {
  private func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Instant(monotonicNanos: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  @Test("in real time hands nothing over before it is due, and ends when the time is over")
  func realTime() {
    let start = now()
    var source = SimulatedByteSource(
      scenario: .borderDemo, site: DemoGround.site(), link: 0, pace: .realTime(start: start),
      durationSeconds: 0.4)
    var chunks = 0
    while true {
      let reading = source.read(timeoutMilliseconds: 50) { time, _ in
        #expect(time <= now())
        chunks += 1
      }
      if reading == .ended { break }
    }
    #expect(chunks >= 4)
    #expect(now().seconds(since: start) >= 0.4)
    #expect(source.read(timeoutMilliseconds: 0) { _, _ in chunks = -1 } == .ended)
    #expect(chunks >= 4)
  }

  @Test("in real time stays quiet for the timeout before the scenario has begun")
  func future() {
    let begin = now()
    var source = SimulatedEdgeSource(
      scenario: .borderDemo, site: DemoGround.site(),
      pace: .realTime(start: begin.advanced(byNanos: 3_600_000_000_000)))
    #expect(source.read(timeoutMilliseconds: 30) { _ in } == .quiet)
    #expect(now().seconds(since: begin) >= 0.03)
    #expect(source.read(timeoutMilliseconds: 0) { _ in } == .quiet)
  }

  @Test("without time gives a quiet reading when nothing happens within the timeout")
  func immediate() {
    var empty = Scenario.borderDemo
    empty.actors = []
    var source = SimulatedEdgeSource(
      scenario: empty, site: DemoGround.site(), pace: .immediate(start: DemoGround.start))
    for _ in 0..<20 { #expect(source.read(timeoutMilliseconds: 1000) { _ in } == .quiet) }
  }

  @Test("noise is uniform and normal as far as its moments tell")
  func noise() {
    let noise = Noise(seed: 1, purpose: .tracking, sensor: 3)
    let count = 20_000
    let uniform = (0..<count).map { noise.uniform($0) }
    let normal = (0..<count).map { noise.normal($0) }
    #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.01)
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(normal.reduce(0, +) / Double(count)) < 0.03)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.04)
    let other = Noise(seed: 1, purpose: .tracking, sensor: 4)
    let product = (0..<count).reduce(0.0) { $0 + normal[$1] * other.normal($1) }
    #expect(abs(product / Double(count)) < 0.03)
  }
}
