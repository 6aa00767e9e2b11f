import Glibc
import Synchronization

/// Signals that came and were not acted on yet, a bit each.
///
/// Written by the signal handler, which may interrupt any thread and may do almost nothing.
private let pendingSignals = Atomic<UInt64>(0)

/// Turns SIGTERM and SIGINT into a stop and SIGHUP into a reload, on a thread of its own.
public final class SignalWatch: Sendable {
  /// Time between two looks whether a signal came, microseconds.
  private static let lookMicros: UInt32 = 50_000

  private let thread: NamedThread
  private let stopFlag = StopFlag()

  /// Catches the signals for the whole process; call it once, before the watch starts.
  public static func catchSignals() {
    // Made now, so that the handler never has to.
    pendingSignals.store(0, ordering: .relaxed)
    for number in [SIGTERM, SIGINT, SIGHUP] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        pendingSignals.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
      }
      action.sa_flags = SA_RESTART
      unsafe sigaction(number, &action, nil)
    }
    // A client that goes away is told by the write, not by a signal.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Starts watching.
  public init(onStop: @escaping @Sendable () -> Void, onReload: @escaping @Sendable () -> Void) {
    let stopFlag = stopFlag
    thread = NamedThread("signals") {
      while !stopFlag.isSet {
        let pending = pendingSignals.exchange(0, ordering: .relaxed)
        if pending & (1 << UInt64(SIGTERM) | 1 << UInt64(SIGINT)) != 0 { onStop() }
        if pending & (1 << UInt64(SIGHUP)) != 0 { onReload() }
        usleep(Self.lookMicros)
      }
    }
  }

  /// Stops watching.
  public func end() {
    stopFlag.set()
    thread.join()
  }
}
