/// A bounded queue of fixed-size values from exactly one producer to exactly one consumer, without
/// locks.
///
/// The two ends are values that cannot be copied, so that the compiler holds callers to the "one"
/// in both places; each may be moved to the thread that uses it (``Handover``). Elements are plain
/// bits: nothing is retained on push nor released on pop. Memory is taken when the ring is made and
/// given back when both ends are gone; nothing is allocated in between.
///
/// ```swift
/// let ends = Ring<Observation>.make(capacity: 1024)
/// var producer = ends.producer
/// var consumer = ends.consumer
/// ```
///
/// Sketch: a post sees up to 20,000 elements of 64 bytes a second; a push and a pop together take a
/// few nanoseconds and at most 30 instructions, so a ring costs a core less than 0.1 %.
///
/// The design is the single-producer case of the LMAX Disruptor with the cached opposite cursor of
/// "MCRingBuffer" (Lee, Bu, Chandranmenon, "A lock-free, cache-efficient shared ring buffer for
/// multi-core architectures", ANCS 2009): each end keeps its own cursor and what it last saw of the
/// other's in its own stored values, and reads the other's cache line only when the ring looks full
/// or empty.
public enum Ring<Element: BitwiseCopyable & Sendable> {
  /// Most elements a ring may hold: 16,777,216.
  public static var capacityMax: Int { 1 << 24 }

  /// Most bytes of elements a ring may hold: 1 GiB.
  public static var bytesMax: Int { 1 << 30 }

  /// Makes a ring and returns its two ends.
  ///
  /// All memory is allocated and touched here. May be called on any thread.
  ///
  /// - Parameter capacity: how many elements the ring holds; a power of two in
  ///   1 ... ``capacityMax``, with at most ``bytesMax`` bytes of elements. Anything else is a
  ///   programmer's error and stops the program.
  public static func make(capacity: Int) -> RingEnds<Element> {
    precondition(
      capacity > 0 && capacity <= capacityMax && capacity & (capacity - 1) == 0,
      "A ring's capacity is a power of two in 1 ... \(capacityMax), not \(capacity).")
    let memory = unsafe RingMemory<Element>(capacity: capacity)
    return unsafe RingEnds(
      producer: RingProducer(memory: memory, capacity: capacity),
      consumer: RingConsumer(memory: memory, capacity: capacity))
  }
}

/// Makes a ring for values of `Element` and returns its two ends; see ``Ring/make(capacity:)``.
public func makeRing<Element: BitwiseCopyable & Sendable>(
  of element: Element.Type, capacity: Int
) -> RingEnds<Element> {
  Ring<Element>.make(capacity: capacity)
}
