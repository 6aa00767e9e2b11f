public import CEventFD
public import Synchronization

/// The pushing end of a ring, owned by one thread at a time.
///
/// No operation allocates, locks, throws or makes a system call. An element is visible to the
/// consumer as soon as the call that pushed it returns. To wake a consumer that may be parked, call
/// ``Doorbell/ring()`` afterwards, once for all that was pushed.
///
/// `@unchecked Sendable`: the stored pointer is shared with the consumer only, who writes nothing
/// but the head cursor, atomically; slots pass between the ends by the release of one cursor and
/// the acquisition of the same cursor. This end cannot be copied, so whoever holds it is the only
/// writer of the tail and of free slots: that is the invariant. The tests exercise it under the
/// thread sanitizer.
@frozen
@safe
public struct RingProducer<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
  @usableFromInline let memory: RingMemory<Element>

  /// How many elements the ring holds when full; a power of two.
  public let capacity: Int

  /// How many elements this end ever published; what the tail cursor says.
  @usableFromInline var index: Int

  /// What this end last saw of the head cursor: at most the true value, never more.
  @usableFromInline var seenHead: Int

  @usableFromInline
  init(memory: RingMemory<Element>, capacity: Int) {
    unsafe self.memory = unsafe memory
    self.capacity = capacity
    index = 0
    seenHead = 0
  }

  @inlinable
  deinit { unsafe memory.release() }

  /// Pushes one element.
  ///
  /// - Returns: false when the ring is full; the element is then not in the ring, and the caller
  ///   decides what that means and counts it.
  @inlinable
  @inline(__always)
  public mutating func push(_ element: Element) -> Bool {
    let current = index
    if current &- seenHead == capacity {
      seenHead = unsafe memory.head.pointee.load(ordering: .acquiring)
      if current &- seenHead == capacity { return false }
    }
    let slot = unsafe memory.slots + (current & (capacity &- 1))
    unsafe slot.initialize(to: element)
    index = current &+ 1
    unsafe memory.tail.pointee.store(current &+ 1, ordering: .releasing)
    // The consumer's core holds the lines of slots that it read a lap ago. Asked for before they are
    // written, several are on their way at once; a store waits for each in turn.
    if MemoryLayout<Element>.stride >= 64 {
      unsafe vdt_fetch_for_store(UnsafeRawPointer(slot) + RingMemory<Element>.fetchAhead)
    }
    return true
  }

  /// Pushes as many of `elements` as fit, from the first on, and publishes them at once.
  ///
  /// - Returns: how many were pushed, in 0 ... `elements.count`.
  @inlinable
  public mutating func push(contentsOf elements: Span<Element>) -> Int {
    let count = min(elements.count, free(atLeast: elements.count))
    if count > 0 { publish(elements, count: count) }
    return count
  }

  /// Pushes all of `elements` and publishes them at once, or pushes none.
  ///
  /// The consumer sees either no element of a scan or all of them.
  ///
  /// - Returns: false when they do not all fit now; the caller decides what that means and counts
  ///   it. More elements than ``capacity`` never fit. No elements always fit.
  @inlinable
  public mutating func pushAll(_ elements: Span<Element>) -> Bool {
    guard free(atLeast: elements.count) >= elements.count else { return false }
    if elements.count > 0 { publish(elements, count: elements.count) }
    return true
  }

  /// How many elements can be pushed now: at least this many will fit, for the consumer can only
  /// make more room.
  @inlinable
  public mutating func freeSlots() -> Int {
    seenHead = unsafe memory.head.pointee.load(ordering: .acquiring)
    return capacity &- (index &- seenHead)
  }

  /// Room for at least `count` elements as far as known; the head cursor is read again only when
  /// what was seen of it does not leave enough.
  @inlinable
  @inline(__always)
  mutating func free(atLeast count: Int) -> Int {
    let known = capacity &- (index &- seenHead)
    return known >= count ? known : freeSlots()
  }

  /// Copies the first `count` of `elements` into free slots, in two runs where the ring's end lies
  /// between, and publishes them with one store.
  ///
  /// `count` is in 1 ... free slots.
  @inlinable
  @inline(__always)
  mutating func publish(_ elements: Span<Element>, count: Int) {
    let start = index & (capacity &- 1)
    let firstRun = min(count, capacity &- start)
    unsafe elements.withUnsafeBufferPointer { source in
      guard let first = source.baseAddress else { return }
      unsafe (memory.slots + start).initialize(from: first, count: firstRun)
      if count > firstRun {
        unsafe memory.slots.initialize(from: first + firstRun, count: count &- firstRun)
      }
    }
    index = index &+ count
    unsafe memory.tail.pointee.store(index, ordering: .releasing)
  }
}
