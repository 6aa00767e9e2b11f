import Rings

/// The consuming ends of several rings, owned by the one thread that drains them all.
///
/// Invariant for `@unchecked Sendable`: filled before its thread starts, used by that thread alone.
@safe
final class ConsumerBank<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  let count: Int
  private let memory: UnsafeMutablePointer<RingConsumer<Element>>

  /// Takes the consumers that `make` gives for places 0 ..< count.
  init(count: Int, make: (Int) -> RingConsumer<Element>) {
    self.count = count
    unsafe memory = .allocate(capacity: max(1, count))
    for place in 0..<count { unsafe (memory + place).initialize(to: make(place)) }
  }

  deinit {
    unsafe memory.deinitialize(count: count)
    unsafe memory.deallocate()
  }

  /// Hands at most `limit` elements of the ring at `place` to `body`, oldest first.
  func drain(_ place: Int, upTo limit: Int, _ body: (Element) -> Void) -> Int {
    unsafe memory[place].drain(upTo: limit, body)
  }
}
