import Model
import Testing

@testable import Station

@Suite struct ClockWatchTests {
  private static let hour: Int64 = 3_600_000_000_000

  private func map(
    second: Int64, wallOffset: Int64 = 0, state: ClockState = .synchronised
  ) -> ClockMap {
    ClockMap(
      instant: Instant(monotonicNanos: second * 1_000_000_000),
      wall: WallTime(unixNanos: 1_000 * Self.hour + second * 1_000_000_000 + wallOffset),
      uncertaintyNanos: 1_000_000, state: state)
  }

  @Test func `a step forwards and back is told once each, with its size`() {
    var watch = ClockWatch()
    #expect(watch.look(map(second: 1)).isEmpty)
    #expect(watch.look(map(second: 2)).isEmpty)
    #expect(
      watch.look(map(second: 3, wallOffset: Self.hour)) == [.stepped(byNanos: Self.hour)])
    #expect(watch.look(map(second: 4, wallOffset: Self.hour)).isEmpty)
    #expect(watch.look(map(second: 5)) == [.stepped(byNanos: -Self.hour)])
    #expect(watch.steps == 2)
  }

  @Test func `a clock that is slewed was not stepped, however long it takes`() {
    var watch = ClockWatch()
    for second in 0..<4_000 {
      #expect(watch.look(map(second: Int64(second), wallOffset: Int64(second) * 500_000)).isEmpty)
    }
    #expect(watch.steps == 0)
  }

  @Test func `a time source that goes and comes back is told each time`() {
    var watch = ClockWatch()
    #expect(watch.look(map(second: 1)).isEmpty)
    #expect(watch.look(map(second: 2, state: .holdover)) == [.became(.holdover)])
    #expect(watch.look(map(second: 3, state: .holdover)).isEmpty)
    #expect(
      watch.look(map(second: 4, wallOffset: Self.hour)) == [
        .stepped(byNanos: Self.hour), .became(.synchronised),
      ])
  }
}
