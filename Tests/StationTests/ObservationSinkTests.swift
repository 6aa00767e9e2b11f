import Model
import Rings
import Testing

@testable import Station

@Suite struct ObservationSinkTests {
  private func tick(_ sequence: UInt64) -> Observation {
    Observation(
      source: SourceID(1), sensor: SensorID(0), sequence: sequence,
      time: Instant(monotonicNanos: 1), content: .area(isActive: true))
  }

  @Test func `a camera's sink drops a batch that finds no room, and counts it`() throws {
    let ends = makeRing(of: Observation.self, capacity: 4)
    let cells = MetricCells(ObservationSink.cellNames)
    var sink = ObservationSink(
      producer: ends.producer, doorbell: try Doorbell(), cells: cells, mayDrop: true)
    for batch in 0..<3 {
      for place in 1...2 { sink.add(tick(UInt64(batch * 2 + place))) }
      sink.flush()
    }
    var consumer = ends.consumer
    var taken: [UInt64] = []
    _ = consumer.drain(upTo: 10) { taken.append($0.sequence) }
    #expect(taken == [1, 2, 3, 4])
    #expect(cells[0] == 4 && cells[1] == 2)
  }

  @Test func `any other sink waits for room and loses nothing`() throws {
    let ends = makeRing(of: Observation.self, capacity: 4)
    let cells = MetricCells(ObservationSink.cellNames)
    let sink = Handover(
      ObservationSink(
        producer: ends.producer, doorbell: try Doorbell(), cells: cells, mayDrop: false))
    let total: UInt64 = 2_000
    let writer = NamedThread("writer") {
      var sink = sink.take()
      for sequence in 1...total {
        sink.add(
          Observation(
            source: SourceID(1), sensor: SensorID(0), sequence: sequence,
            time: Instant(monotonicNanos: 1), content: .area(isActive: true)))
        sink.flush()
      }
    }
    var consumer = ends.consumer
    var next: UInt64 = 1
    while next <= total {
      _ = consumer.drain(upTo: 3) { observation in
        #expect(observation.sequence == next)
        next += 1
      }
    }
    writer.join()
    #expect(cells[0] == total && cells[1] == 0)
  }
}
