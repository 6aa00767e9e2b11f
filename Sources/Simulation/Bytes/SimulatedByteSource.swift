import MAVLink
public import Model

/// The bytes of one serial link of a site while a scenario runs: the telemetry of the drones and
/// beacons on it, and noise of the line now and then.
///
/// Speech comes in slots of 20 ms, a chunk for each slot in which somebody talks.
public struct SimulatedByteSource: ~Copyable, ByteSource {
  /// Longest chunk, bytes.
  static let chunkMax = 4_096
  /// One in so many chunks is followed by noise.
  static let chunksPerNoise: UInt64 = 32

  private let scenario: Scenario
  private var timeline: SampleTimeline
  private var health: OpeningHealth
  private var speakers: [Speaker] = []
  private let noise: Noise
  private var bytes: [UInt8] = []

  /// A source of the link at `link` in `Site.links` that ends after `durationSeconds`, or never.
  public init(
    scenario: Scenario, site: Site, link: Int, pace: Pace, durationSeconds: Double? = nil
  ) {
    self.scenario = scenario
    timeline = SampleTimeline(
      pace: pace, intervalNanos: Double(Speaker.slotNanos), firstIndex: 1,
      durationSeconds: durationSeconds)
    let name = site.links[link].name
    let sensors = site.sensors.indices.filter {
      site.sensors[$0].platform?.isHeard(on: name) == true
    }
    .map { SensorID(UInt16($0)) }
    for sensor in sensors {
      // 3 is prime to the slots of all rates.
      if let speaker = Speaker(
        id: sensor, site: site, scenario: scenario, phase: 3 * speakers.count)
      {
        speakers.append(speaker)
      }
    }
    health = OpeningHealth(sensors: sensors, start: pace.start)
    noise = Noise(seed: scenario.seed, purpose: .lineNoise, sensor: link)
    bytes.reserveCapacity(Self.chunkMax)
  }

  /// Once for each platform on the link: it delivers.
  public mutating func nextHealth() -> HealthReport? { health.next() }

  /// Waits at most `timeoutMilliseconds` (of the scenario's time when the pace is immediate) for
  /// the next bytes and lends them to `body`.
  public mutating func read(
    timeoutMilliseconds: Int32, _ body: (Instant, RawSpan) -> Void
  ) -> SourceReading {
    let horizon = timeline.horizon(timeoutMilliseconds: timeoutMilliseconds)
    while true {
      if let reading = timeline.pause(until: horizon) { return reading }
      speak()
      let due = timeline.due
      timeline.advance()
      guard !bytes.isEmpty else { continue }
      timeline.wait(until: due)
      return lend(at: due, body)
    }
  }

  private mutating func speak() {
    bytes.removeAll(keepingCapacity: true)
    let (slot, seconds) = (timeline.index, timeline.seconds)
    for index in speakers.indices {
      speakers[index].speak(slot: slot, seconds: seconds, scenario: scenario, into: &bytes)
    }
    if !bytes.isEmpty && noise.bits(slot) % Self.chunksPerNoise == 0 { addNoise(slot) }
  }

  /// What a bad line adds: the chunk's first frame again with a bit of its payload turned over,
  /// which costs a receiver a wrong CRC, and up to eight bytes that belong to nothing.
  private mutating func addNoise(_ slot: Int) {
    let random = noise.bits(-slot)
    let damaged = bytes.count + FrameFormat.headerLengthV2
    let length = FrameFormat.headerLengthV2 + Int(bytes[1]) + FrameFormat.checksumLength
    for index in 0..<length { bytes.append(bytes[index]) }
    bytes[damaged] ^= UInt8(1 << (random & 7))
    for index in 0..<Int(1 + random >> 8 & 7) {
      bytes.append(UInt8(truncatingIfNeeded: random >> (16 + 5 * UInt64(index))))
    }
  }

  private func lend(at due: Instant, _ body: (Instant, RawSpan) -> Void) -> SourceReading {
    let all = unsafe bytes.span.bytes
    var chunks = 0
    while chunks * Self.chunkMax < all.byteCount {
      let rest = all.extracting(droppingFirst: chunks * Self.chunkMax)
      body(due, rest.extracting(first: Self.chunkMax))
      chunks += 1
    }
    return .samples(chunks)
  }
}
