import CEventFD
import Glibc

/// An eventfd(2) of ours: a counter in the kernel that a thread can sleep on.
///
/// Owned by one value, closed with it. Safe to signal and to await from different threads, since
/// the kernel serialises both.
@safe
struct EventDescriptor: ~Copyable, Sendable {
  private let number: CInt

  /// Opens a counter at zero, not inherited by other programs, never blocking in `read`.
  init() throws(RingError) {
    number = vdt_eventfd(0, vdt_eventfd_cloexec_nonblock())
    if number < 0 {
      let code = errno
      throw RingError(
        code: .doorbellUnavailable, operation: "eventfd", subject: "a doorbell",
        underlying: unsafe String(cString: strerror(code)))
    }
  }

  deinit { _ = close(number) }

  /// Adds one to the counter, which ends the sleep of whoever awaits it.
  ///
  /// EAGAIN would mean a counter at its maximum, which wakes just as well.
  func signal() {
    var one: UInt64 = 1
    while unsafe write(number, &one, 8) < 0 {
      if errno == EAGAIN { return }
      precondition(errno == EINTR, "Writing to our own eventfd failed: errno \(errno).")
    }
  }

  /// Sets the counter to zero; does nothing when it is.
  func clear() {
    var count: UInt64 = 0
    while unsafe read(number, &count, 8) < 0 {
      if errno == EAGAIN { return }
      precondition(errno == EINTR, "Reading from our own eventfd failed: errno \(errno).")
    }
  }

  /// Sleeps until the counter is above zero (true) or `deadline` has passed (false).
  func await(until deadline: MonotonicDeadline) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    while true {
      let ready = unsafe poll(&request, 1, deadline.millisecondsLeft)
      if ready > 0 { return true }
      if ready == 0 {
        if deadline.hasPassed { return false }
        continue
      }
      precondition(errno == EINTR, "Polling our own eventfd failed: errno \(errno).")
    }
  }
}
