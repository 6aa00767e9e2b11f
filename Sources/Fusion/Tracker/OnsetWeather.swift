import Glibc
import Model

/// How much more often than the site says all area sensors of one technology fire without a target:
/// wind, rain and heat disturb them together, so that the first false onset of one of them is to be
/// expected when the others have had theirs.
struct OnsetWeather: BitwiseCopyable {
  /// False onsets a second of all sensors of the technology by the site.
  var expectedRate = 0.0
  /// Onsets that no confirmed track explains, over about `SensorModel.rateSeconds`.
  private var unexplained = 0.0
  private var last = Instant.distantPast

  /// So many unexplained onsets in the time are nothing to wonder at: targets on their way in.
  static let unremarkable = 4.0
  /// So many unexplained onsets of one sensor in the time tell of that sensor, not of the weather: a
  /// stuck or chattering one must not take the others' word away.
  static let ownMax = 3.0

  /// Factor on the site's rates at `moment`, at least 1.
  func factor(at moment: Instant) -> Double {
    let seen = unexplained * decay(to: moment)
    return max(1, (seen - Self.unremarkable) / max(expectedRate * SensorModel.rateSeconds, 0.5))
  }

  /// Counts an onset that nothing explains.
  mutating func noteUnexplained(at moment: Instant) {
    unexplained = unexplained * decay(to: moment) + 1
    last = max(last, moment)
  }

  private func decay(to moment: Instant) -> Double {
    exp(-min(1e6, max(0, moment.seconds(since: last))) / SensorModel.rateSeconds)
  }
}
