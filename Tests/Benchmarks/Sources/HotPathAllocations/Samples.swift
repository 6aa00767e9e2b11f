import Model
import Simulation

/// Edges and serial chunks of the demonstration, made before anything is counted: what is measured
/// is the post, not the simulation. Pictures are drawn as the run goes, outside of what is counted.
struct Samples {
  /// Bytes of one link that came together.
  struct Chunk {
    var time: Instant
    var link: Int
    var bytes: [UInt8]
  }

  private(set) var edges: [GPIOEdge] = []
  private(set) var chunks: [Chunk] = []
  private(set) var health: [(source: Int, report: HealthReport)] = []

  init(site: Site, start: Instant, seconds: Double) {
    let pace = Pace.immediate(start: start)
    var wires = SimulatedEdgeSource(
      scenario: .borderDemo, site: site, pace: pace, durationSeconds: seconds)
    while wires.read(timeoutMilliseconds: 1_000, { edges.append($0) }) != .ended {}
    for (place, source) in site.sources.enumerated() {
      switch source {
      case .gpio:
        while let report = wires.nextHealth() { health.append((place, report)) }
      case .serial(let link):
        var talk = SimulatedByteSource(
          scenario: .borderDemo, site: site, link: link, pace: pace, durationSeconds: seconds)
        while talk.read(
          timeoutMilliseconds: 1_000,
          { time, bytes in
            let copy = (0..<bytes.byteCount).map {
              bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self)
            }
            chunks.append(Chunk(time: time, link: link, bytes: copy))
          }) != .ended
        {}
        while let report = talk.nextHealth() { health.append((place, report)) }
      default: break
      }
    }
    chunks.sort { $0.time < $1.time }
  }
}
