import Captures
import Devices
import Logging
import Model
import Perception
import Rings

/// The thread that makes captures and snapshots of what the flight recorder holds, and lets the
/// oldest go. Yields to the others.
struct FlightKeeper: ~Copyable {
  /// Places of its metric cells.
  enum Cell: Int, CaseIterable {
    case kept, snapshots, evicted, refused, failures, rescued, count, held, bytes

    var name: StaticString {
      switch self {
      case .kept: "kept_total"
      case .snapshots: "snapshots_total"
      case .evicted: "evicted_total"
      case .refused: "refused_total"
      case .failures: "failures_total"
      case .rescued: "rescued_total"
      case .count: "count"
      case .held: "held"
      case .bytes: "bytes"
      }
    }
  }

  /// The encoder where a closure can reach it.
  private final class Snapshots {
    var encoder = SnapshotEncoder()
  }

  /// Time between two looks at age and room, nanoseconds.
  private static let lookNanos: Int64 = 60_000_000_000

  private let vault: CaptureVault
  private let crashed: CrashedRings
  private let ringFolder: String
  private let desk: FlightDesk
  private let clock: ErasureClock
  private let board: HealthBoard
  private let cells: MetricCells
  private let logger: Logger
  private let snapshots = Snapshots()
  private var nextLook = Instant.distantPast
  private var lost: UInt64 = 0
  /// Captures of this run, named by the clock as it was, and how often that had jumped by then.
  private var named: [String] = []
  private var jumps: UInt64

  init(
    vault: CaptureVault, crashed: CrashedRings, ringFolder: String, desk: FlightDesk,
    clock: ErasureClock, board: HealthBoard, cells: MetricCells, logger: Logger
  ) {
    self.vault = vault
    self.crashed = crashed
    self.ringFolder = ringFolder
    self.desk = desk
    self.clock = clock
    jumps = clock.read().jumps
    self.board = board
    self.cells = cells
    self.logger = logger
  }

  /// Runs until `shift` is to stop and nothing waits, then removes the ring: what was worth keeping is
  /// kept. Begins when the keeper before has ended; leaves, and leaves the ring, when it is told to.
  mutating func run(_ shift: borrowing FlightShift) {
    while !shift.isOn, !shift.leave.isSet { _ = desk.doorbell.wait(timeoutMilliseconds: 100) }
    while true {
      let isLast = shift.stop.isSet
      if shift.leave.isSet { return }
      if let job = desk.next() {
        keep(job)
        continue
      }
      if isLast { break }
      if rescueCrashed() { continue }
      look()
      _ = desk.doorbell.wait(timeoutMilliseconds: 1_000)
    }
    SegmentRing.empty(ringFolder)
  }

  private var now: WallTime { clock.read().now }

  private mutating func keep(_ job: FlightDesk.Job) {
    do throws(CaptureError) {
      let kept = count(
        try makeCapture(job),
        refusal: "new captures. Allow more in storage.recorder.keep, or move held captures "
          + "elsewhere")
      if let kept {
        let reasons = job.window.triggers.map(\.name).prefix(4).joined(separator: ", ")
        logger.info("kept capture \(kept.name) with \(kept.pictures) snapshots for \(reasons)")
      }
    } catch {
      cells.add(Cell.failures.rawValue, 1)
      warn("a capture could not be kept: \(error)")
    }
    nextLook = .distantPast
    look()
  }

  /// Makes a capture of what an earlier run left that did not come to its end; false when there is none.
  ///
  /// What this run has to keep comes first.
  private mutating func rescueCrashed() -> Bool {
    do throws(CaptureError) {
      guard let rescue = try crashed.rescue(into: vault, now: now, onEviction: { tell($0) }) else {
        return false
      }
      let kept = count(
        rescue.outcome, refusal: "what the run before recorded until its crash; it is lost")
      if let kept {
        cells.add(Cell.rescued.rawValue, 1)
        // Whatever day the run before took it for: nobody can have seen it before now.
        vault.renew(kept.name, at: now)
        let lost = rescue.lostSegments > 0 ? "; \(rescue.lostSegments) segments were lost" : ""
        logger.warning(
          """
          the run before did not come to its end: kept what it recorded up to \
          \(rescue.end.utcText) as capture \(kept.name)\(lost)
          """)
      }
    } catch {
      cells.add(Cell.failures.rawValue, 1)
      warn("what the run before recorded until its crash could not be kept: \(error)")
    }
    nextLook = .distantPast
    return true
  }

  /// Counts what came of keeping something: the capture, or that there is no room for it, which is told with
  /// `refusal`, what was refused.
  private mutating func count(
    _ outcome: CaptureVault.Outcome, refusal: String
  ) -> (name: String, pictures: Int)? {
    switch outcome {
    case .kept(let name, let pictures):
      cells.add(Cell.kept.rawValue, 1)
      cells.add(Cell.snapshots.rawValue, UInt64(pictures))
      board.note(captureFault: nil)
      named.append(name)
      return (name, pictures)
    case .refused:
      cells.add(Cell.refused.rawValue, 1)
      warn("\(vault.folder): what is under legal hold leaves no room for \(refusal)")
      return nil
    }
  }

  private func makeCapture(
    _ job: FlightDesk.Job
  ) throws(CaptureError) -> CaptureVault.Outcome {
    try vault.keep(
      job.window, of: job.segments, start: job.start, now: now,
      render: { header, bytes, body in snapshots.encoder.encode(header, bytes, body) },
      onEviction: { tell($0) })
  }

  private func tell(_ entry: CaptureVault.Entry) {
    cells.add(Cell.evicted.rawValue, 1)
    let hold = entry.hold.map { "; the hold of \($0.owner) ended on \($0.until)" } ?? ""
    logger.notice("capture \(entry.name) was let go by age or room\(hold)")
  }

  private func warn(_ text: String) {
    if board.note(captureFault: text) { logger.error("\(text)") }
  }

  /// What was kept while the clock was far behind is named by a day long past: it is as old as the
  /// correction.
  private mutating func renewAfterJump() {
    let reading = clock.read()
    guard reading.jumps > jumps else { return }
    jumps = reading.jumps
    for name in named { vault.renew(name, at: reading.now) }
    named = []
  }

  /// Lets go what is too old, and counts what there is.
  private mutating func look() {
    let moment = MonotonicClock.now()
    guard moment >= nextLook else { return }
    nextLook = moment.advanced(byNanos: Self.lookNanos)
    renewAfterJump()
    vault.letGo(now: now) { tell($0) }
    let entries = vault.entries(now: now)
    let there = Set(entries.map(\.name))
    named.removeAll { !there.contains($0) }
    cells.set(Cell.count.rawValue, UInt64(entries.count))
    cells.set(Cell.held.rawValue, UInt64(entries.count { $0.isHeld }))
    cells.set(Cell.bytes.rawValue, UInt64(entries.reduce(0) { $0 + $1.bytes }))
    let refused = desk.refusedCount
    if refused > lost {
      cells.add(Cell.refused.rawValue, refused - lost)
      lost = refused
      warn("captures were not kept: the storage does not keep up with their number")
    }
  }
}
