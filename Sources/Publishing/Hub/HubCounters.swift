import Synchronization

/// What publishing to the hub did, for metrics and health.
public final class HubCounters: Sendable {
  /// Counts since the start.
  public struct Counts: Sendable, Equatable {
    /// Times that a connection was made, ended, and could not be made or used.
    public var connected: UInt64 = 0, lost: UInt64 = 0, refused: UInt64 = 0
    /// Messages sent, sent again, and acknowledged by the hub.
    public var published: UInt64 = 0, retried: UInt64 = 0, acknowledged: UInt64 = 0
    /// Of those acknowledged, the ones that the hub had before.
    public var repeated: UInt64 = 0
    /// Events in those acknowledged: one in a message, or many when the hub was away.
    public var events: UInt64 = 0
    /// Messages with proofs, of those acknowledged.
    public var proofs: UInt64 = 0

    /// None.
    public init() {}
  }

  private struct State {
    var counts = Counts()
    var isConnected = false
    var fault: String?
    var places: [String: UInt64] = [:]
    var faults: [String: String] = [:]
  }

  private let state = Mutex(State())

  /// All zero.
  public init() {}

  /// Counts since the start.
  public var counts: Counts { state.withLock { $0.counts } }

  /// Whether the hub takes events now.
  public var isConnected: Bool { state.withLock { $0.isConnected } }

  /// Why the hub, or a feed at it, does not get its events; `nil` when all is well.
  public var fault: String? {
    state.withLock { state in
      state.fault ?? state.faults.sorted { $0.key < $1.key }.first.map { "\($0.key): \($0.value)" }
    }
  }

  /// The event up to which the hub has acknowledged all, by the feeds' words.
  public var places: [(word: String, sequence: UInt64)] {
    state.withLock { $0.places.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
  }

  func count(_ change: (inout Counts) -> Void) { state.withLock { change(&$0.counts) } }

  func place(_ sequence: UInt64, of word: String) {
    state.withLock { $0.places[word] = sequence }
  }

  func connected() {
    state.withLock { state in
      state.isConnected = true
      state.fault = nil
      state.counts.connected += 1
    }
  }

  /// The hub cannot be used; whether that was not known in these words.
  func disconnected(_ fault: String) -> Bool {
    state.withLock { state in
      if state.isConnected { state.counts.lost += 1 } else { state.counts.refused += 1 }
      state.isConnected = false
      defer { state.fault = fault }
      return state.fault != fault
    }
  }

  /// Why the feed `word` stands still, `nil` when it goes; whether that is news.
  func note(_ fault: String?, of word: String) -> Bool {
    state.withLock { state in
      defer { state.faults[word] = fault }
      return state.faults[word] != fault
    }
  }
}
