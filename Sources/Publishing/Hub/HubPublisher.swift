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
  /// Events of one message of proofs: those of a megabyte.
  static let proofsMax: UInt64 = 64
  /// Messages of proofs in one turn of a feed.
  static let proofMessagesMax: UInt64 = 8
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
    var feeds = settings.feeds.map { HubFeed($0, post: post, folder: settings.folder) }
    var pauses = Pauses()
    while !Task.isCancelled {
      do {
        let hub = try await HubConnection.open(settings.address)
        let stream = try await hub.stream(settings.stream)
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
    if run.place?.cursor.epoch != store.epoch { run.place = try readPlace(run) }
    let source = try run.source ?? source(run.settings)
    run.source = source
    try source.checkRight()
    if run.next == nil { try await prepare(&run, source) }
    guard run.next != nil else { return false }
    let receipt = try await send(run.underWay, hub)
    try settle(&run, receipt, isClosed: hub.isClosed)
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

  /// Puts the next events under way, and proofs of those before, unless many events wait: a feed in
  /// which something happens all the time would never be proven otherwise.
  @concurrent func prepare(_ run: inout HubFeed, _ source: any FeedSource) async throws {
    try await fill(&run, source)
    if run.events < Self.takeMax / 2 { try await prove(&run, source) }
  }

  /// Puts the next events under way.
  @concurrent private func fill(_ run: inout HubFeed, _ source: any FeedSource) async throws {
    let durable = feed.durable
    guard var place = run.place, place.cursor.sequence < durable else { return }
    let batch = try await source.next(
      after: place.cursor.sequence, through: durable, limit: Self.takeMax)
    if batch.isOvertaken {
      let oldest = try store.oldestSequence()
      logger.error(
        "hub: \(run.settings.word): GAP: events \(place.cursor.sequence + 1) to \(oldest - 1) were let go before the hub had them"
      )
      if place.lost == 0 { place.lost = place.cursor.sequence + 1 }
      place.cursor.sequence = oldest - 1
      place.proven = max(place.proven, oldest - 1)
      run.place = place
      return
    }
    if let hold = batch.hold { run.restsUntil = .now + min(hold, .seconds(1)) }
    guard batch.through > place.cursor.sequence else { return }
    run.take(batch, text)
  }

  /// Puts proofs of what is signed by now under way.
  @concurrent private func prove(_ run: inout HubFeed, _ source: any FeedSource) async throws {
    guard let place = run.place, place.proven < place.cursor.sequence,
      let note = try proofs.checkpoint().flatMap({
        SignedNote(String(decoding: $0, as: UTF8.self))
      }),
      let size = Checkpoint(note.text)?.size
    else { return }
    let through = min(
      size, place.cursor.sequence, place.proven + Self.proofsMax * Self.proofMessagesMax)
    guard through > place.proven else { return }
    let sequences = Array(place.proven + 1...through)
    let answers = try await source.disclosable(sequences)
    var rest = zip(sequences, answers).map { ($0, $1) }[...]
    while !rest.isEmpty {
      try await prove(rest.prefix(Int(Self.proofsMax)), of: &run, from: run.next ?? place)
      rest = rest.dropFirst(Int(Self.proofsMax))
    }
  }

  /// Puts the proofs of `part` under way, in one message, after what `place` tells.
  @concurrent private func prove(
    _ part: ArraySlice<(UInt64, Disclosable)>, of run: inout HubFeed, from place: HubPlace
  ) async throws {
    var events: [(sequence: UInt64, fields: [String]?)] = []
    for (sequence, answer) in part {
      switch answer {
      case .everything: events.append((sequence, nil))
      case .fields(let names): events.append((sequence, names))
      case .nothing: continue
      }
    }
    let through = part.last?.0 ?? place.proven
    guard let last = events.last?.sequence else {
      run.next = place
      run.next?.proven = through
      return
    }
    guard let batch = try proofs.batch(of: events, from: place.signed), let json = batch.json else {
      throw HubPlace.Failure(
        description:
          "the ledger has signed fewer records than the \(place.signed) that the hub was "
          + "told of: it was set back")
    }
    run.take(batch, json: json, last: last, through: through)
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
  private func settle(_ run: inout HubFeed, _ receipt: HubReceipt, isClosed: Bool) throws {
    guard let next = run.next else { return }
    let sent = run.underWay.count
    let proofs = run.proofsUnderWay
    run.underWay.removeAll { receipt.acknowledged.contains($0.id) }
    let left = run.underWay.count
    counters.count { counts in
      counts.published += UInt64(sent)
      counts.acknowledged += UInt64(sent - left)
      counts.repeated += UInt64(receipt.repeated)
      counts.proofs += UInt64(proofs - run.proofsUnderWay)
      counts.retried += UInt64(left)
    }
    guard left == 0 else {
      throw HubError(
        isClosed ? .lost : .unacknowledged, settings.stream,
        "\(left) of \(sent) messages were not acknowledged: \(receipt.fault ?? "")")
    }
    counters.count { $0.events += UInt64(run.events) }
    run.place = next
    run.next = nil
    run.events = 0
    try next.write(run.path)
    counters.place(next.cursor.sequence, of: run.settings.word)
  }
}
