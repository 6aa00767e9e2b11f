import MAVLink
import Model

/// What the judges of signatures are told of the post's clock: its time where that is known, when they
/// begin, when it comes to be known, and when it is stepped.
///
/// A clock that no time source ever disciplined tells nothing: one that is ahead would let no vehicle
/// begin. Source: MAVLink guide, "Message Signing", which takes the clock of a system that has one. The
/// live post and the replay both come here, with the maps that the capture holds, so that they judge alike.
struct SigningTime {
  /// Time between two looks of the live post, nanoseconds.
  static let lookNanos: Int64 = 1_000_000_000

  private var watch = ClockWatch()
  private var isBegun = false

  /// The time to be told, in steps of ten microseconds, 0 for one that is not known; `nil` when there is
  /// nothing new to tell.
  mutating func look(_ map: ClockMap) -> UInt64? {
    let changes = watch.look(map)
    defer { isBegun = true }
    guard !isBegun || !changes.isEmpty else { return nil }
    return map.state == .unsynchronised
      ? 0 : SigningClock.timestamp(unixNanos: map.wall.unixNanos)
  }
}
