import Model
import Synchronization

/// A clock that stands until it is moved.
final class FakeClock: Sendable {
  private let nanos = Atomic<Int64>(1_000_000_000_000)

  /// The moment it shows.
  var now: Instant { Instant(monotonicNanos: nanos.load(ordering: .relaxed)) }

  /// Moves it on.
  func advance(milliseconds: Int64) {
    nanos.wrappingAdd(milliseconds * 1_000_000, ordering: .relaxed)
  }
}
