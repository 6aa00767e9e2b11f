/// Numbers that look random and depend on nothing but their place: the same (seed, stream, index)
/// gives the same number, whoever asks, in whatever order.
///
/// The mixing function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014) over a counter.
struct Noise: BitwiseCopyable, Sendable {
  /// What the numbers are for: streams of different purposes are independent.
  enum Purpose: UInt64 {
    case falseAlarm, bounce, ground, grain, lineNoise, position, tracking
  }

  private let key: UInt64

  init(seed: UInt64, purpose: Purpose, sensor: Int) {
    key = Self.mix(seed ^ Self.mix(purpose.rawValue << 32 | UInt64(sensor) + 1))
  }

  /// 64 bits at `index`.
  func bits(_ index: Int) -> UInt64 {
    Self.mix(key &+ UInt64(bitPattern: Int64(index)) &* 0x9E37_79B9_7F4A_7C15)
  }

  /// A number within 0 ..< 1.
  func uniform(_ index: Int) -> Double { Double(bits(index) >> 11) * 0x1p-53 }

  /// A number of mean 0 and standard deviation 1, nearly normal, within ±3.5: the sum of four
  /// uniform ones, whose variance is 4/12.
  func normal(_ index: Int) -> Double {
    let all = bits(index)
    var sum = 0.0
    for part in 0..<4 { sum += Double(all >> (16 * UInt64(part)) & 0xFFFF) + 0.5 }
    return (sum / 65_536 - 2) * 3.0.squareRoot()
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
