import BenchSupport
import CAllocationCounter
import Fusion
import Ledger
import Model
import Perception
import Rings
import Simulation

/// The hot parts of a post, driven by one thread.
final class Post {
  private let perceiving = AllocationTally("perception")
  private let fusing = AllocationTally("rings and fusion")
  private let encoding = AllocationTally("encode")
  private let appending = AllocationTally("append")
  private let committing = AllocationTally("commit")

  private let wires: Sense<MotionPerception>
  private let talk: Sense<TelemetryPerception>
  private let eyes: [Eye]
  private let rings: [ObservationRing]
  private let gpioSource: Int
  private var engine: FusionEngine
  private var eventProducer: RingProducer<PostEvent>
  private var eventConsumer: RingConsumer<PostEvent>
  private var encoder: EventEncoder
  private var log: EventLog
  private var ticks: UInt64 = 0
  private var eventsDropped = 0
  private var crossings = 0

  init(site: Site, start: Instant, ledger: String) throws {
    let sources = site.sources
    guard let gpio = sources.firstIndex(of: .gpio),
      let serial = sources.firstIndex(of: .serial(link: 0))
    else { preconditionFailure("the demonstration has GPIO lines and a serial link") }
    gpioSource = gpio
    wires = Sense(MotionPerception(site: site, source: SourceID(UInt16(gpio))))
    talk = Sense(TelemetryPerception(site: site, link: 0, source: SourceID(UInt16(serial))))
    eyes = sources.enumerated().compactMap { place, source in
      guard case .camera(let sensor) = source else { return nil }
      return Eye(
        site: site, sensor: sensor, source: SourceID(UInt16(place)),
        pace: .immediate(start: start))
    }
    rings = [wires.ring, talk.ring] + eyes.map(\.sense.ring)
    engine = FusionEngine(site: site)
    let ends = makeRing(of: PostEvent.self, capacity: 1_024)
    eventProducer = ends.producer
    eventConsumer = ends.consumer
    encoder = EventEncoder(site: site, captureEpoch: 1, softwareVersion: "bench")
    log = try EventLog(directory: ledger, post: site.post)
  }

  /// From now on calls of the allocator count.
  func openTallies() {
    for tally in [perceiving, fusing, encoding, appending, committing] { tally.isOpen = true }
  }

  func take(_ report: HealthReport, of source: Int) {
    if source == gpioSource {
      perceiving.measure { wires.perception.take(report) { wires.ring.push($0) } }
    } else {
      perceiving.measure { talk.perception.take(report) { talk.ring.push($0) } }
    }
  }

  func take(_ edge: GPIOEdge) {
    perceiving.measure { wires.perception.take(edge) { wires.ring.push($0) } }
  }

  func take(_ chunk: Samples.Chunk) {
    let bytes = chunk.bytes.span.bytes
    perceiving.measure { talk.perception.take(chunk.time, bytes) { talk.ring.push($0) } }
  }

  /// Every camera's next picture.
  func look() {
    for eye in eyes { eye.look(perceiving) }
  }

  /// A clock tick, then all rings through fusion.
  func fuse(at now: Instant) {
    fusing.measure {
      ticks += 1
      let map = ClockMap(
        instant: now, wall: WallTime(unixNanos: 1_800_000_000_000_000_000 + now.monotonicNanos),
        uncertaintyNanos: 1_000_000, state: .synchronised)
      decide(
        Arrival(
          time: now,
          observation: Observation(
            source: .clock, sensor: .none, sequence: ticks, time: now, content: .clock(map))))
      for ring in rings {
        ring.drain { decide(Arrival(time: now, observation: $0)) }
      }
    }
  }

  private func decide(_ arrival: Arrival) {
    engine.take(arrival) { event in
      if !eventProducer.push(event) { eventsDropped += 1 }
    }
  }

  /// What fusion decided, encoded, appended and made durable as one group.
  func seal() throws {
    var isEmpty = true
    while let event = eventConsumer.pop() {
      isEmpty = false
      if case .crossing = event { crossings += 1 }
      var header: EventHeader?
      encoding.measure { header = encoder.encode(event) }
      try appending.measure {
        _ = try encoder.withPayload { payload throws(LedgerError) in
          try log.append(header!, payload: payload)
        }
      }
    }
    guard !isEmpty else { return }
    try committing.measure { try log.commit() }
  }

  /// Prints what was counted; false when a budget was missed.
  func judge() -> Bool {
    var verdicts = Verdicts()
    let before = vdt_allocations()
    let array = [UInt64](repeating: before, count: Int.random(in: 100...200))
    verdicts.check(
      "the allocation counter counts", measured: "one array made",
      isMet: vdt_allocations() > before && array.count >= 100)
    let dropped = rings.reduce(eventsDropped) { $0 + $1.dropped }
    verdicts.check("nothing dropped", measured: "\(dropped)", isMet: dropped == 0)
    verdicts.check(
      "the scenario was decided: at least 4 crossings", measured: "\(crossings)",
      isMet: crossings >= 4)
    for tally in [perceiving, fusing, encoding, appending, committing] {
      print(tally.json)
      verdicts.check(
        "hot path, allocations in \(tally.name) = 0",
        measured: "\(tally.count) in \(tally.pieces) pieces",
        isMet: tally.count == 0 && tally.pieces > 0)
    }
    print(verdicts.summary)
    return !verdicts.hasFailed
  }
}
