import Captures
import Devices
import Glibc
import Ledger
import Logging
import Model
import Perception
import Publishing
import Rings
import Simulation
import SiteConfiguration

/// The hot part of the post for one configuration: readers, fusion, ledger, recorder, their threads
/// and rings. Started once, stopped once.
///
/// It stops in the order of the road: readers, fusion, ledger, recorder; each drains what the one before it
/// left. The keeper ends when it has kept all, which may be while the next pipeline runs.
final class Pipeline: Sendable {
  /// What the pipeline needs of the rest of the post.
  struct Surroundings: Sendable {
    var site: Site
    var siteBundle: [UInt8]
    var origin: SampleOrigin
    var captureEpoch: UInt64
    var ledgerDirectory: String
    /// Where the flight recorder keeps its ring and its captures.
    var captureDirectory: String
    var retention: StorageConfiguration
    /// The flight recorder of the pipeline before this one; `nil` at the start.
    var shift: FlightShift?
    /// What erasing by age goes by.
    var erasureClock: ErasureClock
    /// The seed of the key that signs the ledger; `nil` to sign nothing.
    var signingSeed: [UInt8]?
    var recordPath: String?
    var feed: EventFeed
    var board: HealthBoard
    var logger: Logger
    /// The one moment at which all simulated sources begin.
    let pace = Pace.realTime(start: MonotonicClock.now())
    /// When a capture is fed as if it were live: its clock against ours, the same for all sources.
    var pacing: CapturePacing?

    func pacing(of path: String) throws -> CapturePacing {
      try pacing ?? CapturePacing(path: path)
    }
  }

  /// Observations a reader may be ahead of fusion.
  static let observationRing = 1_024
  /// Events fusion may be ahead of the ledger.
  static let eventRing = 1_024

  let site: Site
  let origin: SampleOrigin
  let desk: LedgerDesk
  let lanes: [LaneCells]
  let fusionCells = MetricCells(FusionLane.Cell.allCases.map(\.name))
  let ledgerCells = MetricCells(LedgerLane.Cell.allCases.map(\.name))
  let latencies = EventLatencies()
  let recorderCells = MetricCells(RecorderLane.Cell.allCases.map(\.name))
  let keeperCells = MetricCells(FlightKeeper.Cell.allCases.map(\.name))
  let fusionTapCells = MetricCells(["recorder_dropped_total"])
  private let recorderMail = RecorderMail()
  private let readerStop = StopFlag()
  private let fusionStop = StopFlag()
  private let ledgerStop = StopFlag()
  private let recorderStop = StopFlag()
  private let readers: [NamedThread]
  private let fusion: NamedThread
  private let ledger: NamedThread
  private let recorder: NamedThread?
  let keeper: NamedThread?
  /// The flight recorder, when there is one; of interest to the pipeline after this one.
  let shift: FlightShift?

