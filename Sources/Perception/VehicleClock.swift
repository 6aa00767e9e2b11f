import MAVLink
import Model

/// What the exchange of TIMESYNC tells of a vehicle's clock: our time minus its time, with a bound on
/// the error.
///
/// The question left us at a, the vehicle read its clock at t, the answer was read here at b. The
/// vehicle's t was somewhere in a ... b of ours, so that the offset is (a + b) / 2 - t, wrong by at most
/// (b - a) / 2, whatever part of the way took how long. A bound grows with the clocks' drift since.
/// Source: RFC 5905, section 8 and figure 3 (offset and dispersion).
struct VehicleClock: BitwiseCopyable {
  private var offset: Int64 = 0
  private var halfWidth = Int64.max
  private var time = Instant.distantPast

  /// An answer that took longer says nothing, nanoseconds.
  static let roundTripNanosMax: Int64 = 5_000_000_000
  /// Without an answer for so long the clock is not known, nanoseconds.
  static let reachNanos: Int64 = 60_000_000_000
  /// Drift that is allowed between the clocks: 100 millionths, as of ordinary quartzes.
  private static let driftShare: Int64 = 10_000

  init() {}

  /// Takes an answer that came at `arrival`; false for one that is none to a question of ours.
  mutating func take(_ answer: TimeSync, arrival: Instant) -> Bool {
    let way = arrival.monotonicNanos &- answer.askedNanos
    guard answer.respondedNanos > 0, TimeQuestion.isMarked(answer.askedNanos),
      way >= 0, way <= Self.roundTripNanosMax
    else { return false }
    let found = answer.askedNanos &+ way / 2 &- answer.respondedNanos
    // The mark moved our time by at most 65 µs.
    let width = way / 2 + 65_536
    let known = uncertainty(at: arrival)
    // Two true intervals meet. If they do not, the vehicle's clock was set or it booted anew.
    let isOther = known.map { (found &- offset).magnitude > ($0 &+ width).magnitude } ?? true
    guard isOther || width <= known ?? .max else { return true }
    offset = found
    halfWidth = width
    time = arrival
    return true
  }

  /// Bound on the error of the offset at `moment`, nanoseconds; nil while the clock is not known.
  func uncertainty(at moment: Instant) -> Int64? {
    let age = max(0, moment.nanos(since: time))
    guard halfWidth != .max, age <= Self.reachNanos else { return nil }
    return halfWidth &+ age / Self.driftShare
  }

  /// Our time minus its time and the bound on its error, nanoseconds, at `moment`.
  func known(at moment: Instant) -> (offset: Int64, uncertainty: Int64)? {
    uncertainty(at: moment).map { (offset, $0) }
  }

  /// Our time of what the vehicle dated `bootMillis` and we read at `arrival`; nil while its clock is
  /// not known, or when that cannot be: later than the arrival, or seconds before it.
  func time(bootMillis: UInt32, arrival: Instant) -> Instant? {
    guard let width = uncertainty(at: arrival) else { return nil }
    let moment = Instant(monotonicNanos: Int64(bootMillis) * 1_000_000 &+ offset)
    let late = arrival.nanos(since: moment)
    guard late >= -width &- 1_000_000, late <= Self.roundTripNanosMax else { return nil }
    return min(moment, arrival)
  }
}
