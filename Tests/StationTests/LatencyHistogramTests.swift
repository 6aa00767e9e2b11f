import Model
import Publishing
import Testing

@testable import Station

@Suite struct LatencyHistogramTests {
  @Test func `classes grow by the square root of two and cover a tenth of a millisecond to 13 s`() {
    let bounds = LatencyHistogram.bounds
    for (one, next) in zip(bounds, bounds.dropFirst()) {
      #expect(abs(Double(next) / Double(one) - 2.0.squareRoot()) < 0.001)
    }
    #expect(bounds.first == 100_000 && bounds.last == 100_000 << 17)
  }

  @Test func `each time is counted in its class and all above`() {
    let histogram = LatencyHistogram()
    for nanos: Int64 in [-5, 100_000, 100_001, 1_000_000_000_000] { histogram.note(nanos: nanos) }
    let reading = histogram.reading
    #expect(reading.classes[0].count == 2 && reading.classes[1].count == 3)
    #expect(reading.classes.last?.count == 3 && reading.count == 4)
    #expect(abs(reading.sum - 1000.000200001) < 1e-9)
  }

  @Test func `the edge of a crossing is its newest observation, and later words have none`() {
    var event = CrossingEvent(
      identity: CrossingIdentity(
        line: LineID(0), birthSource: SourceID(1), birthSequence: 1, birthBranch: 0, ordinal: 1),
      direction: .leftToRight, time: .distantPast, decided: Instant(monotonicNanos: 9_000_000),
      clock: ClockMap(
        instant: Instant(monotonicNanos: 0), wall: WallTime(unixNanos: 0), uncertaintyNanos: 0,
        state: .synchronised), position: .zero, covariance: .zero, track: TrackID(1))
    #expect(event.edge == nil)
    event.contributionCount = 2
    for (place, millis) in [8, 3, 99].enumerated() {
      event.contributions[place] = Contribution(
        sensor: SensorID(UInt16(place)), count: 1, first: .distantPast,
        last: Instant(monotonicNanos: Int64(millis) * 1_000_000), health: .ok)
    }
    #expect(event.edge == Instant(monotonicNanos: 8_000_000))
    let latencies = EventLatencies()
    latencies.note(.crossing(event), durable: Instant(monotonicNanos: 10_000_000))
    event.disposition = .corrected
    #expect(event.edge == nil)
    latencies.note(.crossing(event), durable: Instant(monotonicNanos: 10_000_000))
    #expect(latencies.edge.reading.count == 1 && latencies.edge.reading.sum == 0.002)
    #expect(latencies.decision.reading.count == 2 && latencies.decision.reading.sum == 0.002)
  }

  @Test func `a histogram is written as Prometheus reads it`() {
    var out = PrometheusText()
    out.histogram("x_seconds", help: "X.", ([(0.1, 2), (0.2, 3)], 4, 1.5))
    #expect(
      out.text == """
        # HELP x_seconds X.
        # TYPE x_seconds histogram
        x_seconds_bucket{le="0.1"} 2
        x_seconds_bucket{le="0.2"} 3
        x_seconds_bucket{le="+Inf"} 4
        x_seconds_sum 1.5
        x_seconds_count 4

        """)
  }
}
