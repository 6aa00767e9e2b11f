import Captures
import Model
import Rings
import Synchronization

/// What the recorder hands to the keeper: stretches of the ring that are to be kept.
final class FlightDesk: Sendable {
  /// A stretch whose end has come.
  struct Job: Sendable {
    var window: FlightWindow
    var segments: [SegmentRing.Segment]
    /// UTC of the stretch's beginning.
    var start: WallTime
  }

  /// Stretches that may wait for the keeper; what is beyond is counted, not kept.
  static let waitingMax = 64

  private struct State {
    var waiting: [Job] = []
    var inWork: Instant?
    var refused: UInt64 = 0
  }

  private let state = Mutex(State())
  let doorbell: Doorbell

  init() throws { doorbell = try Doorbell() }

  /// Stretches that found no place.
  var refusedCount: UInt64 { state.withLock { $0.refused } }

  /// Stretches that are not kept yet.
  var pendingCount: Int {
    state.withLock { $0.waiting.count + ($0.inWork == nil ? 0 : 1) }
  }

  /// The earliest moment whose segments must stay for the keeper.
  var wanted: Instant? {
    state.withLock { state in
      (state.waiting.map(\.window.start) + (state.inWork.map { [$0] } ?? [])).min()
    }
  }

  func submit(_ job: Job) {
    state.withLock { state in
      guard state.waiting.count < Self.waitingMax else {
        state.refused += 1
        return
      }
      state.waiting.append(job)
    }
    doorbell.ring()
  }

  /// The next stretch, which is in work from then on; the one before is done.
  func next() -> Job? {
    state.withLock { state in
      let job = state.waiting.isEmpty ? nil : state.waiting.removeFirst()
      state.inWork = job?.window.start
      return job
    }
  }
}
