import CThreads
import Devices
import Foundation
import Model
import Synchronization

/// Wall time as far as what cannot be undone relies on it: retention by age, and the end of holds.
///
/// A clock that jumps ahead, by a battery that is empty or a source that lies, would erase everything
/// at once. So here time passes as the monotonic clock has it: a wall clock that is ahead of that is
/// believed only once it has said so for a day. One that is behind only erases later, and is believed.
/// Decision 0032. Any thread.
final class ErasureClock: Sendable {
  /// What the clock says now.
  struct Reading: Equatable {
    /// The time to rely on.
    var now: WallTime
    /// What the wall clock says, while that is not believed.
    var doubted: WallTime?
    /// Counts the jumps ahead that have come to be believed.
    var jumps: UInt64
  }

  /// How far the wall clock may be ahead of what passed, nanoseconds.
  static let aheadNanosMax: Int64 = 3_600_000_000_000
  /// How long a post may have been off without doubt about its clock, nanoseconds.
  static let offNanosMax: Int64 = 7 * 86_400_000_000_000
  /// How long a wall clock that is ahead must say the same, nanoseconds.
  static let doubtNanos: Int64 = 86_400_000_000_000
  /// Time between two notes of what was believed, nanoseconds.
  private static let noteNanos: Int64 = 600_000_000_000

  private struct Anchor {
    var moment: Instant
    var wall: Int64

    /// What time it is if all went on as at the anchor.
    func wall(at now: Instant) -> Int64 { wall + now.nanos(since: moment) }
  }

  private struct State {
    /// Where time was believed last; moved on once a day, so that small steps do not add up.
    var anchor: Anchor?
    /// Since when the wall clock is ahead, and what it said then.
    var doubt: Anchor?
    var jumps: UInt64 = 0
    var nextNote = Instant.distantPast
  }

  private let path: String
  private let state = Mutex(State())

  /// A clock that keeps what it believes in `clock` of the state folder, so that a start is no way
  /// around it.
  init(stateDirectory: String) { path = "\(stateDirectory)/clock" }

  /// The time now, by both clocks.
  func read() -> Reading {
    read(wall: WallTime(unixNanos: vdt_wall_nanos()), at: MonotonicClock.now())
  }

  /// The time when the wall clock says `wall` at `moment`.
  func read(wall: WallTime, at moment: Instant) -> Reading {
    state.withLock { state in
      let wall = wall.unixNanos
      let reading = Self.read(&state, wall, moment, earlier: { earlier() })
      if moment >= state.nextNote {
        state.nextNote = moment.advanced(byNanos: Self.noteNanos)
        // Best effort: without it a start believes the clock as it finds it.
        try? Data("\(reading.now.unixNanos)\n".utf8).write(
          to: URL(filePath: path), options: .atomic)
      }
      return reading
    }
  }

  private static func read(
    _ state: inout State, _ wall: Int64, _ moment: Instant, earlier: () -> Int64?
  ) -> Reading {
    let anchor: Anchor
    var ahead = aheadNanosMax
    if let known = state.anchor {
      anchor = known
    } else {
      anchor = Anchor(moment: moment, wall: earlier() ?? wall)
      ahead = offNanosMax
    }
    let expected = anchor.wall(at: moment)
    if wall - expected <= ahead {
      state.doubt = nil
      let isDue = moment.nanos(since: anchor.moment) >= doubtNanos || wall < expected - ahead
      state.anchor =
        state.anchor == nil || isDue ? Anchor(moment: moment, wall: wall) : anchor
      return Reading(now: WallTime(unixNanos: wall), doubted: nil, jumps: state.jumps)
    }
    state.anchor = anchor
    if state.doubt.map({ abs(wall - $0.wall(at: moment)) > aheadNanosMax }) ?? true {
      state.doubt = Anchor(moment: moment, wall: wall)
    }
    guard let doubt = state.doubt, moment.nanos(since: doubt.moment) >= doubtNanos else {
      return Reading(
        now: WallTime(unixNanos: expected), doubted: WallTime(unixNanos: wall), jumps: state.jumps)
    }
    state.anchor = Anchor(moment: moment, wall: wall)
    state.doubt = nil
    state.jumps += 1
    return Reading(now: WallTime(unixNanos: wall), doubted: nil, jumps: state.jumps)
  }

  /// What an earlier run noted.
  private func earlier() -> Int64? {
    guard let bytes = FileManager.default.contents(atPath: path), bytes.count <= 32 else {
      return nil
    }
    return Int64(String(decoding: bytes, as: UTF8.self).filter { $0 != "\n" })
  }
}
