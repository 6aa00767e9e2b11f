import Testing

@testable import Streaming

@Suite struct BriskPausesTests {
  private func seconds(_ pause: Duration) -> Double {
    Double(pause.components.seconds) + Double(pause.components.attoseconds) * 1e-18
  }

  /// Whether a pause is one of at most `longest` seconds, cut to a half at most.
  private func expect(_ pause: Duration, _ longest: Double) {
    #expect((longest / 2...longest).contains(seconds(pause)))
  }

  @Test func `where something will be over soon it is tried each second, and then less often`() {
    var pauses = Pauses(briskSeconds: 5)
    for longest in [0.2, 0.4, 0.8, 1, 1, 1, 1] { expect(pauses.next(), longest) }
    for longest in [1.6, 3.2, 6.4, 12.8, 25.6, 30, 30] { expect(pauses.next(), longest) }
    pauses.reset()
    for longest in [0.2, 0.4, 0.8, 1] { expect(pauses.next(), longest) }
  }
}
