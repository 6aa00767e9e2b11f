public import Synchronization

/// The popping end of a ring, owned by one thread at a time.
///
/// No operation allocates, locks, throws or makes a system call. Elements come in the order in
/// which they were pushed, each once.
///
/// `@unchecked Sendable`: the stored pointer is shared with the producer only, who writes the tail
/// cursor, atomically, and slots that this end has released; slots pass between the ends by the
/// release of one cursor and the acquisition of the same cursor. This end cannot be copied, so
/// whoever holds it is the only writer of the head: that is the invariant. The tests exercise it
/// under the thread sanitizer.
@frozen
@safe
public struct RingConsumer<Element: BitwiseCopyable & Sendable>: ~Copyable, @unchecked Sendable {
  @usableFromInline let memory: RingMemory<Element>

  /// How many elements the ring holds when full; a power of two.
  public let capacity: Int

  /// How many elements this end ever released; what the head cursor says.
  @usableFromInline var index: Int

  /// What this end last saw of the tail cursor: at most the true value, never more.
  @usableFromInline var seenTail: Int

  @usableFromInline
  init(memory: RingMemory<Element>, capacity: Int) {
    unsafe self.memory = unsafe memory
    self.capacity = capacity
    index = 0
    seenTail = 0
  }

  @inlinable
  deinit { unsafe memory.release() }

  /// Whether there is nothing to pop now. A producer may push right after.
  @inlinable
  public var isEmpty: Bool {
    unsafe index == seenTail && memory.tail.pointee.load(ordering: .acquiring) == index
  }

  /// Pops the oldest element, or returns nil when the ring is empty.
  @inlinable
  @inline(__always)
  public mutating func pop() -> Element? {
    let current = index
    if current == seenTail {
      seenTail = unsafe memory.tail.pointee.load(ordering: .acquiring)
      if current == seenTail { return nil }
    }
    let element = unsafe (memory.slots + (current & (capacity &- 1))).pointee
    index = current &+ 1
    unsafe memory.head.pointee.store(current &+ 1, ordering: .releasing)
    return element
  }

  /// Hands the oldest elements to `body`, in order, and then releases all their slots at once.
  ///
  /// One drain takes what is there when it starts; elements pushed meanwhile wait for the next.
  /// The slots are not free for the producer before `drain` returns.
  ///
  /// - Parameters:
  ///   - countMax: most elements to take; 0 or less takes none.
  ///   - body: called once for each element, on the calling thread.
  /// - Returns: how many elements were taken.
  @inlinable
  @inline(__always)
  public mutating func drain(upTo countMax: Int, _ body: (Element) -> Void) -> Int {
    let start = index
    if seenTail &- start < countMax {
      seenTail = unsafe memory.tail.pointee.load(ordering: .acquiring)
    }
    let count = min(seenTail &- start, countMax)
    guard count > 0 else { return 0 }
    let mask = capacity &- 1
    var current = start
    let end = start &+ count
    while current != end {
      body(unsafe (memory.slots + (current & mask)).pointee)
      current = current &+ 1
    }
    index = end
    unsafe memory.head.pointee.store(end, ordering: .releasing)
    return count
  }
}
