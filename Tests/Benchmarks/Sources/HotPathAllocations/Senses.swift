import Model
import Perception
import Rings
import Simulation

/// Perception of one source and its ring to fusion.
final class Sense<Perception: ~Copyable> {
  /// Observations a source may be ahead of fusion.
  static var ringCapacity: Int { 1_024 }

  var perception: Perception
  let ring = ObservationRing(capacity: Sense.ringCapacity)

  init(_ perception: consuming Perception) { self.perception = perception }
}

/// Both ends of a ring of observations, on one thread.
final class ObservationRing {
  private var producer: RingProducer<Observation>
  private var consumer: RingConsumer<Observation>
  /// Observations that found the ring full: none in a sound run.
  private(set) var dropped = 0

  init(capacity: Int) {
    let ends = makeRing(of: Observation.self, capacity: capacity)
    producer = ends.producer
    consumer = ends.consumer
  }

  func push(_ observation: Observation) {
    if !producer.push(observation) { dropped += 1 }
  }

  func drain(_ body: (Observation) -> Void) { _ = consumer.drain(upTo: .max, body) }
}

/// A simulated camera.
final class Eye {
  var source: SimulatedFrameSource
  let sense: Sense<CameraPerception>

  init(site: Site, sensor: SensorID, source id: SourceID, pace: Pace) {
    source = SimulatedFrameSource(
      scenario: .borderDemo, site: site, sensor: sensor, pace: pace)
    sense = Sense(CameraPerception(site: site, sensor: sensor, source: id))
  }

  /// Draws the next picture, then perceives it.
  func look(_ tally: AllocationTally) {
    _ = source.read(timeoutMilliseconds: 1_000) { header, bytes in
      tally.measure { sense.perception.take(header, bytes) { sense.ring.push($0) } }
    }
    while let report = source.nextHealth() {
      tally.measure { sense.perception.take(report) { sense.ring.push($0) } }
    }
  }
}
