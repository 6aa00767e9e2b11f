import Ledger
public import Logging
import Streaming

/// Pushes what agreements release to a hub, each partner's stream for itself, and never loses its
/// place: the ledger is the record, the hub the transport.
///
/// One connection and one task for all feeds. At most ``HubConnection/underWayMax`` messages are under
/// way; a feed's place moves when the hub has acknowledged all of them, and is synced to its file.
/// Whatever fails is tried again for ever, with pauses from 0.2 to 30 s. The detection path never waits
/// for any of it.
public struct HubPublisher: Sendable {
  /// Milliseconds that acknowledgements may take.
  static let acknowledgeMillis = 4_000
  /// Events looked at in one turn of a feed.
  static let takeMax = 1_024
  /// Events of which proofs are given in one turn of a feed, beside those of what is given in it.
  static let proveMax: UInt64 = 1_024
  /// Seconds within which the servers of a hub have found another leader when one dies (4 to 9 s, their Raft's
  /// election timeout), with some to spare: so long it is asked again at least once a second.
  static let electionSeconds = 15.0
  /// Milliseconds between two looks for what is signed.
  static let signedMillis: Int64 = 200
  /// Seconds that a refused feed rests.
  static let refusedSeconds: Int64 = 5

  let settings: HubSettings
  let post: String
  let store: any EventStore
  let feed: EventFeed
  let proofs: any ProofSource
  let counters: HubCounters
  let logger: Logger
  let source: @Sendable (HubSettings.Feed) throws -> any FeedSource
  private let text: CloudEventText

  /// A publisher of `post`; `source` tells what a feed's agreement gives.
  public init(
    settings: HubSettings, post: String, handling: String, store: any EventStore,
    feed: EventFeed, proofs: any ProofSource, counters: HubCounters, logger: Logger,
    source: @escaping @Sendable (HubSettings.Feed) throws -> any FeedSource
  ) {
    self.settings = settings
    self.post = post
    self.store = store
    self.feed = feed
    self.proofs = proofs
    self.counters = counters
    self.logger = logger
    self.source = source
    text = CloudEventText(source: "/posts/\(post)", handling: handling)
  }

  /// Publishes until the task is cancelled.
  public func run() async {
    var feeds = settings.feeds.map { HubFeed($0, folder: settings.folder) }
    var pauses = Pauses()
    while !Task.isCancelled {
      do {
        let hub = try await HubConnection.open(settings.address)
        let stream = try await stream(of: hub)
        counters.connected()
        logger.notice(
          "hub: connected to \(hub.server), nats-server \(stream.version), stream \(stream.name) on \(stream.replicas) servers"
        )
        try await push(&feeds, hub, &pauses)
      } catch {
        if counters.disconnected("\(error)"), !Task.isCancelled {
          logger.warning("\(error); events wait in the ledger, trying again")
        }
      }
      try? await Task.sleep(for: pauses.next())
    }
  }

  /// The stream; nobody answers for it while the servers choose who leads it.
  private func stream(of hub: HubConnection) async throws -> HubStream {
    var pauses = Pauses(briskSeconds: Self.electionSeconds)
    let end = ContinuousClock.now + .seconds(Self.electionSeconds)
    while true {
      do throws(HubError) { return try await hub.stream(settings.stream) } catch {
        guard error.code == .unanswered, !hub.isClosed, ContinuousClock.now < end else {
          throw error
        }
      }
      try await Task.sleep(for: pauses.next())
    }
  }

  @concurrent private func push(
    _ feeds: inout [HubFeed], _ hub: HubConnection, _ pauses: inout Pauses
  ) async throws {
    while !Task.isCancelled {
      let durable = feed.durable
      var didWork = false
      var isOwing = false
      for place in feeds.indices where feeds[place].restsUntil <= .now {
        if try await turn(&feeds[place], hub) {
          didWork = true
          pauses.reset()
        }
        let stands = feeds[place].place
        isOwing = isOwing || stands.map { $0.proven < $0.cursor.sequence } ?? true
      }
      guard !hub.isClosed else { throw HubError(.lost, "connection", "it ended") }
      guard !didWork else { continue }
      let isHeld = feeds.contains { $0.restsUntil > .now }
      await feed.wait(
        after: durable,
        timeout: isOwing || isHeld ? .milliseconds(Self.signedMillis) : .seconds(1))
      if feed.isClosed { try await Task.sleep(for: .milliseconds(Self.signedMillis)) }
    }
  }

