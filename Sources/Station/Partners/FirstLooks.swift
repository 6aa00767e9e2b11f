import Model
import Synchronization

/// Since when the feeds know of each event, by the clock that never steps.
///
/// A delay counts from the event's time. Where that lies in the future, because the post's clock was ahead
/// when the event happened, it counts from here: nobody waits for longer than the agreement says. After a
/// restart it counts anew.
final class FirstLooks: Sendable {
  /// Looks that are remembered at most. Some 800 are enough for an event of 31 days, the longest delay.
  static let looksMax = 1_024
  /// What is known of an old event may be late by this part of its age.
  private static let agePart: Int64 = 32
  /// Looks within so long are one, nanoseconds.
  static let grainNanos: Int64 = 1_000_000_000

  private struct Look {
    /// When the first and the last of the looks that are one were taken.
    var begin: Instant
    var end: Instant
    /// The newest event that was there.
    var sequence: UInt64
  }

  private let looks = Mutex<[Look]>([])

  /// All events up to `sequence` were there at `now`.
  func note(_ sequence: UInt64, at now: Instant) {
    looks.withLock { looks in
      guard let last = looks.last else {
        return looks.append(Look(begin: now, end: now, sequence: sequence))
      }
      guard sequence > last.sequence else { return }
      if now.monotonicNanos - last.begin.monotonicNanos < Self.grainNanos {
        // The later of the two moments: nothing is given too early.
        looks[looks.count - 1].end = max(last.end, now)
        looks[looks.count - 1].sequence = sequence
        return
      }
      looks.append(Look(begin: now, end: now, sequence: sequence))
      guard looks.count > Self.looksMax else { return }
      looks = Self.thinned(looks, at: now)
    }
  }

  /// Without those that tell little more than the next one does.
  private static func thinned(_ looks: [Look], at now: Instant) -> [Look] {
    var kept = [looks[0]]
    for (look, next) in zip(looks.dropFirst(), looks.dropFirst(2)) {
      let gap = next.end.monotonicNanos - kept[kept.count - 1].end.monotonicNanos
      if gap > (now.monotonicNanos - next.end.monotonicNanos) / agePart { kept.append(look) }
    }
    kept.append(looks[looks.count - 1])
    return kept.suffix(looksMax)
  }

  /// How long event `sequence` was there at `now` at least, nanoseconds; 0 when nobody looked.
  func waitedNanos(for sequence: UInt64, at now: Instant) -> Int64 {
    looks.withLock { looks in
      var (low, high) = (0, looks.count)
      while low < high {
        let middle = (low + high) / 2
        if looks[middle].sequence < sequence { low = middle + 1 } else { high = middle }
      }
      guard low < looks.count else { return 0 }
      return max(0, now.monotonicNanos - looks[low].end.monotonicNanos)
    }
  }
}
