import Captures
import Devices
import Ledger
import Logging
import Model
import Rings
import SiteConfiguration

/// What is recorded of a run: hands out the taps, then starts the recorder's thread and, for the
/// flight recorder, the keeper's.
final class Recording {
  /// Frames a camera may be ahead of the recorder.
  private static let frameSlots = 16
  /// Chunks a serial link may be ahead of the recorder.
  private static let chunkSlots = 256
  private static let chunkBytesMax = 4_096
  /// Edges, arrivals and clock maps a tap may be ahead of the recorder.
  private static let itemRing = 4_096
  private static let eventRing = 256

  private let path: String?
  private let site: Site
  private let epoch: UInt64
  private let board: HealthBoard
  private let logger: Logger
  private let writer: Handover<CaptureWriter>?
  private let flight: Flight?
  private let doorbell: Doorbell
  private var feeds: [RecorderLane.Feed] = []
  private var items: [Handover<RingConsumer<RecorderItem>>] = []
  private var events: Handover<RingConsumer<PostEvent>>?
  private let erasureClock: ErasureClock

  /// The two sides of the flight recorder and the desk between them.
  private struct Flight {
    var lane: Handover<FlightLane>
    var crashed: CrashedRings
    var shift: FlightShift
  }

  /// A recording of what `surroundings` ask for; nothing when they ask for none.
  static func wanted(
    by surroundings: Pipeline.Surroundings, logger: Logger
  ) throws -> Recording? {
    guard surroundings.recordPath != nil || surroundings.retention.recorder != nil else {
      return nil
    }
    return try Recording(surroundings, logger: logger)
  }

  private init(_ surroundings: Pipeline.Surroundings, logger: Logger) throws {
    path = surroundings.recordPath
    self.logger = logger
    let site = surroundings.site
    self.site = site
    epoch = surroundings.captureEpoch
    board = surroundings.board
    erasureClock = surroundings.erasureClock
    board.note(recordingFault: nil)
    doorbell = try Doorbell()
    var clock = ClockReader()
    let header = CaptureHeader(
      post: site.post, captureEpoch: epoch, software: SoftwareVersion.text,
      configurationHash: site.configurationHash, siteBundle: surroundings.siteBundle,
      exercise: site.exercise, origin: surroundings.origin.isSimulated ? .simulated : .live,
      clock: clock.read(), attachments: Self.attachments(surroundings.siteBundle))
    writer = try surroundings.recordPath.map {
      Handover(try CaptureWriter(path: $0, header: header, site: site))
    }
    flight = try surroundings.retention.recorder.map { configuration in
      let folder = surroundings.captureDirectory
      let crashed = CrashedRings(folder: folder)
      let last = surroundings.shift
      let shift = try FlightShift(after: last) { () throws(CaptureError) in
        try CaptureVault(
          folder: folder,
          budget: CaptureVault.Budget(
            ageNanosMax: configuration.keepSeconds * 1_000_000_000,
            bytesMax: configuration.keepBytes))
      }
      if last == nil { try Self.putAside(in: folder, crashed, logger) }
      return Flight(
        lane: Handover(
          try FlightLane(
            folder: shift.ringFolder, header: header, site: site, configuration: configuration,
            desk: shift.desk, board: surroundings.board)),
        crashed: crashed, shift: shift)
    }
  }

  /// Puts aside what runs before left that did not come to their end: a renaming; what is to be made of
  /// it is the keeper's work.
  private static func putAside(
    in folder: String, _ crashed: CrashedRings, _ logger: Logger
  ) throws(CaptureError) {
    for name in CaptureVault.ringNames {
      let lost = try crashed.putAside("\(folder)/\(name)")
      guard lost > 0 else { continue }
      logger.error(
        "\(folder): the post has fallen so often that \(lost) rings of earlier runs had to go")
    }
  }

  /// Site file and profiles as files of their own, for people who open the capture elsewhere.
  static func attachments(_ bundle: [UInt8]) -> [MCAPAttachment] {
    guard let bundle = try? SiteBundle(decoding: bundle) else { return [] }
    return bundle.files.map {
      MCAPAttachment(name: $0.name, mediaType: "application/yaml", data: Array($0.text.utf8))
    }
  }

  /// A tap for the reader of `source`.
  func tap(source: SourceID, site: Site, cells: MetricCells) -> RecorderTap {
    switch site.sources[source.index] {
    case .camera(let sensor):
      let camera = site.sensors[sensor.index].camera!
      return tap(
        source, ring: Self.frameSlots, slotBytes: camera.width * camera.height * 2, cells: cells)
    case .serial:
      return tap(source, ring: Self.chunkSlots, slotBytes: Self.chunkBytesMax, cells: cells)
    case .gpio, .clock:
      return tap(source, ring: Self.itemRing, slotBytes: 0, cells: cells)
    }
  }

  /// The tap of fusion.
  func fusionTap(cells: MetricCells) -> FusionTap {
    let ends = makeRing(of: PostEvent.self, capacity: Self.eventRing)
    events = Handover(ends.consumer)
    return FusionTap(
      items: tap(.clock, ring: Self.itemRing, slotBytes: 0, cells: cells),
      events: ends.producer, cells: cells)
  }

  private func tap(
    _ source: SourceID, ring: Int, slotBytes: Int, cells: MetricCells
  ) -> RecorderTap {
    let ends = makeRing(of: RecorderItem.self, capacity: ring)
    let slots = RecorderSlots(count: ring, slotBytes: slotBytes)
    items.append(Handover(ends.consumer))
    feeds.append(RecorderLane.Feed(source: source, slots: slots))
    return RecorderTap(producer: ends.producer, slots: slots, doorbell: doorbell, cells: cells)
  }

  /// Starts the thread that writes what the taps copy.
  func start(stop: StopFlag, mail: RecorderMail, cells: MetricCells) -> NamedThread {
    guard let events else { preconditionFailure("fusion's tap is made before the recorder starts") }
    let (path, site, epoch, board, logger) = (path, site, epoch, board, logger)
    let (writer, feeds, items, doorbell) = (writer, feeds, items, doorbell)
    let flight = flight?.lane
    return NamedThread("recorder") {
      var lane = RecorderLane(
        path: path, writer: writer?.take(), flight: flight?.take(),
        encoder: EventEncoder(
          site: site, captureEpoch: epoch, softwareVersion: SoftwareVersion.text),
        captureEpoch: epoch, feeds: feeds,
        items: ConsumerBank(count: items.count) { items[$0].take() },
        events: ConsumerBank(count: 1) { _ in events.take() }, doorbell: doorbell, board: board,
        logger: logger)
      lane.run(stop: stop, mail: mail, cells: cells)
    }
  }

  /// The flight recorder's shift, when there is one.
  var shift: FlightShift? { flight?.shift }

  /// Starts the thread that keeps captures and snapshots, when there is a flight recorder.
  func startKeeper(cells: MetricCells) -> NamedThread? {
    guard let flight else { return nil }
    let (shift, crashed) = (flight.shift, flight.crashed)
    let (board, clock, logger) = (board, erasureClock, logger)
    return NamedThread("keeper", placement: .keeping) {
      var keeper = FlightKeeper(
        vault: shift.vault, crashed: crashed, ringFolder: shift.ringFolder, desk: shift.desk,
        clock: clock, board: board, cells: cells, logger: logger)
      keeper.run(shift)
      shift.done.set()
    }
  }
}

extension SampleOrigin {
  /// Whether its samples are made up.
  var isSimulated: Bool {
    if case .simulation = self { true } else { false }
  }
}