  /// One turn of a feed; whether the hub has taken something. What ails the feed alone lets it rest.
  @concurrent private func turn(_ run: inout HubFeed, _ hub: HubConnection) async throws -> Bool {
    do {
      let didWork = try await step(&run, hub)
      if didWork { run.pauses.reset() }
      if counters.note(nil, of: run.settings.word) {
        logger.notice("hub: \(run.settings.word): goes on")
      }
      return didWork
    } catch is CancellationError {
      throw CancellationError()
    } catch let error as HubError where error.code != .unacknowledged {
      throw error
    } catch {
      guard !hub.isClosed else { throw error }
      run.restsUntil =
        .now + (error is FeedRefusal ? .seconds(Self.refusedSeconds) : run.pauses.next())
      if error is FeedRefusal { run.source = nil }
      if counters.note("\(error)", of: run.settings.word) {
        logger.warning("hub: \(run.settings.word): \(error); trying again")
      }
      return false
    }
  }

  @concurrent private func step(_ run: inout HubFeed, _ hub: HubConnection) async throws -> Bool {
    if run.place?.cursor.epoch != store.epoch {
      run.place = try readPlace(run)
      (run.underWay, run.ahead) = (nil, nil)
    }
    guard let place = run.place else { return false }
    let source = try run.source ?? source(run.settings)
    run.source = source
    run.drop(unless: try source.sharing())
    if run.underWay == nil {
      run.underWay = try await prepare(run, after: place, source)
      if let hold = run.underWay?.hold { run.restsUntil = .now + min(hold, .seconds(1)) }
    }
    guard let load = run.underWay else { return false }
    async let receipt = send(load.messages, hub)
    // While the hub syncs it, the next turn is made; what ails it is met when it is to go.
    if run.ahead == nil, load.hold == nil, load.next.cursor.sequence < feed.durable {
      run.ahead = try? await prepare(run, after: load.next, source)
    }
    try settle(&run, load, try await receipt, isClosed: hub.isClosed)
    if let hold = run.underWay?.hold { run.restsUntil = .now + min(hold, .seconds(1)) }
    return true
  }

  private func readPlace(_ run: HubFeed) throws -> HubPlace {
    let oldest = try store.oldestSequence()
    let fresh = HubPlace(epoch: store.epoch, oldest: oldest)
    guard let kept = try HubPlace.read(run.path) else { return fresh }
    guard kept.cursor.epoch == store.epoch else {
      logger.warning("hub: \(run.settings.word): the ledger was replaced; publishing the new one")
      return fresh
    }
    guard kept.cursor.sequence <= feed.durable else {
      throw HubPlace.Failure(
        description: "\(run.path) is ahead of the ledger, which was set back: remove the file to "
          + "publish what the ledger has now")
    }
    return kept
  }

  /// The next events after `place` with their proofs, where they are signed, and the proofs of what was given
  /// before; `nil` when there is nothing.
  @concurrent func prepare(
    _ run: HubFeed, after place: HubPlace, _ source: any FeedSource
  ) async throws -> HubLoad? {
    var load = HubLoad(
      of: run.settings, post: post, after: place,
      acknowledged: run.place?.cursor ?? place.cursor)
    load.sharing = try source.sharing()
    let fresh = try await fill(&load, source)
    // What was given first is proven first: a feed in which something happens all the time would never be
    // proven otherwise.
    try await prove(&load, source, through: place.cursor.sequence)
    if load.next.proven == place.cursor.sequence { try prove(&load, fresh) }
    return load.next == place && load.hold == nil ? nil : load
  }

  /// Adds the next events; gives them.
  @concurrent private func fill(
    _ load: inout HubLoad, _ source: any FeedSource
  ) async throws -> [LabelledEvent] {
    let durable = feed.durable
    let place = load.next
    guard place.cursor.sequence < durable else { return [] }
    let batch = try await source.next(
      after: place.cursor.sequence, through: durable, limit: Self.takeMax)
    if batch.isOvertaken {
      let oldest = try store.oldestSequence()
      logger.error(
        "hub: \(load.word): GAP: events \(place.cursor.sequence + 1) to \(oldest - 1) were let go before the hub had them"
      )
      if place.lost == 0 { load.next.lost = place.cursor.sequence + 1 }
      load.next.cursor.sequence = oldest - 1
      load.next.proven = max(place.proven, oldest - 1)
      return []
    }
    load.hold = batch.hold
    if batch.through > place.cursor.sequence { load.add(batch, text) }
    return batch.events
  }

