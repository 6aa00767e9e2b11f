import Geodesy
import Model

extension Tracker {
  /// A platform's place is not known when it has not told it for so long, nanoseconds.
  static let viewpointNanosMax: Int64 = 3_000_000_000
  /// A place is on a side only if it is so many standard deviations away from the line.
  static let sideSigmas = 2.0

  /// From which side of the border a sensor saw at `moment`: by the place that a drone told itself.
  /// Sensors that do not move, and patrols, are `.fixed`.
  func viewpoint(of sensor: SensorID, at moment: Instant) -> BorderSide {
    guard site.hasBorder, kind(of: sensor) == .drone else { return .fixed }
    for slot in tracks.indices
    where tracks[slot].id.rawValue != 0 && tracks[slot].platform == sensor {
      guard abs(moment.nanos(since: tracks[slot].wordTime)) <= Self.viewpointNanosMax else {
        return .unclear
      }
      var state = tracks[slot].state
      state.predict(seconds: moment.seconds(since: tracks[slot].time), motion: motion)
      return side(of: carriedPosition(slot, to: moment), state.positionCovariance)
    }
    return .unclear
  }

  /// Where a track is, or was, at `moment`.
  func carriedPosition(_ slot: Int, to moment: Instant) -> SIMD2<Double> {
    tracks[slot].state.position
      + tracks[slot].state.velocity * moment.seconds(since: tracks[slot].time)
  }

  /// On which side of the nearest border line a place is.
  private func side(of place: SIMD2<Double>, _ spread: Covariance2) -> BorderSide {
    var nearest = Double.infinity
    var side = BorderSide.unclear
    for line in site.lines.indices where !site.lines[line].isClosed {
      guard let foot = foot(of: place, line: line) else { continue }
      let across = place - foot.place
      let distance = (across * across).sum().squareRoot()
      guard distance < nearest else { continue }
      nearest = distance
      let unit = distance > 1e-6 ? across / distance : SIMD2(0, 1)
      let doubt = Self.sideSigmas * spread.variance(along: unit).squareRoot()
      let isLeft = foot.signedDistance > 0
      side =
        foot.isBeyondEnd || distance < doubt
        ? .unclear : isLeft == site.lines[line].isHomeLeft ? .home : .beyond
    }
    return side
  }
}
