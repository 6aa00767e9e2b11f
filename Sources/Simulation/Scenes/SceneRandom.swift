import Glibc

/// A stream of random numbers of a scene: what is drawn in one stream changes no other, so that a
/// sensor more or less leaves the rest of a scene as it was.
///
/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
struct SceneRandom: RandomNumberGenerator, BitwiseCopyable, Sendable {
  /// What a stream is for.
  enum Purpose: UInt64 {
    case weather, bushes, terrain, ways, gait, motion, camera, platform, delivery, faults
  }

  private var state: UInt64

  init(seed: UInt64, _ purpose: Purpose, _ index: Int = 0, _ part: Int = 0) {
    let place = purpose.rawValue << 48 | UInt64(index & 0xFFFFFF) << 24 | UInt64(part & 0xFFFFFF)
    var mixer = SceneRandom(state: seed &* 0xD134_2543_DE82_EF95 ^ place)
    state = mixer.next() ^ (mixer.next() &<< 1)
  }

  private init(state: UInt64) { self.state = state }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number within 0 ..< 1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number within `range`, evenly.
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number within `range`, evenly.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  /// Whether something of that probability happens.
  mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// A normal number of mean 0 and standard deviation 1 (Box and Muller, 1958).
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }

  /// A factor about 1 whose logarithm has standard deviation `sigma`.
  mutating func factor(_ sigma: Double) -> Double { exp(sigma * normal()) }

  /// The time to the next of events that come `rate` times a second on average; endless for 0.
  mutating func wait(rate: Double) -> Double {
    rate > 0 ? -log(1 - uniform()) / rate : .infinity
  }

  /// -1 or 1.
  mutating func sign() -> Double { chance(0.5) ? 1 : -1 }
}

/// A value that wanders about 0 and forgets with a time constant (Ornstein and Uhlenbeck, 1930).
struct Wander: BitwiseCopyable, Sendable {
  /// The value now.
  private(set) var value: Double
  private let sigma: Double
  private let seconds: Double

  /// A value of standard deviation `sigma` that forgets within `seconds`.
  init(sigma: Double, seconds: Double, _ random: inout SceneRandom) {
    self.sigma = sigma
    self.seconds = seconds
    value = sigma * random.normal()
  }

  /// Lets `step` seconds pass.
  mutating func advance(_ step: Double, _ random: inout SceneRandom) {
    let kept = exp(-step / seconds)
    value = kept * value + sigma * (1 - kept * kept).squareRoot() * random.normal()
  }
}