  /// Leaves of the newest checkpoint; `nil` before the first.
  private func signedSize() throws -> UInt64? {
    let note = try proofs.checkpoint().flatMap { SignedNote(String(decoding: $0, as: UTF8.self)) }
    return note.flatMap { Checkpoint($0.text)?.size }
  }

  /// Adds proofs of what was given in earlier turns, up to `last`, as far as it is signed by now.
  @concurrent private func prove(
    _ load: inout HubLoad, _ source: any FeedSource, through last: UInt64
  ) async throws {
    let proven = load.next.proven
    guard proven < last, let size = try signedSize() else { return }
    let through = min(size, last, proven + Self.proveMax)
    guard through > proven else { return }
    let sequences = Array(proven + 1...through)
    let answers = try await source.disclosable(sequences)
    try prove(&load, zip(sequences, answers).map { ($0, $1) }, through: through)
  }

  /// Adds proofs of what is given in this turn, as far as it is signed by now: who gives an event may give
  /// its proof.
  private func prove(_ load: inout HubLoad, _ fresh: [LabelledEvent]) throws {
    guard load.next.proven < load.next.cursor.sequence, let size = try signedSize() else { return }
    let through = min(size, load.next.cursor.sequence)
    guard through > load.next.proven else { return }
    let signed = fresh.prefix { $0.event.sequence <= through }
    try prove(&load, signed.map { ($0.event.sequence, $0.disclosable) }, through: through)
  }

  private func prove(
    _ load: inout HubLoad, _ answers: [(UInt64, Disclosable)], through: UInt64
  ) throws {
    let events = answers.compactMap { sequence, answer -> (sequence: UInt64, fields: [String]?)? in
      switch answer {
      case .everything: (sequence, nil)
      case .fields(let names): (sequence, names)
      case .nothing: nil
      }
    }
    guard !events.isEmpty else {
      load.next.proven = through
      return
    }
    guard let shared = try proofs.shared(of: events, from: load.next.signed) else {
      throw HubPlace.Failure(
        description:
          "the ledger has signed fewer records than the \(load.next.signed) that the hub was "
          + "told of: it was set back")
    }
    load.add(shared, through: through)
  }

  /// What the hub says to `messages`.
  @concurrent private func send(
    _ messages: [HubMessage], _ hub: HubConnection
  ) async throws -> HubReceipt {
    var receipt = HubReceipt()
    var rest = messages[...]
    while !rest.isEmpty, receipt.fault == nil {
      let part = rest.prefix(HubConnection.underWayMax)
      receipt.add(try await hub.publish(Array(part), milliseconds: Self.acknowledgeMillis))
      rest = rest.dropFirst(part.count)
    }
    return receipt
  }

  /// Takes what was acknowledged off what is under way; moves the place when that is all.
  private func settle(
    _ run: inout HubFeed, _ load: HubLoad, _ receipt: HubReceipt, isClosed: Bool
  ) throws {
    var left = load
    left.messages.removeAll { receipt.acknowledged.contains($0.id) }
    let (sent, count) = (load.messages.count, left.messages.count)
    counters.count { counts in
      counts.published += UInt64(sent)
      counts.acknowledged += UInt64(sent - count)
      counts.repeated += UInt64(receipt.repeated)
      counts.proofs += UInt64(load.proofs - left.proofs)
      counts.retried += UInt64(count)
    }
    guard count == 0 else {
      run.underWay = left
      throw HubError(
        isClosed ? .lost : .unacknowledged, settings.stream,
        "\(count) of \(sent) messages were not acknowledged: \(receipt.fault ?? "")")
    }
    counters.count { $0.events += UInt64(load.events) }
    run.place = load.next
    (run.underWay, run.ahead) = (run.ahead, nil)
    try load.next.write(run.path)
    counters.place(load.next.cursor.sequence, of: run.settings.word)
  }
}
