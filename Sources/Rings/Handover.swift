import Synchronization

/// A value that cannot be copied, on its way to the thread that will own it.
///
/// A closure that starts a thread may run any number of times as far as the compiler knows, so it
/// cannot move a captured value out. It captures a handover instead and takes the value from there,
/// once:
///
/// ```swift
/// let handover = Handover(ends.producer)
/// startThread { var producer = handover.take() … }
/// ```
///
/// For starting up: it takes a lock.
public final class Handover<Value: ~Copyable & Sendable>: Sendable {
  private let value: Mutex<Value?>

  /// Holds `value` until it is taken. If it never is, it ends with the handover.
  public init(_ value: consuming Value) { self.value = Mutex(value) }

  /// Moves the value out. Taking it twice is a programmer's error and stops the program.
  public func take() -> Value {
    let taken = value.withLock { $0.take() }
    guard let taken else { preconditionFailure("A handover's value can be taken once.") }
    return taken
  }
}
