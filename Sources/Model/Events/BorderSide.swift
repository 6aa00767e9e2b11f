/// On which side of the border a sensor that moves was when it saw something.
///
/// What a drone saw from beyond the border is governed by the agreement with the neighbour; the side
/// is found once, when the observation is taken, and goes with the event.
public enum BorderSide: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// The sensor does not move, or the site has no border line.
  case fixed = 0
  /// On the side to which the site's word for crossing is `in`.
  case home = 1
  /// Too near to the line for what is known of the place, past an end of it, or the place not known.
  case unclear = 2
  /// On the other side.
  case beyond = 3

  /// The word on the wire.
  public var name: StaticString {
    switch self {
    case .fixed: "fixed"
    case .home: "home"
    case .unclear: "unclear"
    case .beyond: "beyond"
    }
  }

  /// The side to be told of several observations together: one from beyond is enough.
  public func joined(with other: BorderSide) -> BorderSide {
    rawValue >= other.rawValue ? self : other
  }
}
