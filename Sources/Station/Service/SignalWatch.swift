import CThreads
import Glibc

/// Turns SIGTERM and SIGINT into a stop and SIGHUP into a reload, on a thread of its own that waits
/// for them (signal handlers proper may do almost nothing).
public final class SignalWatch: Sendable {
  private let thread: NamedThread
  private let stopFlag = StopFlag()

  /// Blocks the signals for all threads started from now on; call it before any other thread
  /// starts.
  public static func block() {
    var signals = set
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    // A client that goes away is told by the write, not by a signal.
    signal(SIGPIPE, SIG_IGN)
  }

  private static var set: sigset_t {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT, SIGHUP] { unsafe sigaddset(&signals, signal) }
    return signals
  }

  /// Starts waiting.
  public init(onStop: @escaping @Sendable () -> Void, onReload: @escaping @Sendable () -> Void) {
    let stopFlag = stopFlag
    thread = NamedThread("signals") {
      var signals = Self.set
      while !stopFlag.isSet {
        switch unsafe vdt_wait_signal(&signals, 200) {
        case SIGTERM, SIGINT: onStop()
        case SIGHUP: onReload()
        default: break
        }
      }
    }
  }

  /// Stops waiting.
  public func end() {
    stopFlag.set()
    thread.join()
  }
}
