import Glibc
import Logging
import Synchronization

/// The connections of one door of the post: bounded in all, while nobody knows whose they are, and for
/// each partner.
///
/// Each connection is a file of the process, and the ledger needs files, too: one without any left stores
/// no events. So no crowd outside may use them up. Who comes when too many say nothing takes the place of
/// the one that has said nothing longest: a crowd must come faster than a handshake takes to keep others out.
final class ConnectionTable: Sendable {
  /// How many connections there may be.
  struct Bounds: Sendable, Equatable {
    /// In all.
    var all: Int
    /// Of whom nobody knows yet whose they are.
    var arriving: Int
    /// Of one partner; eight streams, and pages.
    var partner = 32

    /// Bounds for so many streams: four times as many connections, and no more than half of the files
    /// that the process may open, a quarter of that for those that arrive.
    init(streamsMax: Int, filesMax: Int = Self.filesMax) {
      all = max(8, min(max(256, 4 * streamsMax), filesMax / 2))
      arriving = max(4, all / 4)
    }

    /// Files that the process may open.
    static var filesMax: Int {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
        return 1_024
      }
      return Int(min(limit.rlim_cur, 1_048_576))
    }
  }

  private struct State {
    var next: UInt64 = 0
    /// Those that nobody knows yet, with their age.
    var arriving: [ObjectIdentifier: (number: UInt64, close: @Sendable () -> Void)] = [:]
    /// The others, with whose they are.
    var known: [ObjectIdentifier: String] = [:]
    var partners: [String: Int] = [:]
  }

  private let bounds: Bounds
  private let counters: ConnectionCounters
  private let state = Mutex(State())

  /// No connections yet.
  init(_ bounds: Bounds, _ counters: ConnectionCounters) {
    self.bounds = bounds
    self.counters = counters
  }

  /// Takes a connection in that was just accepted, and ends another one by its `close` where that must go
  /// for it. Whoever is taken in must ``leave(_:)``.
  ///
  /// - Returns: whether there is a place for it: without one it is to be closed.
  func enter(
    _ id: ObjectIdentifier, _ logger: Logger, close: @escaping @Sendable () -> Void
  ) -> Bool {
    let (isIn, oldest) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
      var oldest: (@Sendable () -> Void)?
      if state.arriving.count >= bounds.arriving
        || state.arriving.count + state.known.count >= bounds.all
      {
        guard let place = state.arriving.min(by: { $0.value.number < $1.value.number }) else {
          return (false, nil)
        }
        oldest = place.value.close
        state.arriving[place.key] = nil
      }
      state.next += 1
      state.arriving[id] = (state.next, close)
      return (true, oldest)
    }
    if let oldest {
      counters.refused(.arriving, logger)
      oldest()
    }
    if isIn { counters.opened() } else { counters.refused(.all, logger) }
    return isIn
  }

  /// It is known whose a connection is; `partner` is `nil` for the post's own clients.
  ///
  /// - Returns: whether that one may have it: one that may not is to be closed.
  func settle(_ id: ObjectIdentifier, of partner: String?, _ logger: Logger) -> Bool {
    let isIn = state.withLock { state in
      // One that had to go meanwhile is being closed.
      guard state.arriving.removeValue(forKey: id) != nil else { return true }
      if let partner {
        guard state.partners[partner, default: 0] < bounds.partner else { return false }
        state.partners[partner, default: 0] += 1
      }
      state.known[id] = partner ?? ""
      return true
    }
    if !isIn { counters.refused(.partner, logger) }
    return isIn
  }

  /// A connection that was taken in has ended.
  func leave(_ id: ObjectIdentifier) {
    counters.closed()
    state.withLock { state in
      state.arriving[id] = nil
      guard let partner = state.known.removeValue(forKey: id), let count = state.partners[partner]
      else { return }
      state.partners[partner] = count > 1 ? count - 1 : nil
    }
  }

  /// Nobody knew in time whose a connection is.
  func late(_ logger: Logger) { counters.refused(.late, logger) }

  /// The system gives no more connections for now.
  func unaccepted(_ logger: Logger) { counters.refused(.accept, logger) }
}
