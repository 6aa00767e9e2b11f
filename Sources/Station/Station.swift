import CThreads
import Devices
import Foundation
import Ledger
public import Logging
import Model
public import Publishing
import ServiceLifecycle
import Sharing
public import SiteConfiguration
import Synchronization

/// The daemon assembled: configuration, pipeline, ledger, HTTP endpoint, and their life from start
/// over reload to the drained end.
public final class Station: Sendable {
  /// The look, a second apart, at which code that only the start needed is let go.
  private static let trimSecond = 2

  /// Seconds between two words on the post's state.
  private static let statusSeconds = 60

  /// Reads the configuration anew, for a reload.
  public typealias Reader = @Sendable () throws(ConfigurationErrors) -> LoadedSite

  private struct Running: Sendable {
    var loaded: LoadedSite
    var pipeline: Pipeline
    /// The one before, whose keeper may be at work still.
    var retired: Pipeline?
    var statusOrdinal: UInt64 = 0
    var clock = ClockReader()
    var clockWatch = ClockWatch()
    /// Whether a reload waits for the storage.
    var isReloadPostponed = false
  }

  /// The newest events, durable, for whoever follows them inside the process.
  public let feed: EventFeed
  /// The ledger, read-only.
  public let store: any EventStore
  /// What the endpoint did.
  public let counters = PublishingCounters()
  private let hubCounters = HubCounters()
  private let reader: Reader
  /// What the start read: how it stores and publishes stays in force until the next start.
  private let started: LoadedSite
  private let options: Options
  private let logger: Logger
  let board = HealthBoard()
  private let erasureClock: ErasureClock
  private let notifier = ServiceNotifier()
  private let running: Mutex<Running?>
  private let agreements = AgreementBook()
  private let cosignatures: CosignatureBook
  private let releases: ReleaseDesk
  private let webhooks = WebhookCounters()
  private let stateDirectory: String
  private let ledger: LedgerStore
  private let ledgerDirectory: String
  private let captureDirectory: String
  private let signingSeed: [UInt8]
  private let commands: AsyncStream<Command>
  private let commandSink: AsyncStream<Command>.Continuation

  private enum Command: Sendable { case reload, stop, tick }

  /// A station of the site that `reader` gives; opens the ledger and starts nothing else.
  public init(options: Options, logger: Logger, reader: @escaping Reader) throws {
    let loaded = try reader()
    started = loaded
    self.options = options
    self.logger = logger
    self.reader = reader
    let state = options.stateDirectory ?? loaded.configuration.storage.stateDirectory
    stateDirectory = state
    ledgerDirectory = state + "/ledger"
    captureDirectory = state + "/captures"
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    try KeyRotation.settle(state: state, post: loaded.configuration.site.post, logger: logger)
    let log = try EventLog(
      directory: ledgerDirectory, post: loaded.configuration.site.post)
    if log.recovery.tornTail != nil { logger.warning("ledger: \(log.recovery)") }
    feed = EventFeed(durable: log.durableSequence)
    (commands, commandSink) = AsyncStream.makeStream(of: Command.self)
    let directory = ledgerDirectory
    running = Mutex(nil)
    ledger = try LedgerStore(directory: directory)
    store = ledger
    signingSeed = try SigningKeyFile.seed(stateDirectory: state)
    let key = LogKey.key(
      of: loaded.configuration.site.post, log: .ledger, epoch: ledger.epoch, seed: signingSeed)
    if KeyRotation.signsLedger(signingSeed, of: loaded.configuration.site.post, state: state) {
      try SigningKeyFile.publish(key, stateDirectory: state)
      logger.notice("the ledger is signed with \(key)")
    }
    cosignatures = CosignatureBook(stateDirectory: state, key: key)
    erasureClock = ErasureClock(stateDirectory: state)
    releases = try ReleaseDesk(
      folders: EpochFolders(state: state, log: .releases), post: loaded.configuration.site.post,
      retention: loaded.configuration.storage, clock: erasureClock, signingSeed: signingSeed,
      logger: logger)
    // The pipeline opens the log again as its own.
    _ = consume log
    for warning in loaded.configuration.warnings { logger.warning("\(warning.text)") }
  }

