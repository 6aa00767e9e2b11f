import Glibc

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
public struct Generator: Sendable {
  private var state: UInt64

  /// The numbers that `state` begins.
  public init(state: UInt64) { self.state = state }

  /// 0 ... 1, evenly spread.
  public mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }

  /// Normal, mean 0, standard deviation 1.
  public mutating func gauss() -> Double {
    (-2 * log(max(uniform(), 1e-300))).squareRoot() * cos(2 * .pi * uniform())
  }
}
