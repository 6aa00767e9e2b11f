import Devices
import Fusion
import Model
import Rings

/// The thread that takes observations from all rings in the order they come, lets fusion decide and
/// passes the events on.
///
/// What it takes, and when, is the whole input of fusion; the tap records exactly that.
struct FusionLane: ~Copyable {
  /// Places of its metric cells.
  enum Cell: Int, CaseIterable {
    case arrivals, events, ledgerWaits, ticks, decideNanosMax
    case late, outOfSequence, repeated, unrepaired, fromTheFuture, invalid, echoes, scanOverflow
    case trackOverflow, strangerOverflow, chatter

    var name: StaticString {
      switch self {
      case .arrivals: "arrivals_total"
      case .events: "events_total"
      case .ledgerWaits: "ledger_ring_full_waits_total"
      case .ticks: "ticks_total"
      case .decideNanosMax: "batch_nanoseconds_max"
      case .late: "late_total"
      case .outOfSequence: "out_of_sequence_total"
      case .repeated: "repeated_total"
      case .unrepaired: "unrepaired_total"
      case .fromTheFuture: "from_the_future_total"
      case .invalid: "invalid_total"
      case .echoes: "echoes_total"
      case .scanOverflow: "scan_overflow_total"
      case .trackOverflow: "track_overflow_total"
      case .strangerOverflow: "stranger_overflow_total"
      case .chatter: "chatter_total"
      }
    }
  }

  /// Observations taken from one ring before the others are looked at.
  static let drainMax = 256
  /// Time between two clock ticks, nanoseconds.
  static let tickNanos: Int64 = 100_000_000

  private var engine: FusionEngine
  private let consumers: ConsumerBank<Observation>
  private var outlet: EventOutlet
  private var tap: FusionTap
  private let doorbell: Doorbell
  private let cells: MetricCells
  private var clock = ClockReader()
  private var clockSequence: UInt64 = 0

  init(
    site: Site, consumers: ConsumerBank<Observation>, outlet: consuming EventOutlet,
    tap: consuming FusionTap, doorbell: Doorbell, cells: MetricCells
  ) {
    engine = FusionEngine(site: site)
    self.consumers = consumers
    self.outlet = outlet
    self.tap = tap
    self.doorbell = doorbell
    self.cells = cells
  }

  /// Runs until `stop` is set and every ring is empty, then lets fusion say its last words.
  mutating func run(stop: StopFlag) {
    var nextTick = Instant.distantPast
    while true {
      let isLast = stop.isSet
      let now = MonotonicClock.now()
      if now >= nextTick {
        tick()
        nextTick = now.advanced(byNanos: Self.tickNanos)
      }
      let taken = drain()
      if taken > 0 { continue }
      if isLast { break }
      let wait = max(1, nextTick.nanos(since: MonotonicClock.now()) / 1_000_000)
      _ = doorbell.wait(timeoutMilliseconds: Int(wait))
    }
    tick()
    engine.finish { event in
      outlet.send(event)
      tap.record(event)
    }
    tap.flush()
  }

  /// Takes what all rings hold, once around.
  private mutating func drain() -> Int {
    var total = 0
    let start = MonotonicClock.now()
    for place in 0..<consumers.count {
      let now = MonotonicClock.now()
      total += consumers.drain(place, upTo: Self.drainMax) { observation in
        take(Arrival(time: now, observation: observation))
      }
    }
    if total > 0 {
      cells.add(Cell.arrivals.rawValue, UInt64(total))
      let spent = UInt64(MonotonicClock.now().nanos(since: start))
      if spent > cells[Cell.decideNanosMax.rawValue] {
        cells.set(Cell.decideNanosMax.rawValue, spent)
      }
      tap.flush()
    }
    return total
  }

  private mutating func tick() {
    let map = clock.read()
    clockSequence += 1
    tap.record(map)
    take(
      Arrival(
        time: MonotonicClock.now(),
        observation: Observation(
          source: .clock, sensor: .none, sequence: clockSequence, time: map.instant,
          content: .clock(map))))
    cells.add(Cell.ticks.rawValue, 1)
    showCounters()
    tap.flush()
  }

  /// Shows what fusion refused and what came in no good order. What is taken again is counted again, so
  /// that a count may be lower for a moment; it is not shown then.
  private func showCounters() {
    let counters = engine.counters
    show(counters.late, .late)
    show(counters.outOfSequence, .outOfSequence)
    show(counters.repeated, .repeated)
    show(counters.unrepaired, .unrepaired)
    show(counters.fromTheFuture, .fromTheFuture)
    show(counters.invalid, .invalid)
    show(counters.echoes, .echoes)
    show(counters.scanOverflow, .scanOverflow)
    show(counters.trackOverflow, .trackOverflow)
    show(counters.strangerOverflow, .strangerOverflow)
    show(counters.chatter, .chatter)
  }

  private func show(_ count: UInt64, _ cell: Cell) {
    if count > cells[cell.rawValue] { cells.set(cell.rawValue, count) }
  }

  private mutating func take(_ arrival: Arrival) {
    tap.record(arrival)
    engine.take(arrival) { event in
      outlet.send(event)
      tap.record(event)
    }
  }
}