  /// The newest event that is durable; 0 before the first.
  public var durableSequence: UInt64 { feed.durable }

  /// Asks for the end; `run` returns when all is drained.
  public func stop() { commandSink.yield(.stop) }

  /// Asks for the configuration to be read anew.
  public func reload() { commandSink.yield(.reload) }

  /// Runs until `stop`. `onReady` is told the bound port, or `nil` when nothing is published.
  public func run(onReady: @escaping @Sendable (Int?) -> Void = { _ in }) async throws {
    let loaded = started
    try loaded.checkStart(inPlaceOf: started, origin: options.origin)
    let pipeline = try startPipeline(loaded)
    running.withLock { $0 = Running(loaded: loaded, pipeline: pipeline) }
    await readAgreements(of: loaded)
    let server = options.isPublishing ? serverGroup(loaded, onReady: onReady) : nil
    if server == nil { becomeReady(nil, onReady) }
    let ticker = Task { [commandSink] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        commandSink.yield(.tick)
      }
    }
    defer { ticker.cancel() }
    let serving = Task {
      do {
        try await server?.run()
      } catch {
        logger.critical("\(error)")
        commandSink.yield(.stop)
        throw error
      }
    }
    let partners = PartnerTasks(hub: hubPublisher(loaded), webhooks: webhookDesk(loaded))
    submitStatus(.started)
    var watch = ProgressWatch()
    var reloadFault: (any Error)?
    loop: for await command in commands {
      switch command {
      case .tick: supervise(&watch)
      case .reload:
        do { try await reloadNow() } catch {
          reloadFault = error
          break loop
        }
      case .stop: break loop
      }
    }
    notifier.stopping()
    submitStatus(.stopping)
    if let last = running.withLock({ $0 }) {
      last.pipeline.stop()
      Pipeline.awaitKeepers(of: [last.retired, last.pipeline], logger) { notifier.draining() }
    }
    feed.close()
    await partners.end(logger)
    await server?.triggerGracefulShutdown()
    let guillotine = Task {
      try await Task.sleep(for: .seconds(3))
      serving.cancel()
    }
    defer { guillotine.cancel() }
    do { try await serving.value } catch is CancellationError {}
    releases.stop()
    if let reloadFault { throw reloadFault }
  }

  // MARK: - Parts

  private func startPipeline(_ loaded: LoadedSite, after last: Pipeline? = nil) throws -> Pipeline {
    let site = site(of: loaded)
    var retention = started.configuration.storage
    if !options.hasRecorder { retention.recorder = nil }
    return try Pipeline(
      Pipeline.Surroundings(
        site: site, siteBundle: loaded.bundle, origin: options.origin,
        // A new epoch for each pipeline: its observations are counted from 1 again, and events must
        // not take the ids of earlier ones.
        captureEpoch: UInt64.random(in: 1 ... .max),
        ledgerDirectory: ledgerDirectory, captureDirectory: captureDirectory,
        retention: retention, shift: last?.shift, erasureClock: erasureClock,
        signingSeed: signingSeed,
        recordPath: options.recordPath(isFirst: last == nil), feed: feed, board: board,
        logger: logger))
  }

  private func serverGroup(
    _ loaded: LoadedSite, onReady: @escaping @Sendable (Int?) -> Void
  ) -> ServiceGroup {
    var settings = PublishingSettings(loaded.configuration)
    if let port = options.port { settings.port = port }
    let server = EventServer(
      settings: settings, store: store, feed: feed, gate: gate(loaded), proofs: proofs,
      counters: counters, logger: logger,
      health: { [self] in
        (board.isHealthy, board.json(site: site, software: SoftwareVersion.text))
      },
      metrics: { [self] in metricsText() },
      onListening: { [self] port in becomeReady(port, onReady) })
    return ServiceGroup(configuration: .init(services: [server], logger: logger))
  }

  private func hubPublisher(_ loaded: LoadedSite) -> HubPublisher? {
    guard options.isPublishing else { return nil }
    return HubPublisher(
      loaded.configuration, stateDirectory: stateDirectory, gate: gate(loaded),
      proofs: proofs, feed: feed, counters: hubCounters, logger: logger)
  }

  private var proofs: LedgerProofs {
    LedgerProofs(
      folders: EpochFolders(state: stateDirectory, log: .ledger), cosignatures: cosignatures)
  }

  private func gate(_ loaded: LoadedSite) -> AgreementGate {
    AgreementGate(
      book: agreements, desk: releases, store: ledger, feed: feed,
      post: loaded.configuration.site.post, cosignatures: cosignatures)
  }

  /// What calls centers; `nil` for a post that has no certificate to call with.
  private func webhookDesk(_ loaded: LoadedSite) -> WebhookDesk? {
    guard options.isPublishing, loaded.configuration.publishing.tls != nil else { return nil }
    return WebhookDesk(
      gate: gate(loaded), settings: PublishingSettings(loaded.configuration),
      signer: LogKey.signer(
        of: loaded.configuration.site.post, log: .ledger, epoch: ledger.epoch, seed: signingSeed),
      directory: stateDirectory + "/webhooks", counters: webhooks, logger: logger)
  }

  private func site(of loaded: LoadedSite) -> Site { loaded.site(fedBy: options.origin) }

  /// The site in force; after a reload of texts it is newer than the pipeline's.
  private var site: Site { site(of: running.withLock { $0!.loaded }) }

  private func becomeReady(_ port: Int?, _ onReady: (Int?) -> Void) {
    notifier.ready(status: statusLine)
    onReady(port)
  }

  private var statusLine: String {
    let (count, all) = board.delivering
    return "\(count) of \(all) sensors deliver, \(feed.durable) events stored"
  }

  private func submitStatus(_ kind: PostStatusEvent.Kind, clockStepNanos: Int64 = 0) {
    running.withLock { running in
      guard running != nil else { return }
      running!.statusOrdinal += 1
      let map = running!.clock.read()
      let (count, all) = board.delivering
      running!.pipeline.desk.submit(
        .status(
          PostStatusEvent(
            kind: kind, time: map.instant, clock: map, ordinal: running!.statusOrdinal,
            sensorsLost: UInt16(all - count), samplesDropped: running!.pipeline.samplesDropped,
            clockStepNanos: clockStepNanos)))
    }
  }

  /// Once a second: does the heart beat, what does systemd hear.
  private func supervise(_ watch: inout ProgressWatch) {
    guard let pipeline = running.withLock({ $0?.pipeline }) else { return }
    let fusion = pipeline.fusionCells
    let isAlive = watch.look(
      // Fusion that waits for a ledger which tries to get its storage back is no standstill: a
      // restart would mend nothing and lose what waits.
      fusion: fusion[FusionLane.Cell.ticks.rawValue]
        &+ fusion[FusionLane.Cell.ledgerWaits.rawValue],
      ledger: pipeline.ledgerCells[LedgerLane.Cell.turns.rawValue], now: MonotonicClock.now())
    board.note(isHung: !isAlive)
    board.note(hubFault: hubCounters.fault)
    lookAtClock()
    if board.isStoring, running.withLock({ $0!.isReloadPostponed }) { reload() }
    let overload = watch.overload.look(dropped: pipeline.samplesDropped)
    if overload.isFirst { logger.warning("samples are dropped: the post is overloaded") }
    if overload.isNews { submitStatus(.overload) }
    let recorder = watch.recorder.look(dropped: pipeline.recorderDropped, second: watch.seconds)
    if recorder.isFirst { logger.warning("the recorder does not keep up: \(recorder.fault ?? "")") }
    board.note(tapFault: recorder.fault)
    watch.seconds += 1
    // Starting touches far more code than running; a post that is up needs a third of it.
    if watch.seconds == Self.trimSecond { _ = vdt_release_code_pages() }
    if watch.seconds % Self.statusSeconds == 0 { submitStatus(.heartbeat) }
    if isAlive {
      notifier.watchdog()
    } else {
      logger.critical("fusion or ledger stands still; the watchdog is not fed")
    }
    notifier.status(statusLine)
  }

  private func lookAtClock() {
    let looked = running.withLock { running -> (ClockMap, [ClockWatch.Change])? in
      guard running != nil else { return nil }
      let map = running!.clock.read()
      return (map, running!.clockWatch.look(map))
    }
    guard let (map, changes) = looked else { return }
    board.note(clock: map.state)
    for change in changes {
      switch change {
      case .stepped(let nanos):
        let seconds = String(format: "%+.3f", Double(nanos) * 1e-9)
        logger.warning("the wall clock was stepped by \(seconds) s; order and numbers stay")
        submitStatus(.clockStepped, clockStepNanos: nanos)
      case .became(let state):
        logger.notice("the clock is \(state.name) now")
        submitStatus(.clockStateChanged)
      }
    }
  }

  /// Reads the configuration anew. What does not touch the sensors leaves the pipeline alone; what
  /// does drains it and starts it anew. One with errors, or under which no pipeline could start, changes
  /// nothing; while events cannot be stored a new pipeline waits, so that those that wait are not lost.
  ///
  /// Throws when the new pipeline cannot start all the same: the old one is gone then, and the daemon
  /// must end with a status after which it is started again.
  private func reloadNow() async throws {
    notifier.reloading()
    defer { notifier.ready(status: statusLine) }
    let current = running.withLock { $0! }
    let loaded: LoadedSite
    let isReplaced: Bool
    do {
      loaded = try reader()
      isReplaced = !site(of: loaded).sensesLike(current.pipeline.site)
      if isReplaced { try loaded.checkStart(inPlaceOf: started, origin: options.origin) }
    } catch {
      logger.error("reload refused, the old configuration stays in force:\n\(error)")
      board.note(configurationFault: "\(error)")
      return
    }
    running.withLock { $0!.isReloadPostponed = isReplaced && !board.isStoring }
    guard !isReplaced || board.isStoring else {
      logger.warning("reload: waits until events can be stored again; the old one is in force")
      board.note(configurationFault: "a reload waits until events can be stored again")
      return
    }
    board.note(configurationFault: nil)
    await readAgreements(of: loaded)
    guard loaded.bundle != current.loaded.bundle else {
      logger.notice("reload: the configuration is unchanged")
      return
    }
    if !loaded.configuration.hasSameOutlets(as: started.configuration) {
      logger.warning("reload: changes of storage and publishing apply after a restart")
    }
    if isReplaced {
      logger.notice("reload: sensors or lines changed; open tracks are concluded, readers reopen")
      // Of keepers there is one at work and one that waits; until then the post watches as before.
      _ = current.retired?.awaitKeeper { notifier.watchdog() }
      current.pipeline.stop()
      do {
        let pipeline = try startPipeline(loaded, after: current.pipeline)
        running.withLock { ($0!.pipeline, $0!.retired) = (pipeline, current.pipeline) }
      } catch {
        logger.critical("reload failed: \(error)")
        throw error
      }
    } else {
      current.pipeline.adopt(site(of: loaded), bundle: loaded.bundle)
    }
    running.withLock { $0!.loaded = loaded }
    logger.notice("reload: configuration \(loaded.configuration.site.configurationHash) in force")
    submitStatus(.configurationChanged)
  }

  /// Puts the agreements in force, on record where partners are served.
  private func readAgreements(of loaded: LoadedSite) async {
    let publishing = started.configuration.publishing
    let isOpen = publishing.tls != nil || publishing.hub != nil
    await agreements.read(of: loaded, record: isOpen ? releases : nil, logger: logger)
  }

  private func metricsText() -> String {
    guard let pipeline = running.withLock({ $0?.pipeline }) else { return "" }
    return StationMetrics(
      pipeline: pipeline, board: board, publishing: counters, releases: releases,
      hub: hubCounters, webhooks: webhooks,
      durable: feed.durable, clockSteps: running.withLock { $0?.clockWatch.steps } ?? 0
    ).text
  }
}
