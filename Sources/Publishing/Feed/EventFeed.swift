import Synchronization

/// The live end of the ledger: tells waiting clients when more events are durable.
///
/// `advance` is called by the ledger's thread after a sync and does no work but waking; clients wait
/// as tasks. There is no queue per client: each holds its sequence and reads the store.
public final class EventFeed: Sendable {
  private struct State {
    var durable: UInt64
    var isClosed = false
    var nextWaiter: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
  }

  private let state: Mutex<State>

  /// A feed whose store is durable up to `durable`.
  public init(durable: UInt64) {
    state = Mutex(State(durable: durable))
  }

  /// The newest sequence that may be offered to anyone.
  public var durable: UInt64 { state.withLock { $0.durable } }

  /// Whether the post is stopping: clients get what there is and are let go.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Everything up to `sequence` is synced; called by the ledger's thread.
  public func advance(to sequence: UInt64) {
    wake { $0.durable = max($0.durable, sequence) }
  }

  /// Lets every waiting client go.
  public func close() {
    wake { $0.isClosed = true }
  }

  /// Returns when there is more than `sequence`, when `timeout` has passed, when the feed closes or
  /// when the task is cancelled, whichever is first.
  public func wait(after sequence: UInt64, timeout: Duration) async {
    let ticket = state.withLock { state -> UInt64 in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    var timer: Task<Void, Never>?
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.durable > sequence || state.isClosed || Task.isCancelled { return true }
          state.waiters[ticket] = continuation
          return false
        }
        guard !isReady else { return continuation.resume() }
        // Started only now: a timer that rang before the waiter was known would wake nobody.
        timer = Task { [self] in
          try? await Task.sleep(for: timeout)
          release(ticket)
        }
      }
    } onCancel: {
      release(ticket)
    }
    timer?.cancel()
  }

  /// As ``wait(after:timeout:)``, and asks each second whether the client of `source` is entitled
  /// still: who loses its right while nothing happens is let go, too.
  ///
  /// - Returns: whether there is more than `sequence`.
  /// - Throws: ``FeedRefusal``.
  func wait(
    after sequence: UInt64, for source: any FeedSource, timeout: Duration
  ) async throws -> Bool {
    let end = ContinuousClock.now + timeout
    while durable <= sequence, !isClosed, !Task.isCancelled, ContinuousClock.now < end {
      await wait(after: sequence, timeout: min(.seconds(1), end - ContinuousClock.now))
      try source.checkRight()
    }
    return durable > sequence
  }

  private func release(_ ticket: UInt64) {
    state.withLock { $0.waiters.removeValue(forKey: ticket) }?.resume()
  }

  private func wake(_ change: (inout State) -> Void) {
    let woken = state.withLock { state in
      change(&state)
      let woken = Array(state.waiters.values)
      state.waiters.removeAll(keepingCapacity: true)
      return woken
    }
    for continuation in woken { continuation.resume() }
  }
}
