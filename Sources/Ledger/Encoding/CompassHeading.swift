import Glibc

/// Where something moves to, as a compass shows it.
enum CompassHeading {
  /// Below this speed a heading says nothing, metres per second: a tenth of a slow walk.
  static let speedMin: Float = 0.1

  /// Degrees clockwise from north, in tenths, 0 ..< 3,600; `nil` for something that hardly moves.
  static func tenths(of velocity: SIMD2<Float>) -> Int64? {
    let squared = (velocity * velocity).sum()
    guard squared.isFinite, squared >= speedMin * speedMin else { return nil }
    let degrees = atan2(Double(velocity.x), Double(velocity.y)) * 180 / .pi
    let tenths = Int64((degrees * 10).rounded(.toNearestOrEven))
    return (tenths + 3600) % 3600
  }
}
