import Logging
import Synchronization

/// How many connections there are, and what became of those that were refused.
public final class ConnectionCounters: Sendable {
  /// Why a connection was refused, as it is counted.
  public enum Refusal: String, Sendable, CaseIterable {
    /// All places are taken by connections whose holders are known.
    case all
    /// It said nothing, and others came.
    case arriving
    /// Its handshake was not done in time.
    case late
    /// Its partner has as many as one may have.
    case partner
    /// The system could not give it, for want of files or memory.
    case accept

    /// What is told of it.
    fileprivate var text: String {
      switch self {
      case .all: "all places are taken"
      case .arriving: "too many have not said whose they are"
      case .late: "they did not say in time whose they are"
      case .partner: "a partner has as many as one may have"
      case .accept: "the system has no files or memory for more; raise LimitNOFILE"
      }
    }
  }

  /// A reason is told again when nothing was refused for it for so long.
  private static let quiet = Duration.seconds(600)

  private struct State {
    var open = 0
    var counts: [Refusal: UInt64] = [:]
    var last: [Refusal: ContinuousClock.Instant] = [:]
  }

  private let state = Mutex(State())

  /// All zero.
  init() {}

  /// Connections open now.
  public var open: Int { state.withLock { $0.open } }

  /// What was refused since the start, by reason; reasons without any are there with 0.
  public var refusals: [(reason: Refusal, count: UInt64)] {
    state.withLock { state in Refusal.allCases.map { ($0, state.counts[$0] ?? 0) } }
  }

  func opened() { state.withLock { $0.open += 1 } }

  func closed() { state.withLock { $0.open -= 1 } }

  /// Counts a refusal, and tells the first one of a spell.
  func refused(_ reason: Refusal, _ logger: Logger) {
    let isNew = state.withLock { state in
      let now = ContinuousClock.now
      let last = state.last.updateValue(now, forKey: reason)
      state.counts[reason, default: 0] += 1
      return last.map { $0 + Self.quiet < now } ?? true
    }
    if isNew {
      logger.warning(
        "connections are refused: \(reason.text); vedette_connections_refused_total counts them")
    }
  }
}
