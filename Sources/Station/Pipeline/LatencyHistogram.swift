/// How long something took, counted in classes of growing width; written by one thread, read by whoever
/// serves the metrics.
///
/// Classes are a factor of the square root of two wide, so that a percentile read from them is right
/// within a fifth. Costs a search over ``bounds`` and two stores without a lock.
final class LatencyHistogram: Sendable {
  /// Upper bounds of the classes, nanoseconds; what is longer is in a last class of its own.
  static let bounds: [Int64] = (0..<35).map { step in
    let whole = Int64(100_000) << Int64(step / 2)
    return step % 2 == 0 ? whole : whole * 1_414 / 1_000
  }

  /// Where the sum of all stands, behind the classes and the last one, which has no bound.
  private static let sumPlace = bounds.count + 1

  private let cells = MetricCells(Array(repeating: "", count: bounds.count + 2))

  /// Counts one; a negative time, of clocks that differ, is none.
  func note(nanos: Int64) {
    let nanos = max(0, nanos)
    cells.add(Self.bounds.firstIndex { nanos <= $0 } ?? Self.bounds.count, 1)
    cells.add(Self.sumPlace, UInt64(nanos))
  }

  /// How many took so long at most, by upper bound in seconds; of all, and all of it in seconds.
  var reading: (classes: [(seconds: Double, count: UInt64)], count: UInt64, sum: Double) {
    var total: UInt64 = 0
    var classes: [(Double, UInt64)] = []
    for (place, bound) in Self.bounds.enumerated() {
      total &+= cells[place]
      classes.append((Double(bound) / 1e9, total))
    }
    total &+= cells[Self.bounds.count]
    return (classes, total, Double(cells[Self.sumPlace]) / 1e9)
  }
}
