import Ledger

/// Where a client's events come from: the whole ledger, or what an agreement gives of it.
public protocol FeedSource: Sendable {
  /// Whose feed it is, for the bound on connections; `nil` for the post's own clients.
  var partner: String? { get }

  /// Whether the client is entitled still; costs no look at the events.
  ///
  /// - Throws: ``FeedRefusal`` when it is not.
  func checkRight() throws(FeedRefusal)

  /// Names what the feed gives: to two clients with the same name the same is given of an event.
  /// `nil`: nothing of it is shared.
  ///
  /// - Throws: ``FeedRefusal`` when the client is not entitled.
  func sharing() throws(FeedRefusal) -> String?

  /// What comes after event `sequence`, up to `durable`; looks at `limit` events at most.
  ///
  /// - Throws: ``FeedRefusal`` when the client is not entitled any more.
  func next(after sequence: UInt64, through durable: UInt64, limit: Int) async throws -> FeedBatch

  /// As ``next(after:through:limit:)``, but what must be on record before anything of it is handed on
  /// is only recorded when that is asked for.
  func prepare(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch

  /// As ``prepare(after:through:limit:)``, but only of the newest version of each event: what is known at
  /// `durable` to who has read nothing after `sequence`. An event that was taken back is left out where
  /// the client was given none of its versions.
  ///
  /// What is held back ends it, as if nothing of the ledger came after. Asked again and again with the
  /// same `durable` it looks at the events once.
  ///
  /// - Throws: ``FeedRefusal``, also when that are more than ``LatestEvents/recordsMax`` events.
  func prepareLatest(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch

  /// Which fields of the events at `sequences` may be disclosed to the client with their proof, in
  /// their order; returns when that is on record.
  ///
  /// - Throws: ``FeedRefusal``.
  func disclosable(_ sequences: [UInt64]) async throws -> [Disclosable]

  /// The client says that it has stored everything up to event `sequence`; returns when that is on
  /// record.
  ///
  /// - Throws: ``FeedRefusal``.
  func acknowledge(_ sequence: UInt64) async throws

  /// The client gives a checkpoint of this post that it has cosigned; whether it was taken.
  ///
  /// - Throws: ``FeedRefusal``.
  func cosign(_ note: [UInt8]) async throws -> Bool
}

extension FeedSource {
  /// Nothing is shared.
  public func sharing() throws(FeedRefusal) -> String? {
    try checkRight()
    return nil
  }

  /// Records at once.
  public func prepare(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch {
    PreparedBatch(try await next(after: sequence, through: durable, limit: limit))
  }

  /// Gives all versions.
  public func prepareLatest(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch {
    try await prepare(after: sequence, through: durable, limit: limit)
  }
}

/// A step of a feed that is decided and may not be on record yet.
public struct PreparedBatch: Sendable {
  /// The step.
  public var batch: FeedBatch
  /// Puts the decisions on record; nothing of the step may be handed on before it has returned.
  public var record: @Sendable () async throws -> Void

  /// `batch`, whose decisions `record` puts on record.
  public init(
    _ batch: FeedBatch, record: @escaping @Sendable () async throws -> Void = {}
  ) {
    self.batch = batch
    self.record = record
  }

  /// What `decide` decides, on record; decided again as long as that does not hold when it is to be recorded.
  public static func recorded(
    _ decide: () async throws -> PreparedBatch
  ) async throws -> PreparedBatch {
    while true {
      let prepared = try await decide()
      do {
        try await prepared.record()
        return prepared
      } catch is DecideAnew {}
    }
  }
}

/// What was decided cannot go on record: what was left of the partner's limit then was given to another of its
/// connections meanwhile. Decided again, there is less of it.
public struct DecideAnew: Error {
  /// The error.
  public init() {}
}

/// What of an event may be disclosed.
public enum Disclosable: Sendable, Equatable {
  /// All of its fields.
  case everything
  /// These, by name.
  case fields([String])
  /// Not even that there is one.
  case nothing
}

/// A step of a feed.
public struct FeedBatch: Sendable {
  /// What the client gets, in order.
  public var events: [LabelledEvent]
  /// The client's place after it: everything up to here was given or withheld.
  public var through: UInt64
  /// Retention has removed what comes next.
  public var isOvertaken: Bool
  /// What comes next is held back for so long.
  public var hold: Duration?
  /// Whether another client of the same feed may be given just this.
  public var isShareable = true

  /// A step to `through`.
  public init(
    events: [LabelledEvent], through: UInt64, isOvertaken: Bool = false, hold: Duration? = nil
  ) {
    self.events = events
    self.through = through
    self.isOvertaken = isOvertaken
    self.hold = hold
  }
}

/// An event as one client gets it.
public struct LabelledEvent: Sendable, Equatable {
  /// The event; an empty `time` is left out of the envelope.
  public var event: StoredEvent
  /// What goes with it to a partner; `nil` for the post's own clients.
  public var label: Label?
  /// What may be disclosed with its proof by who hands it on now; on record with the event itself.
  public var disclosable: Disclosable

  /// How the receiver must treat it.
  public struct Label: Sendable, Equatable {
    /// Handling codes of the agreement.
    public var handling: String
    /// Name of the agreement.
    public var agreement: String
    /// The receiver erases it after so many days.
    public var retentionDays: Int

    /// A label.
    public init(handling: String, agreement: String, retentionDays: Int) {
      self.handling = handling
      self.agreement = agreement
      self.retentionDays = retentionDays
    }
  }

  /// An event with its label.
  public init(event: StoredEvent, label: Label?, disclosable: Disclosable = .nothing) {
    self.event = event
    self.label = label
    self.disclosable = disclosable
  }
}

/// Decides who gets which feed; asked for every request of a client with a certificate.
public protocol FeedGate: Sendable {
  /// The feed of the holder of `peer`.
  ///
  /// - Parameters:
  ///   - purpose: what the client says that it asks for (`?purpose=`).
  ///   - isExercise: whether it asks for the feed of exercises (`?exercise=true`).
  /// - Throws: ``FeedRefusal``.
  func feed(
    of peer: PeerCertificate, purpose: String?, isExercise: Bool
  ) throws -> any FeedSource
}

/// The whole ledger: for the post's own clients on loopback.
struct WholeFeed: FeedSource {
  var store: any EventStore
  /// What snapshots have looked at.
  var looks = SnapshotLooks()

  var partner: String? { nil }

  func checkRight() {}

  func sharing() -> String? { "" }

  func next(after sequence: UInt64, through durable: UInt64, limit: Int) throws -> FeedBatch {
    guard sequence < durable else { return FeedBatch(events: [], through: sequence) }
    let events = try store.events(from: sequence + 1, through: durable, limit: limit)
    guard let last = events.last, events[0].sequence == sequence + 1 else {
      return FeedBatch(events: [], through: sequence, isOvertaken: true)
    }
    return FeedBatch(
      events: events.map { LabelledEvent(event: $0, label: nil, disclosable: .everything) },
      through: last.sequence)
  }

  func prepareLatest(
    after sequence: UInt64, through durable: UInt64, limit: Int
  ) async throws -> PreparedBatch {
    var isOvertaken = false
    let page = try await looks.page(
      of: "", after: sequence, through: durable, limit: limit
    ) { latest in
      let next = latest.through + 1
      let events = try store.events(from: next, through: durable, limit: LatestEvents.pieceMax)
      isOvertaken = events.first?.sequence != next
      guard !isOvertaken else { return nil }
      for event in events {
        latest.look(event.sequence, String(event.id.utf8.prefix { $0 != 0x2F }) ?? event.id)
      }
      return true
    }
    guard !isOvertaken else {
      return PreparedBatch(FeedBatch(events: [], through: page.through, isOvertaken: true))
    }
    var batch = FeedBatch(events: [], through: page.through)
    if page.sequences.count == limit { batch.through = page.sequences.last! }
    for sequence in page.sequences {
      let event = try store.events(from: sequence, through: sequence, limit: 1).first
      guard let event, !Self.isTakenBack(event) else { continue }
      batch.events.append(LabelledEvent(event: event, label: nil, disclosable: .everything))
    }
    return PreparedBatch(batch)
  }

  private static func isTakenBack(_ event: StoredEvent) -> Bool {
    CanonicalObject(event.data[...])?["properties"].flatMap { CanonicalObject($0) }?[
      "disposition"
    ]
    .map { $0.elementsEqual(#""retracted""#.utf8) } ?? false
  }

  func disclosable(_ sequences: [UInt64]) -> [Disclosable] { sequences.map { _ in .everything } }

  /// The post's own clients owe nobody an account.
  func acknowledge(_ sequence: UInt64) {}

  /// Only an agreement names a witness.
  func cosign(_ note: [UInt8]) -> Bool { false }
}
