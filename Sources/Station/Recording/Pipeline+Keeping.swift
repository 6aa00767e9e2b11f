import Devices
import Glibc
import Logging
import Model

/// How long a pipeline that has stopped is waited for.
extension Pipeline {
  /// Time that captures get which are still to be made when the post stops, nanoseconds. systemd gives
  /// less unless it is asked; who stops the service by hand waits so long at most.
  static let keepingNanosMax: Int64 = 20_000_000_000

  /// Waits until all that is worth it is kept, after `stop`; `alive` is called now and then until then.
  ///
  /// False when that is not so by `deadline`: nothing more is begun then, and the ring stays.
  func awaitKeeper(by deadline: Instant? = nil, alive: () -> Void) -> Bool {
    guard let shift, let keeper else { return true }
    while !shift.done.isSet {
      if let deadline, MonotonicClock.now() >= deadline {
        shift.leave.set()
        return false
      }
      alive()
      usleep(20_000)
    }
    keeper.join()
    return true
  }

  /// Waits, but not for ever, for the keepers of pipelines that have stopped, oldest first, and says what
  /// is left for the next start.
  static func awaitKeepers(
    of stopped: [Pipeline?], nanosMax: Int64 = keepingNanosMax, _ logger: Logger,
    alive: () -> Void
  ) {
    let deadline = MonotonicClock.now().advanced(byNanos: nanosMax)
    for pipeline in stopped {
      guard let pipeline, !pipeline.awaitKeeper(by: deadline, alive: alive) else { continue }
      let count = pipeline.shift?.desk.pendingCount ?? 0
      logger.warning(
        """
        \(count) captures are not made yet; what was recorded stays in the ring, and the next start \
        makes a capture of it
        """)
    }
  }
}
