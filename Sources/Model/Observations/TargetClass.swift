/// What a target is, as far as the post may say: never who.
public enum TargetClass: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// One person on foot.
  case person = 0
  /// Several persons that the sensors do not separate.
  case group = 1
  /// Anything driven on the ground.
  case vehicle = 2
  /// An animal.
  case animal = 3
  /// An unmanned aircraft.
  case drone = 4
  /// Not told apart.
  case unknown = 5
  /// A manned aircraft: only what broadcasts itself is ever taken for one.
  case aircraft = 6

  /// The word on the wire.
  public var name: StaticString {
    switch self {
    case .person: "person"
    case .group: "group"
    case .vehicle: "vehicle"
    case .animal: "animal"
    case .drone: "drone"
    case .unknown: "unknown"
    case .aircraft: "aircraft"
    }
  }
}

/// A weight for each `TargetClass`, in the order of its raw values.
///
/// As an observation it is a likelihood (any positive scale; all equal: says nothing); in a track or
/// an event it is a probability and sums to 1.
public struct ClassScores: BitwiseCopyable, Sendable, Equatable {
  /// Lanes 0 ... 6 are the classes, 7 stays 0. Sensors on the ground leave 6, aircraft, at 0.
  public var lanes: SIMD8<Float>

  /// Scores by lane.
  public init(lanes: SIMD8<Float>) { self.lanes = lanes }

  /// Says nothing: every class that a sensor on the ground can see is equally likely.
  public static let uninformative = ClassScores(lanes: SIMD8(1, 1, 1, 1, 1, 1, 0, 0))

  /// The weight of one class.
  public subscript(_ target: TargetClass) -> Float {
    get { lanes[Int(target.rawValue)] }
    set { lanes[Int(target.rawValue)] = newValue }
  }

  /// The class with the largest weight; the first of equals.
  public var best: TargetClass {
    var best = TargetClass.person
    for candidate in TargetClass.allCases where self[candidate] > self[best] { best = candidate }
    return best
  }

  /// The same weights scaled to the sum 1; equal weights when the sum is not positive.
  public var normalised: ClassScores {
    let total = lanes.sum()
    guard total > 0, total.isFinite else {
      return ClassScores(lanes: Self.uninformative.lanes / 6)
    }
    return ClassScores(lanes: lanes / total)
  }
}
