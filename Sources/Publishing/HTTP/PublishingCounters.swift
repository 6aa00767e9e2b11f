import Synchronization

/// What the HTTP endpoint did, for metrics.
public final class PublishingCounters: Sendable {
  private let open = Atomic<Int>(0)
  private let opened = Atomic<UInt64>(0)
  private let refused = Atomic<UInt64>(0)
  private let cut = Atomic<UInt64>(0)
  private let events = Atomic<UInt64>(0)
  private let partnersRefused = Atomic<UInt64>(0)
  private let failed = Atomic<UInt64>(0)

  /// All zero.
  public init() {}

  /// Streams open now.
  public var streamsOpen: Int { open.load(ordering: .relaxed) }
  /// Streams opened since the start.
  public var streamsOpened: UInt64 { opened.load(ordering: .relaxed) }
  /// Streams refused because all were in use.
  public var streamsRefused: UInt64 { refused.load(ordering: .relaxed) }
  /// Streams cut because their client took nothing.
  public var streamsCut: UInt64 { cut.load(ordering: .relaxed) }
  /// Events written to streams, counted once for each stream.
  public var eventsDelivered: UInt64 { events.load(ordering: .relaxed) }

  /// Requests of clients that no agreement entitles.
  public var requestsRefused: UInt64 { partnersRefused.load(ordering: .relaxed) }

  /// Requests that ended in a fault of the post's.
  public var requestsFailed: UInt64 { failed.load(ordering: .relaxed) }

  func failedRequest() { failed.add(1, ordering: .relaxed) }

  func refusedPartner() { partnersRefused.add(1, ordering: .relaxed) }

  func openStream(max: Int) -> Bool {
    let now = open.add(1, ordering: .relaxed).newValue
    guard now <= max else {
      open.subtract(1, ordering: .relaxed)
      refused.add(1, ordering: .relaxed)
      return false
    }
    opened.add(1, ordering: .relaxed)
    return true
  }

  func closeStream() { open.subtract(1, ordering: .relaxed) }
  func cutStream() { cut.add(1, ordering: .relaxed) }
  func delivered(_ count: Int) { events.add(UInt64(count), ordering: .relaxed) }
}
