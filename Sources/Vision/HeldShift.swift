import Model

/// Tells a camera that was pushed aside from one that shakes: a shift that stays the same.
struct HeldShift: BitwiseCopyable {
  /// How long a shift must stay, nanoseconds, and in how many frames.
  static let lastingNanos: Int64 = 600_000_000
  static let framesMin = 5
  /// Least shift that counts, quarters of a cell: smaller ones are straightened for as long as they
  /// last.
  static let shiftMin = 8
  /// Most that it may waver, quarters of a cell.
  static let waverMax = 2

  private var shift = SIMD2<Int>(0, 0)
  private var since = Instant.distantPast
  private var frames = 0

  /// Takes a frame's shift, quarters of a cell, and returns whether the camera was moved.
  mutating func take(_ now: SIMD2<Int>, _ time: Instant) -> Bool {
    let apart = now &- shift
    let isSame = max(abs(apart.x), abs(apart.y)) <= Self.waverMax
    let isLarge = max(abs(now.x), abs(now.y)) >= Self.shiftMin
    guard isLarge, isSame, frames > 0 else {
      shift = now
      since = time
      frames = isLarge ? 1 : 0
      return false
    }
    frames += 1
    return frames >= Self.framesMin && time.nanos(since: since) >= Self.lastingNanos
  }
}