  /// Opens the ledger and, when recording, the capture; then starts all threads.
  init(_ given: Surroundings) throws {
    var prepared = given
    if case .capture(let path) = given.origin { prepared.pacing = try CapturePacing(path: path) }
    let surroundings = prepared
    let site = surroundings.site
    let logger = surroundings.logger
    self.site = site
    origin = surroundings.origin
    let sources = site.sources
    lanes = sources.dropFirst().map { LaneCells(source: $0, site: site) }
    let log = try EventLog(directory: surroundings.ledgerDirectory, post: site.post)
    let (durable, ledgerEpoch) = (log.durableSequence, log.epoch)
    surroundings.feed.advance(to: durable)
    surroundings.board.reset(site: site)

    let fusionBell = try Doorbell()
    let ledgerBell = try Doorbell()
    desk = LedgerDesk(doorbell: ledgerBell)
    let recording = try Recording.wanted(by: surroundings, logger: logger)
    let epoch = surroundings.captureEpoch

    var consumers: [Handover<RingConsumer<Observation>>] = []
    var starts: [@Sendable () -> Void] = []
    for (place, source) in sources.dropFirst().enumerated() {
      let ends = makeRing(of: Observation.self, capacity: Self.observationRing)
      consumers.append(Handover(ends.consumer))
      let sink = Handover(
        ObservationSink(
          producer: ends.producer, doorbell: fusionBell, cells: lanes[place].sink,
          mayDrop: source.isCamera))
      let tap = Handover(
        recording?.tap(
          source: SourceID(UInt16(place + 1)), site: site, cells: lanes[place].tap)
          ?? RecorderTap())
      starts.append(
        try LaneSeat(
          source: source, id: SourceID(UInt16(place + 1)), site: site, sink: sink, tap: tap,
          stop: readerStop, cells: lanes[place]
        ).start(surroundings))
    }

    let eventEnds = makeRing(of: PostEvent.self, capacity: Self.eventRing)
    let eventConsumer = Handover(eventEnds.consumer)
    let outlet = Handover(
      EventOutlet(producer: eventEnds.producer, doorbell: ledgerBell, cells: fusionCells))
    let fusionTap = Handover(recording?.fusionTap(cells: fusionTapCells) ?? FusionTap())
    let logHandover = Handover(MovedLog(log: log))

    let (recorderStop, recorderCells) = (recorderStop, recorderCells)
    recorder = recording?.start(stop: recorderStop, mail: recorderMail, cells: recorderCells)
    keeper = recording?.startKeeper(cells: keeperCells)
    shift = recording?.shift
    let (desk, ledgerCells, ledgerStop) = (desk, ledgerCells, ledgerStop)
    let latencies = latencies
    ledger = NamedThread("ledger", placement: .storing) {
      var lane = LedgerLane(
        directory: surroundings.ledgerDirectory, site: site, captureEpoch: epoch,
        retention: surroundings.retention, erasureClock: surroundings.erasureClock,
        signingSeed: surroundings.signingSeed,
        log: logHandover.take().log, durable: durable, epoch: ledgerEpoch,
        consumer: ConsumerBank(count: 1) { _ in eventConsumer.take() }, desk: desk,
        feed: surroundings.feed, board: surroundings.board, cells: ledgerCells,
        latencies: latencies, logger: logger)
      lane.run(stop: ledgerStop)
    }
    let (fusionCells, fusionStop, rings) = (fusionCells, fusionStop, consumers)
    fusion = NamedThread("fusion", placement: .sensors) {
      var lane = FusionLane(
        site: site,
        consumers: ConsumerBank(count: rings.count) { rings[$0].take() },
        outlet: outlet.take(), tap: fusionTap.take(), doorbell: fusionBell, cells: fusionCells)
      lane.run(stop: fusionStop)
    }
    readers = zip(sources.dropFirst(), starts).map { source, start in
      NamedThread(
        source.threadName(in: site), placement: source.isCamera ? .ordinary : .sensors, body: start)
    }
  }

  /// Lets what is decided and recorded from now on carry the texts of `site`, which senses like the
  /// pipeline's; `bundle` is what it was read from.
  func adopt(_ site: Site, bundle: [UInt8]) {
    desk.adopt(site)
    recorderMail.put(RecorderMail.Letter(site: site, bundle: bundle))
  }

  /// Stops everything in order; returns when all that was read is decided, sealed and recorded. What the
  /// keeper has still to do may take a while and goes on: see ``awaitKeeper(by:alive:)``.
  func stop() {
    readerStop.set()
    for reader in readers { reader.join() }
    fusionStop.set()
    fusion.join()
    ledgerStop.set()
    desk.doorbell.ring()
    ledger.join()
    recorderStop.set()
    recorder?.join()
    shift?.stop.set()
  }
}

extension SourceDescription {
  var isCamera: Bool {
    if case .camera = self { true } else { false }
  }

  /// Name of its reader's thread.
  func threadName(in site: Site) -> String {
    switch self {
    case .clock: "clock"
    case .gpio: "gpio"
    case .camera(let sensor): "cam-\(site.sensors[sensor.index].name)"
    case .serial(let link): "ser-\(site.links[link].name)"
    }
  }

  /// Name of its lane in metrics and captures.
  func laneName(in site: Site) -> String {
    switch self {
    case .clock: "clock"
    case .gpio: "gpio"
    case .camera(let sensor): "camera/\(site.sensors[sensor.index].name)"
    case .serial(let link): "serial/\(site.links[link].name)"
    }
  }
}

/// The ledger's writer on its way from the thread that opened it to the one that owns it.
///
/// Invariant for `@unchecked Sendable`: moved, never shared; only one thread at a time holds it.
private struct MovedLog: ~Copyable, @unchecked Sendable {
  let log: EventLog
}
