import CAllocationCounter
import Fusion
import Model

/// Thirty days after the traffic: a clock tick each fifth of a second, a scan of each camera every ten
/// minutes, somebody who crosses once an hour.
struct Month {
  private static let days = 30

  /// Lets `engine` live through it; the processor time and what was allocated.
  func run(_ engine: inout FusionEngine) -> (seconds: Double, allocations: UInt64) {
    let before = FusionBench.processorNanos()
    let allocated = vdt_allocations()
    let begin = Traffic.start.advanced(byNanos: 1_000_000_000_000)
    var sequence: UInt64 = 1_000_000
    func say(_ content: Observation.Content, _ camera: Int, _ time: Instant) {
      sequence += 1
      engine.take(
        Arrival(
          time: time,
          observation: Observation(
            source: camera < 0 ? .clock : SourceID(UInt16(camera)),
            sensor: camera < 0 ? .none : SensorID(UInt16(camera)), sequence: sequence, time: time,
            content: content))
      ) { _ in }
    }
    for tick in 0..<Self.days * 86_400 * 5 {
      let time = begin.advanced(byNanos: Int64(tick) * 200_000_000)
      let second = tick / 5
      if second % 3_600 < 40 {
        let place = SIMD2(50, 60 + 1.5 * Double(tick % 18_000) / 5)
        say(
          .detection(Detection(position: place, covariance: SIMD3(0.2, 0, 0.2), quality: 0.8)), 0,
          time)
        say(.scanEnd(count: 1, frame: UInt32(tick)), 0, time)
      } else if tick % 3_000 < 8 {
        say(.scanEnd(count: 0, frame: UInt32(tick)), tick % 3_000, time)
      }
      say(
        .clock(
          ClockMap(
            instant: time, wall: WallTime(unixNanos: time.monotonicNanos), uncertaintyNanos: 0,
            state: .synchronised)), -1, time)
    }
    return (
      Double(FusionBench.processorNanos() - before) * 1e-9, vdt_allocations() - allocated
    )
  }
}
