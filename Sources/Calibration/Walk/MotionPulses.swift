/// The pulses of a motion sensor's output: when it was active.
public enum MotionPulses {
  /// A pulse: its first and its last moment, seconds; without an end where the record ends first.
  public typealias Pulse = ClosedRange<Double>

  /// The pulses that `edges` make, debounced: pulses that begin sooner than `debounceSeconds` after the
  /// last ended are one with it, shorter ones than that are none. A pulse that was on at the
  /// beginning or is at the end is left out, as it is not known how long it was.
  public static func pulses(
    of edges: [(seconds: Double, isRising: Bool)], isActiveLow: Bool, debounceSeconds: Double
  ) -> [Pulse] {
    var merged: [(start: Double, end: Double)] = []
    var begun: Double?
    for edge in edges.sorted(by: { $0.seconds < $1.seconds }) {
      if edge.isRising != isActiveLow {
        begun = begun ?? edge.seconds
      } else if let start = begun {
        begun = nil
        if let last = merged.last, start - last.end < debounceSeconds {
          merged[merged.count - 1].end = edge.seconds
        } else {
          merged.append((start, edge.seconds))
        }
      }
    }
    return merged.filter { $0.end - $0.start >= debounceSeconds }.map { $0.start...$0.end }
  }
}
