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
  /// Messages taken at once: up to 8,192 events where each holds many. Three such lots are under way at most,
  /// stored long before the hub gives them again.
  static let fetchMax = 64
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
    var work = Work()
    do {
      try await follow(connection, &pauses, &work)
    } catch {
      // What is on its way into the store is not asked for again before it is there.
      work.ahead?.cancel()
      _ = await work.storing?.result
      throw error
    }
  }

  private func follow(
    _ connection: HubConnection, _ pauses: inout Pauses, _ work: inout Work
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
      let wait = held.isEmpty ? Self.waitMillis : Self.holdingMillis
      let opened: [Opened]
      if let next = work.ahead {
        opened = try await withTaskCancellationHandler {
          try await next.value
        } onCancel: {
          next.cancel()
        }
      } else {
        opened = try await fetch(connection, milliseconds: wait)
      }
      // While there is more, it is fetched and read beside what is done with this.
      let isMore = opened.count >= Self.fetchMax / 2
      work.ahead =
        isMore
        ? Task { try await fetch(connection, milliseconds: Self.holdingMillis) } : nil
      if !opened.isEmpty { pauses.reset() }
      var mails = held
      for one in opened {
        if let (post, mail) = try await take(one, connection) {
          mails[post, default: []].append(mail)
        }
      }
      held = try await take(mails, connection, &work)
      if !isMore { try await settle(connection, &work) }
    }
  }

  /// What is under way while there is more.
  private struct Work {
    /// The next messages.
    var ahead: Task<[Opened], any Error>?
    /// What was looked at last, by post, and its way into the store: how many events were there already.
    var turns: [String: [HubTurn]] = [:]
    var storing: Task<[String: Int], any Error>?
  }

  /// Looks at `mails` beside the way of those before into the store, and sends them on theirs; those that
  /// wait for others.
  private func take(
    _ mails: [String: [HubMail]], _ connection: HubConnection, _ work: inout Work
  ) async throws -> [String: [HubMail]] {
    var looked = try await look(at: mails, after: work.turns)
    let known = try await settle(connection, &work)
    // What must wait has waited now. What was taken for new and was there already may be stored in other words.
    let again = mails.filter { post, _ in looked[post] == nil || known[post, default: 0] > 0 }
    if !again.isEmpty {
      looked.merge(try await look(at: again, after: [:])) { $1 }
    }
    work.turns = looked
    let parts = looked.flatMap { post, turns in
      turns.compactMap { turn in turn.part.map { (post, $0) } }
    }
    work.storing = Task { [store] in
      let known = parts.isEmpty ? [] : try await store.store(parts.map(\.1))
      return Dictionary(zip(parts.map(\.0), known), uniquingKeysWith: +)
    }
    return looked.mapValues { $0.flatMap(\.waiting) }.filter { !$0.value.isEmpty }
  }

  /// Looks at `mails`; nothing of those that must wait until what is `before` them is in the store.
  private func look(
    at mails: [String: [HubMail]], after before: [String: [HubTurn]]
  ) async throws -> [String: [HubTurn]] {
    try await withThrowingTaskGroup(of: (String, [HubTurn]?).self) { [desks] group in
      for (post, mails) in mails {
        guard let desk = desks[post] else { continue }
        group.addTask {
          do {
            return (post, try await desk.look(at: mails, after: before[post]?.last))
          } catch is HubTurn.MustWait {
            return (post, nil)
          }
        }
      }
      var all: [String: [HubTurn]] = [:]
      for try await (post, turns) in group { all[post] = turns }
      return all
    }
  }

  /// Returns when what is on its way is in the store, and acknowledges it; how many events of each post were
  /// there already.
  @discardableResult
  private func settle(
    _ connection: HubConnection, _ work: inout Work
  ) async throws -> [String: Int] {
    guard let storing = work.storing else { return [:] }
    let known = try await storing.value
    try connection.acknowledge(work.turns.values.joined().flatMap { $0.taken + $0.receipts })
    (work.turns, work.storing) = ([:], nil)
    return known
  }

  /// A message of the hub that was looked at.
  private enum Opened: Sendable {
    /// Of this post's stream.
    case mail(String, HubMail)
    /// Of a post that no feed names.
    case strange(String, receipt: String)
    /// Of this post, and none.
    case wrong(String, PostClient.Malformed, HubDelivery)

    init(_ delivery: HubDelivery, _ desks: [String: HubDesk]) {
      let words = delivery.subject.split(separator: ".")
      let post = words.count == 4 ? String(words[2]) : ""
      guard desks[post] != nil else {
        self = .strange(post, receipt: delivery.receipt)
        return
      }
      do throws(PostClient.Malformed) { self = .mail(post, try HubMail(delivery)) } catch {
        self = .wrong(post, error, delivery)
      }
    }
  }

  /// The next messages.
  @concurrent private func fetch(
    _ connection: HubConnection, milliseconds: Int
  ) async throws -> [Opened] {
    try await connection.fetch(
      Self.fetchMax, milliseconds: milliseconds, headers: HubMail.headers
    ).map { Opened($0, desks) }
  }

  /// What a message holds, and whose it is; tells of one that holds nothing.
  private func take(
    _ opened: Opened, _ connection: HubConnection
  ) async throws -> (post: String, mail: HubMail)? {
    switch opened {
    case .mail(let post, let mail): return (post, mail)
    case .strange(let post, let receipt):
      try await store.note(
        notice(.denied, "the hub has messages of \(post), which no feed names; they wait there"))
      try connection.postpone([receipt], seconds: Self.strangerSeconds)
    case .wrong(let post, let error, let delivery):
      var told = desks[post]?.feed.notice(.refused, "a message of \(post) is refused: \(error)")
      told?.evidence = String(decoding: delivery.payload, as: UTF8.self)
      if let told { try await store.note(told) }
      try connection.acknowledge([delivery.receipt])
    }
    return nil
  }

  private func notice(_ kind: Notice.Kind, _ text: String) -> Notice {
    Notice(
      number: 0, source: hub.name, kind: kind, text: text, from: nil, through: nil,
      evidence: "", millis: ReceiverStore.now())
  }
}
