public import Captures
import Crypto
import Devices
public import Fusion
import Glibc
import Ledger
public import Model

/// Replays a capture through perception and fusion: the same samples, in the same order, give the
/// same events, byte for byte, at any speed.
///
/// A capture of a live or simulated run carries the arrivals: which observation fusion took when.
/// They are followed exactly. An imported capture, and one replayed under another configuration,
/// has none that apply: there each observation arrives at its sample's recorded time, in the order
/// of the file.
public struct CaptureReplay: ~Copyable {
  /// What came of a replay.
  public struct Report: Codable, Sendable, Equatable {
    /// Raw samples read.
    public var samples = 0
    /// Observations that fusion took.
    public var arrivals = 0
    /// Arrivals of the capture whose observation the samples did not give: samples were lost while
    /// recording.
    public var arrivalsUnmatched = 0
    /// Events of all kinds.
    public var events = 0
    /// Crossing events, all versions.
    public var crossings = 0
    /// Events that the capture carries from the run it recorded.
    public var eventsRecorded = 0
    /// Whether the events are those recorded, byte for byte; `nil` when there are none to compare
    /// with.
    public var isIdentical: Bool?
    /// Time that the capture spans, seconds.
    public var captureSeconds = 0.0
    /// Time that the replay took, seconds.
    public var replaySeconds = 0.0
    /// SHA-256 over the payloads of all events, each with a line feed behind it, lower-case
    /// hexadecimal: equal digests are equal events.
    public var digest = ""
    /// Where the capture is cut off, in words; `nil` when it is whole.
    public var truncation: String?
    /// The second at which whoever watched ended the replay; `nil` when it came to its end. What was
    /// decided is then only what was decided before, and nothing is compared.
    public var endedAtSeconds: Double?
  }

  /// Who is told how fusion decides.
  public struct Witness {
    /// Told each step, in order.
    public var step: (FusionStep) -> Void
    /// Told, when the replay first comes to a moment, which sensors cover a place then and whether
    /// they deliver.
    public var covers: (at: Instant, place: SIMD2<Double>, told: (SensorID, Bool) -> Void)?

    /// A witness of the steps.
    public init(step: @escaping (FusionStep) -> Void) { self.step = step }
  }

  /// The most steps of one arrival.
  private static let stepsMax = 1 << 14

  private let path: String
  private let site: Site
  private let followsArrivals: Bool
  private let inputs: ReplayInputs?
  private var reader: CaptureReader
  private let perceptions: ReplayPerceptions
  private var engine: FusionEngine
  private var encoder: EventEncoder
  private var waiting: [[Observation]]
  private var taken: [Int]
  private var arrivals: [CapturedArrival] = []
  private var arrivalsTaken = 0
  private var lastArrival = Instant.distantPast
  private var recordedEvents: [[UInt8]] = []
  private var replayedEvents: [[UInt8]] = []
  private var report = Report()
  private var digest = SHA256()
  private let observe: ((Arrival) -> Void)?
  private var witness: Witness?
  private var audience: (any ReplayAudience)?

  /// A replay of the capture at `path` under `site`.
  ///
  /// `isOtherSite`: the site is not the one recorded, so that recorded arrivals and events do not
  /// apply. `span`: only what was recorded within it is replayed; then, as in a part of a capture,
  /// the recorded arrivals do not apply either, because what came before is not known. `inputs`: only
  /// these samples are replayed, and recorded arrivals and events do not apply. `observe` is told what
  /// fusion takes, in that order, before it decides; `witness`, how it decides.
  public init(
    path: String, site: Site, isOtherSite: Bool = false, span: ClosedRange<Instant>? = nil,
    inputs: ReplayInputs? = nil, witness: Witness? = nil, observe: ((Arrival) -> Void)? = nil
  ) throws(CaptureError) {
    var reader = try CaptureReader(path: path)
    reader.use(site)
    if let span { try reader.restrict(to: span) }
    self.path = path
    self.site = site
    self.inputs = inputs
    self.observe = observe
    self.witness = witness
    let isOfRun = reader.header.origin == .live || reader.header.origin == .simulated
    followsArrivals =
      isOfRun && !isOtherSite && span == nil && inputs == nil && reader.header.part == nil
    encoder = EventEncoder(
      site: site, captureEpoch: reader.header.captureEpoch, softwareVersion: SoftwareVersion.text)
    perceptions = ReplayPerceptions(site: site, clock: reader.header.clock)
    self.reader = reader
    engine = FusionEngine(site: site, stepsMax: witness == nil ? 0 : Self.stepsMax)
    waiting = site.sources.map { _ in [] }
    taken = site.sources.map { _ in 0 }
  }

