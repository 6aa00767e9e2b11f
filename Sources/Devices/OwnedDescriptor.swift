import Glibc

/// A file descriptor of ours, closed with its owner.
struct OwnedDescriptor: ~Copyable {
  /// The number, for calls made while the owner lives.
  let number: CInt

  /// Takes over an open descriptor.
  init(adopting number: CInt) { self.number = number }

  /// Opens `path` with `flags`; never inherited by other programs, never the controlling terminal.
  init(path: String, flags: CInt) throws(DeviceError) {
    number = retryingInterrupts { unsafe open(path, flags | O_CLOEXEC | O_NOCTTY) }
    if number < 0 {
      throw DeviceError(operation: "open", subject: path, systemError: errno)
    }
  }

  deinit { _ = close(number) }

  /// Gives the descriptor to an owner of another kind.
  consuming func release() -> CInt {
    let number = self.number
    discard self
    return number
  }
}

/// Makes a system call again while a signal interrupts it; at most 100 times, so that a storm of
/// signals cannot hold a reader. Answers the call's result; `errno` is the last call's.
func retryingInterrupts(_ call: () -> CInt) -> CInt {
  for _ in 0..<100 {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
  return -1
}

/// Sleeps at most `milliseconds`; a signal ends it early. 0 and less return at once.
func pause(milliseconds: Int32) {
  if milliseconds > 0 { _ = poll(nil, 0, milliseconds) }
}
