import CSystemd
import Devices
import Model

/// Tells systemd how the service is doing (sd_notify(3)); does nothing when it was not started by
/// systemd.
struct ServiceNotifier: Sendable {
  /// How often `WATCHDOG=1` must be sent at least, nanoseconds, or `nil` without a watchdog.
  let watchdogNanos: Int64?

  init() {
    var micros: UInt64 = 0
    let isWatched = unsafe sd_watchdog_enabled(0, &micros) > 0
    watchdogNanos = isWatched ? Int64(micros) * 1_000 : nil
  }

  func ready(status: String) { send("READY=1\nSTATUS=\(status)") }
  func status(_ text: String) { send("STATUS=\(text)") }
  func stopping() { send("STOPPING=1\nSTATUS=draining") }
  func watchdog() { send("WATCHDOG=1") }
  /// Something is still to be done before the end: 5 s more than now, whatever TimeoutStopSec says.
  func draining() { send("WATCHDOG=1\nEXTEND_TIMEOUT_USEC=5000000") }

  /// A reload has begun; `Type=notify-reload` wants the moment of it.
  func reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicClock.now().monotonicNanos / 1_000)")
  }

  private func send(_ message: String) {
    _ = unsafe message.withCString { unsafe sd_notify(0, $0) }
  }
}