  /// Replays everything; `speed` 1 is real time, `nil` as fast as it goes. Each event's payload is
  /// lent to `body`. With an `audience` it is that which says when a record is due, and `speed` is
  /// not looked at.
  public consuming func run(
    speed: Double?, audience: (any ReplayAudience)? = nil, _ body: (PostEvent, RawSpan) -> Void
  ) throws(CaptureError) -> Report {
    let begin = MonotonicClock.now()
    var first: Instant?
    self.audience = audience
    while let item = try reader.next() {
      let recorded = reader.recorded
      first = min(first ?? recorded, recorded)
      report.captureSeconds = max(report.captureSeconds, recorded.seconds(since: first!))
      if let audience {
        if let moment = audience.tracksWanted(before: item, recorded: recorded) {
          var tracks: [TrackSnapshot] = []
          engine.forEachTrack(at: moment) { tracks.append($0) }
          audience.show(tracks, at: moment)
        }
        guard audience.admit(recorded, seconds: recorded.seconds(since: first!)) else {
          report.endedAtSeconds = recorded.seconds(since: first!)
          break
        }
      } else if let speed {
        wait(until: recorded.seconds(since: first!) / speed, since: begin)
      }
      switch item {
      case .arrival(let arrival):
        if followsArrivals { arrivals.append(arrival) }
      case .event:
        if followsArrivals { recordedEvents.append(reader.withPayload { Array(copying: $0) }) }
        continue
      default:
        if let inputs, !inputs.contains(item) { continue }
        report.samples += 1
        perceive(item, at: recorded, body)
      }
      if followsArrivals { followArrivals(body) }
    }
    if report.endedAtSeconds == nil { finish(body) }
    report.truncation = reader.truncation.map {
      "at byte \($0.offset), \($0.bytesLost) bytes lost"
    }
    if report.endedAtSeconds == nil, followsArrivals, !recordedEvents.isEmpty || report.events > 0 {
      report.eventsRecorded = recordedEvents.count
      report.isIdentical = recordedEvents == replayedEvents
    }
    report.digest = digest.finalize().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
    report.replaySeconds = MonotonicClock.now().seconds(since: begin)
    return report
  }

  private mutating func finish(_ body: (PostEvent, RawSpan) -> Void) {
    report.arrivalsUnmatched = arrivals.count - arrivalsTaken
    // What the capture's own run said when it ended is in it too.
    var last: [PostEvent] = []
    engine.finish { last.append($0) }
    testify()
    for event in last { pass(event, body) }
  }

  private mutating func perceive(
    _ item: CaptureItem, at recorded: Instant, _ body: (PostEvent, RawSpan) -> Void
  ) {
    lastArrival = max(lastArrival, recorded)
    let (perceptions, follows, time) = (perceptions, followsArrivals, lastArrival)
    let audience = audience
    var direct: [Observation] = []
    reader.withPayload { payload in
      audience?.sampled(item, payload)
      perceptions.take(item, payload: payload) { observation in
        if follows {
          waiting[observation.source.index].append(observation)
        } else {
          direct.append(observation)
        }
      }
    }
    for observation in direct { take(Arrival(time: time, observation: observation), body) }
  }

  /// Takes the recorded arrivals, in their order, as far as their observations are there.
  private mutating func followArrivals(_ body: (PostEvent, RawSpan) -> Void) {
    while arrivalsTaken < arrivals.count {
      let arrival = arrivals[arrivalsTaken]
      let source = arrival.source.index
      guard waiting.indices.contains(source) else {
        arrivalsTaken += 1
        continue
      }
      // Observations that the live run dropped before fusion are skipped here too.
      while taken[source] < waiting[source].count,
        waiting[source][taken[source]].sequence < arrival.sequence
      { taken[source] += 1 }
      guard taken[source] < waiting[source].count else { break }
      let observation = waiting[source][taken[source]]
      guard observation.sequence == arrival.sequence else {
        report.arrivalsUnmatched += 1
        arrivalsTaken += 1
        continue
      }
      taken[source] += 1
      arrivalsTaken += 1
      take(Arrival(time: arrival.time, observation: observation), body)
      compact(source)
    }
    if arrivalsTaken > 4_096 {
      arrivals.removeFirst(arrivalsTaken)
      arrivalsTaken = 0
    }
  }

  private mutating func compact(_ source: Int) {
    guard taken[source] > 1_024 else { return }
    waiting[source].removeFirst(taken[source])
    taken[source] = 0
  }

  private mutating func take(_ arrival: Arrival, _ body: (PostEvent, RawSpan) -> Void) {
    report.arrivals += 1
    observe?(arrival)
    audience?.heard(arrival)
    var decided: [PostEvent] = []
    engine.take(arrival) { decided.append($0) }
    testify()
    if let covers = witness?.covers, arrival.time >= covers.at {
      engine.forEachSensor(covering: covers.place, covers.told)
      witness?.covers = nil
    }
    for event in decided { pass(event, body) }
  }

  private mutating func testify() {
    if let witness { engine.drainSteps(witness.step) }
  }

  private mutating func pass(_ event: PostEvent, _ body: (PostEvent, RawSpan) -> Void) {
    report.events += 1
    if case .crossing = event { report.crossings += 1 }
    _ = encoder.encode(event)
    encoder.withPayload { payload in
      unsafe payload.withUnsafeBytes { unsafe digest.update(bufferPointer: $0) }
      digest.update(data: [UInt8(ascii: "\n")])
      if followsArrivals { replayedEvents.append(Array(copying: payload)) }
      audience?.decided(event, payload)
      body(event, payload)
    }
  }

  private func wait(until seconds: Double, since begin: Instant) {
    let now = MonotonicClock.now().seconds(since: begin)
    if seconds > now { usleep(UInt32(min((seconds - now) * 1e6, 4e9))) }
  }
}

extension Array where Element == UInt8 {
  /// The bytes of `span`.
  init(copying span: RawSpan) {
    self = unsafe span.withUnsafeBytes { unsafe Array($0) }
  }
}
