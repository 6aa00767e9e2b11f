import Model
import Simulation

/// Everything that a source gives until it ends, with the number of quiet readings among them.
struct Samples {
  var edges: [GPIOEdge] = []
  var frames: [(header: FrameHeader, pixels: [UInt8])] = []
  var chunks: [(time: Instant, bytes: [UInt8])] = []
  var health: [HealthReport] = []
  var quiet = 0

  /// All edges.
  init(_ source: consuming SimulatedEdgeSource, timeoutMilliseconds: Int32 = 100) {
    while true {
      let reading = source.read(timeoutMilliseconds: timeoutMilliseconds) { edges.append($0) }
      while let report = source.nextHealth() { health.append(report) }
      if reading == .quiet { quiet += 1 }
      if reading == .ended { return }
    }
  }

  /// All frames.
  init(_ source: consuming SimulatedFrameSource, timeoutMilliseconds: Int32 = 100) {
    while true {
      let reading = source.read(timeoutMilliseconds: timeoutMilliseconds) { header, bytes in
        frames.append((header, bytes.array))
      }
      while let report = source.nextHealth() { health.append(report) }
      if reading == .quiet { quiet += 1 }
      if reading == .ended { return }
    }
  }

  /// All bytes.
  init(_ source: consuming SimulatedByteSource, timeoutMilliseconds: Int32 = 100) {
    while true {
      let reading = source.read(timeoutMilliseconds: timeoutMilliseconds) { time, bytes in
        chunks.append((time, bytes.array))
      }
      while let report = source.nextHealth() { health.append(report) }
      if reading == .quiet { quiet += 1 }
      if reading == .ended { return }
    }
  }
}

extension RawSpan {
  /// A copy of the bytes.
  var array: [UInt8] { withUnsafeBytes { Array($0) } }
}
