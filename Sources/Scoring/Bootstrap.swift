/// How sure a figure over several cases is: the figure of cases drawn anew from them, many times.
///
/// The percentile interval (Efron, Tibshirani, "An introduction to the bootstrap", 1993, 13.3). The
/// draws are those of NumPy's `default_rng(1).integers(n, size=n)`, so that the interval is the same
/// as that of the cases' own scorer.
public enum Bootstrap {
  /// How often cases are drawn.
  static let rounds = 2_000

  /// The 5th and 95th percentile of `figure` over draws of `items`; at least one.
  public static func interval<Item>(of items: [Item], _ figure: ([Item]) -> Double) -> [Double] {
    guard !items.isEmpty else { return [] }
    var draws = NumPyDraws()
    let figures = (0..<rounds).map { _ in
      figure(items.map { _ in items[draws.index(below: items.count)] })
    }.sorted()
    return [0.05, 0.95].compactMap { ScoreFigures.quantile(figures, $0) }
  }
}

/// The stream of `numpy.random.default_rng(1)`: PCG64 (O'Neill, "PCG: a family of simple fast
/// space-efficient statistically good algorithms for random number generation", 2014; XSL-RR) whose
/// state is that which NumPy's seed sequence makes of 1.
struct NumPyDraws {
  private var state: UInt128
  private let increment: UInt128
  /// The upper half of the last number, which gives the next 32 bits.
  private var kept: UInt32?

  /// The generator as it stands before its first number.
  init() {
    state = 0x9C5B_484B_FEDB_756C << 64 | 0x2A6E_7D6F_320F_BC7E
    increment = 0x922A_F2DA_2645_F895 << 64 | 0xA198_57B9_5740_937B
  }

  private mutating func next64() -> UInt64 {
    state = state &* (0x2360_ED05_1FC6_5DA4 << 64 | 0x4385_DF64_9FCC_F645) &+ increment
    let mixed = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return mixed >> turn | mixed << ((64 - turn) & 63)
  }

  private mutating func next32() -> UInt32 {
    if let upper = kept {
      kept = nil
      return upper
    }
    let whole = next64()
    kept = UInt32(truncatingIfNeeded: whole >> 32)
    return UInt32(truncatingIfNeeded: whole)
  }

  /// A number from 0 to `count` - 1 (Lemire, "Fast random integer generation in an interval", ACM
  /// TOMACS 29(1), 2019).
  mutating func index(below count: Int) -> Int {
    let bound = UInt32(count)
    guard bound > 1 else { return 0 }
    var product = UInt64(next32()) * UInt64(bound)
    if UInt32(truncatingIfNeeded: product) < bound {
      let threshold = (0 &- bound) % bound
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(next32()) * UInt64(bound)
      }
    }
    return Int(product >> 32)
  }
}
