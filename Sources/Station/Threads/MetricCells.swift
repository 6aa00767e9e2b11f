import Synchronization

/// Counters of one thread, written by it alone and read by whoever serves the metrics: a store
/// without a lock.
final class MetricCells: Sendable {
  /// Names by place, as they stand in the metrics.
  let names: [StaticString]
  private let cells: [Cell]

  private final class Cell: Sendable {
    let value = Atomic<UInt64>(0)
  }

  /// One cell a name, all zero.
  init(_ names: [StaticString]) {
    self.names = names
    cells = names.map { _ in Cell() }
  }

  /// The value at `place`.
  subscript(place: Int) -> UInt64 { cells[place].value.load(ordering: .relaxed) }

  /// Puts `value` at `place`; the owner only.
  func set(_ place: Int, _ value: UInt64) { cells[place].value.store(value, ordering: .relaxed) }

  /// Adds to `place`; the owner only.
  func add(_ place: Int, _ count: UInt64) { set(place, self[place] &+ count) }
}
