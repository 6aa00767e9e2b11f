import Model
import Testing

@testable import Devices

@Suite struct LineActivityTests {
  @Test func `a burst of edges is over once, at the first look without any`() {
    var activity = LineActivity()
    var told: [Bool] = []
    for edges: UInt32 in [0, 40, 1, 0, 0] {
      activity.edges += edges
      told.append(activity.hasCalmed())
    }
    #expect(told == [false, false, false, true, false])
  }

  @Test func `a single edge is no burst, and the count may wrap`() {
    var activity = LineActivity()
    var told: [Bool] = []
    for edges: UInt32 in [.max, 0, 1, 0, 2, 0] {
      activity.edges &+= edges
      told.append(activity.hasCalmed())
    }
    #expect(told == [false, true, false, false, false, true])
  }

  @Test func `only what is well is told again`() {
    let now = Instant(monotonicNanos: 5)
    var book = HealthBook(sensors: [SensorID(3)])
    var told: [HealthState] = []
    book.renewIfOK(0, at: now)
    book.note(0, .ok, .delivering, at: now)
    book.renewIfOK(0, at: now)
    book.note(0, .lost, .deviceGone, at: now)
    book.renewIfOK(0, at: now)
    while let report = book.next() { told.append(report.state) }
    #expect(told == [.ok, .ok, .lost])
  }
}
