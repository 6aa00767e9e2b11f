import Synchronization

/// What became of the calls to centers, for metrics.
public final class WebhookCounters: Sendable {
  /// Of one partner.
  public struct Counts: Sendable, Equatable {
    /// Events that the center has taken.
    public var delivered: UInt64 = 0
    /// Calls that failed.
    public var failed: UInt64 = 0
    /// Places that the ledger did not keep any more when the center was to get them.
    public var gaps: UInt64 = 0
    /// The center has everything up to this event.
    public var through: UInt64 = 0
  }

  private let counts = Mutex<[String: Counts]>([:])

  /// All zero.
  public init() {}

  /// By partner, in the order of their names.
  public var all: [(partner: String, counts: Counts)] {
    counts.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  func delivered(_ partner: String, _ count: Int, through: UInt64) {
    counts.withLock { counts in
      counts[partner, default: Counts()].delivered += UInt64(count)
      counts[partner]!.through = through
    }
  }

  func failed(_ partner: String) { counts.withLock { $0[partner, default: Counts()].failed += 1 } }

  func gap(_ partner: String) { counts.withLock { $0[partner, default: Counts()].gaps += 1 } }
}

/// Pauses before a call is tried again: twice as long each time, from 0.2 s to 30 s, each cut by chance
/// to between a half and the whole.
struct WebhookPauses: Sendable {
  private static let secondsMin = 0.2
  private static let secondsMax = 30.0
  private var seconds = WebhookPauses.secondsMin

  mutating func next() -> Duration {
    defer { seconds = min(seconds * 2, Self.secondsMax) }
    return .seconds(seconds * Double.random(in: 0.5...1))
  }

  mutating func reset() { seconds = Self.secondsMin }
}
