import Ledger
import Logging
import SiteConfiguration
import Streaming

/// Follows the feeds of posts that come through one hub for ever: takes messages of the durable
/// consumer, and acknowledges each once what it says is in the store.
///
/// Receivers of one consumer name share its messages; they write into one store, so that each sees what
/// the others have taken.
struct HubFollower: Sendable {
  /// Messages taken at once: up to 16,384 events where each holds many, stored long before the hub
  /// gives them again.
  static let fetchMax = 128
  /// Milliseconds that the hub is asked to wait for one, and while something is held back.
  static let waitMillis = 5_000, holdingMillis = 100
  /// What is not acknowledged so long, seconds, the hub gives again, to any receiver of the name.
  static let acknowledgeSeconds = 10
  /// Seconds that something may be held back before the hub is asked whether it stands still.
  static let boundSeconds = 5
  /// Seconds after which the messages of a post that no feed names are given again.
  static let strangerSeconds = 60

  let hub: ReceiverConfiguration.Hub
  let desks: [String: HubDesk]
  let store: ReceiverStore
  let logger: Logger

  /// A follower of `hub` for `feeds`, all of which come through it.
  init(
    _ hub: ReceiverConfiguration.Hub, feeds: [SourceFollower], store: ReceiverStore,
    logger: Logger
  ) {
    self.hub = hub
    self.store = store
    self.logger = logger
    desks = Dictionary(uniqueKeysWithValues: feeds.map { ($0.source.post, HubDesk(feed: $0)) })
  }

  /// Follows until the task is cancelled.
  func run() async {
    var pauses = Pauses()
    while !Task.isCancelled {
      do {
        let connection = try await HubConnection.open(address)
        let stream = try await connection.stream(hub.hub.stream)
        try await bind(connection)
        logger.notice(
          "\(hub.name): connected to \(connection.server), nats-server \(stream.version)")
        try await follow(connection, &pauses)
      } catch is CancellationError {
      } catch {
        await tell(error)
      }
      try? await Task.sleep(for: pauses.next())
    }
  }

  /// Binds to the consumer; fails while the hub has nobody who leads it.
  private func bind(_ connection: HubConnection) async throws {
    try await connection.consume(
      hub.consumer, of: hub.hub.stream, filter: "rel.\(hub.partner).>",
      acknowledgeSeconds: Self.acknowledgeSeconds)
  }

  private var address: HubAddress {
    HubAddress(
      servers: hub.hub.servers,
      tls: hub.hub.tls.map {
        HubAddress.TLS(
          certificatePath: $0.certificate, keyPath: $0.key, authoritiesPath: $0.clientCAs)
      }, client: hub.partner)
  }

  private func tell(_ error: any Error) async {
    guard !Task.isCancelled else { return }
    logger.warning("\(hub.name): \(error); trying again")
    if let error = error as? HubError, error.code == .tooOld {
      try? await store.note(notice(.denied, "the hub cannot be relied on: \(error)"))
    }
  }

  @concurrent private func follow(
    _ connection: HubConnection, _ pauses: inout Pauses
  ) async throws {
    var held: [String: [HubMail]] = [:]
    var bound = ContinuousClock.now
    while true {
      try Task.checkCancellation()
      let oldest = held.values.joined().map(\.came).min() ?? .now
      if max(oldest, bound).duration(to: .now) > .seconds(Self.boundSeconds) {
        // A hub that stands still has lost nothing: only while it answers is time counted against
        // what does not come. Else all begins anew, and what is held is given again. Not while what
        // is held changes: what is under way to this receiver then comes late.
        try await bind(connection)
        bound = .now
      }
      let deliveries = try await connection.fetch(
        Self.fetchMax, milliseconds: held.isEmpty ? Self.waitMillis : Self.holdingMillis,
        headers: HubMail.headers)
      if !deliveries.isEmpty { pauses.reset() }
      var mails = held
      held = [:]
      for delivery in deliveries {
        if let (post, mail) = try await sort(delivery, connection) {
          mails[post, default: []].append(mail)
        }
      }
      for (post, mails) in mails.sorted(by: { $0.key < $1.key }) {
        guard let desk = desks[post] else { continue }
        let (taken, waiting) = try await desk.take(mails)
        try connection.acknowledge(taken)
        if !waiting.isEmpty { held[post] = waiting }
      }
    }
  }

  /// The post of a message, and what it holds; tells of one that is none.
  private func sort(
    _ delivery: HubDelivery, _ connection: HubConnection
  ) async throws -> (post: String, mail: HubMail)? {
    let words = delivery.subject.split(separator: ".")
    let post = words.count == 4 ? String(words[2]) : ""
    guard let desk = desks[post] else {
      try await store.note(
        notice(.denied, "the hub has messages of \(post), which no feed names; they wait there"))
      try connection.postpone([delivery.receipt], seconds: Self.strangerSeconds)
      return nil
    }
    do throws(PostClient.Malformed) {
      return (post, try HubMail(delivery))
    } catch {
      var told = desk.feed.notice(.refused, "a message of \(post) is refused: \(error)")
      told.evidence = String(decoding: delivery.payload, as: UTF8.self)
      try await store.note(told)
      try connection.acknowledge([delivery.receipt])
      return nil
    }
  }

  private func notice(_ kind: Notice.Kind, _ text: String) -> Notice {
    Notice(
      number: 0, source: hub.name, kind: kind, text: text, from: nil, through: nil,
      evidence: "", millis: ReceiverStore.now())
  }
}
