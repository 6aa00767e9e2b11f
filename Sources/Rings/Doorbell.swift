public import Synchronization

/// The bell on which one consumer sleeps, and which every producer that feeds it rings.
///
/// One doorbell serves all rings of a consumer. Ringing is meant for the hot path: while the
/// consumer is awake it costs a fence and a load, and no system call; only the producer that finds
/// the consumer parked writes to the eventfd, once.
///
/// ## Protocol
///
/// A state word stands in for the eventfd while nobody sleeps:
///
/// - `quiet`: no producer has rung since the consumer last listened;
/// - `rung`: a producer has; the consumer has yet to notice;
/// - `parked`: the consumer is armed: it sleeps on the eventfd, or is about to.
///
/// Producers only ever turn the word to `rung`. Only the consumer turns it to `quiet` (noticing) or
/// from `quiet` to `parked` (arming). So a ring that comes before the wait is remembered, and
/// ``wait(timeoutMilliseconds:)`` needs no knowledge of the rings.
///
/// ## Why no wake-up is lost
///
/// The producer publishes an element (store to the tail), passes a sequentially consistent fence
/// P, then loads the word. The consumer notices (exchange of the word to `quiet`), passes a
/// sequentially consistent fence C, then looks at its rings (load of the tail) and, when they are
/// empty, arms (`quiet` to `parked`). All operations on the word have one order. What can the
/// producer's load see?
///
/// 1. `rung`, set by an earlier ring: the producer does nothing. Either the consumer has not yet
///    noticed that ring, and then its next exchange is still to come; or the load returned an old
///    value. In both cases the load comes before the consumer's next exchange in the word's order.
///    Fences have one order too. Were C before P, the load after P would have to see the exchange
///    before C or something newer; it did not, so P is before C, and the look at the rings after C
///    sees the tail stored before P. This is Dekker's argument: of two threads that each store,
///    fence, then load what the other stored, at least one sees the other. Acquire and release
///    alone do not give it, for they let a processor's later load overtake its earlier store.
/// 2. Anything else: the producer exchanges the word for `rung`.
///    - It got `parked`: it writes to the eventfd, and the counter stays above zero until the
///      consumer, awake, has read it.
///    - It got `quiet`: the exchange comes before the arming, which therefore fails, and the wait
///      returns at once.
///    - It got `rung`: another producer came first and did one of the above; the consumer's
///      exchange that notices is later than both and acquires both.
///
/// A late write to the eventfd (a producer suspended between exchange and write) can wake the
/// consumer once without need. That is harmless: true from a wait means "look", not "there is".
///
/// Any number of threads may ring. One thread at a time may wait.
public final class Doorbell: Sendable {
  @usableFromInline static var quiet: UInt32 { 0 }
  @usableFromInline static var rung: UInt32 { 1 }
  @usableFromInline static var parked: UInt32 { 2 }

  // The word has 128 bytes to itself on either side: every producer reads it on each push, and
  // neither this object's reference count nor a neighbour on the heap may take its line away.
  private let spaceBefore = InlineArray<16, UInt64>(repeating: 0)
  @usableFromInline let state = Atomic<UInt32>(0)
  private let spaceAfter = InlineArray<16, UInt64>(repeating: 0)
  private let descriptor: EventDescriptor

  /// Makes a doorbell; it takes one file descriptor, closed when the last reference is gone.
  ///
  /// - Throws: ``RingError/Code/doorbellUnavailable`` when the kernel refuses the descriptor, as a
  ///   rule because the limit on open files is reached.
  public init() throws(RingError) { descriptor = try EventDescriptor() }

  /// Tells the consumer that something was pushed. Call it after pushing, once per batch.
  ///
  /// While the consumer is awake: one fence, one load. When it is parked: one system call, by the
  /// first producer to come.
  @inlinable
  public func ring() {
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if state.load(ordering: .relaxed) != Self.rung { ringFirst() }
  }

  /// The rare part of ``ring()``: the consumer has not been told since it last listened.
  @usableFromInline
  @inline(never)
  func ringFirst() {
    let before = state.exchange(Self.rung, ordering: .sequentiallyConsistent)
    if before == Self.parked { descriptor.signal() }
  }

  /// Sleeps until the doorbell rings, or returns at once when it has rung since the last wait.
  ///
  /// The caller then looks at all its rings before it waits again. One thread at a time.
  ///
  /// - Parameter timeoutMilliseconds: longest sleep, 0 ... 2,147,483,647; 0 only asks.
  /// - Returns: true to say "look at the rings" (now and then without need), false when the time
  ///   passed and nobody rang.
  public func wait(timeoutMilliseconds: Int) -> Bool {
    park(until: MonotonicDeadline(inMilliseconds: timeoutMilliseconds)) { false }
  }

  /// Waits by `policy` until `hasWork` says so.
  ///
  /// Spinning and yielding look at `hasWork` alone; producers may ring or not. Parking asks it
  /// before it sleeps and after every ring, so producers must ring.
  ///
  /// - Parameters:
  ///   - policy: how to pass the time.
  ///   - timeoutMilliseconds: longest wait, 0 ... 2,147,483,647; 0 only asks.
  ///   - hasWork: whether any ring of this consumer has elements; called on this thread.
  /// - Returns: true when `hasWork` was true, false when the time passed first.
  public func wait(
    _ policy: WaitPolicy, timeoutMilliseconds: Int, until hasWork: () -> Bool
  ) -> Bool {
    if hasWork() { return true }
    let deadline = MonotonicDeadline(inMilliseconds: timeoutMilliseconds)
    switch policy {
    case .spin: return poll(until: deadline, looksPerCheck: 256, pause: spinHint, hasWork)
    case .yield: return poll(until: deadline, looksPerCheck: 8, pause: yieldCore, hasWork)
    case .park:
      repeat {
        if park(until: deadline, unless: hasWork), hasWork() { return true }
      } while !deadline.hasPassed
      return hasWork()
    }
  }

  /// Arms, asks `hasWork` once more, sleeps, notices.
  ///
  /// - Returns: true when rung or when `hasWork` was true, false when the deadline passed.
  private func park(until deadline: MonotonicDeadline, unless hasWork: () -> Bool) -> Bool {
    let (armed, _) = state.compareExchange(
      expected: Self.quiet, desired: Self.parked, ordering: .sequentiallyConsistent)
    guard armed else {
      _ = notice()
      return true
    }
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if hasWork() {
      // A producer that saw us armed has written or will write to the eventfd.
      if notice() { descriptor.clear() }
      return true
    }
    if descriptor.await(until: deadline) {
      descriptor.clear()
      _ = notice()
      return true
    }
    return notice()
  }

  /// Turns the word to `quiet`, with the fence after it that the protocol asks for.
  ///
  /// - Returns: whether a producer had rung.
  private func notice() -> Bool {
    let before = state.exchange(Self.quiet, ordering: .sequentiallyConsistent)
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    return before == Self.rung
  }

  /// Looks at `hasWork` with `pause` in between, and at the clock every `looksPerCheck` looks.
  private func poll(
    until deadline: MonotonicDeadline, looksPerCheck: Int, pause: () -> Void, _ hasWork: () -> Bool
  ) -> Bool {
    repeat {
      for _ in 0..<looksPerCheck {
        if hasWork() { return true }
        pause()
      }
    } while !deadline.hasPassed
    return hasWork()
  }
}
