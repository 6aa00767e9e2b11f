import Synchronization

/// What the HTTP endpoint did, for metrics.
public final class PublishingCounters: Sendable {
  /// Streams that are open, by partner.
  private let streams = Mutex<[String: Int]>([:])
  private let opened = Atomic<UInt64>(0)
  private let refused = Atomic<UInt64>(0)
  private let cut = Atomic<UInt64>(0)
  private let events = Atomic<UInt64>(0)
  private let failed = Atomic<UInt64>(0)
  private let kinds = Mutex<[FeedRefusal.Kind: UInt64]>([:])

  /// Of the connections on which requests come.
  public let connections = ConnectionCounters()

  /// All zero.
  public init() {}

  /// Streams open now.
  public var streamsOpen: Int { streams.withLock { $0.values.reduce(0, +) } }
  /// Streams opened since the start.
  public var streamsOpened: UInt64 { opened.load(ordering: .relaxed) }
  /// Streams refused because all were in use.
  public var streamsRefused: UInt64 { refused.load(ordering: .relaxed) }
  /// Streams cut because their client took nothing.
  public var streamsCut: UInt64 { cut.load(ordering: .relaxed) }
  /// Events written to streams, counted once for each stream.
  public var eventsDelivered: UInt64 { events.load(ordering: .relaxed) }

  /// Requests that ended in a fault of the post's.
  public var requestsFailed: UInt64 { failed.load(ordering: .relaxed) }

  func failedRequest() { failed.add(1, ordering: .relaxed) }

  /// What was refused since the start, by kind; kinds without any are there with 0.
  public var refusals: [(kind: FeedRefusal.Kind, count: UInt64)] {
    kinds.withLock { kinds in FeedRefusal.Kind.allCases.map { ($0, kinds[$0] ?? 0) } }
  }

  func refused(_ kind: FeedRefusal.Kind) { kinds.withLock { $0[kind, default: 0] += 1 } }

  /// What became of a stream that was asked for.
  enum Opening { case opened(StreamPlace), allInUse, partnerHasAll }

  func openStream(of partner: String?, max: Int, partnerMax: Int) -> Opening {
    let refusal = streams.withLock { streams -> Opening? in
      guard streams.values.reduce(0, +) < max else { return .allInUse }
      if let partner, streams[partner, default: 0] >= partnerMax { return .partnerHasAll }
      streams[partner ?? "", default: 0] += 1
      return nil
    }
    if let refusal {
      refused.add(1, ordering: .relaxed)
      return refusal
    }
    opened.add(1, ordering: .relaxed)
    return .opened(StreamPlace(self, of: partner))
  }

  fileprivate func closeStream(of partner: String?) {
    streams.withLock { streams in
      let name = partner ?? ""
      streams[name, default: 1] -= 1
      if streams[name] == 0 { streams[name] = nil }
    }
  }

  func cutStream() { cut.add(1, ordering: .relaxed) }
  func delivered(_ count: Int) { events.add(UInt64(count), ordering: .relaxed) }
}

/// The place of an open stream. It is given back when nobody holds it any more, so also when the client was
/// gone before anything of the stream was written.
final class StreamPlace: Sendable {
  private let counters: PublishingCounters
  private let partner: String?

  fileprivate init(_ counters: PublishingCounters, of partner: String?) {
    self.counters = counters
    self.partner = partner
  }

  deinit { counters.closeStream(of: partner) }
}
