public import Model

/// Rings of runs that did not come to their end: put aside at the next start, and made into captures.
///
/// A run that ends in order empties its ring, so that segments that are found at a start are those of a
/// run that was killed or lost its power: the minutes that tell why. Putting them aside is one renaming,
/// so that the start does not wait; the keeper makes the capture later. One thread at a time.
public struct CrashedRings: Sendable {
  /// What was kept of a ring.
  public struct Rescue: Sendable, Equatable {
    /// What became of it.
    public var outcome: CaptureVault.Outcome
    /// Segments that could not be read, or for which there was no room.
    public var lostSegments: Int
    /// When the recording ended, UTC.
    public var end: WallTime
  }

  /// Name of the trigger.
  public static let trigger = "crash"
  /// Names of folders with rings that were put aside begin so.
  static let prefix = "crashed-ring-"
  /// Most rings that wait: a post that falls again and again keeps the newest.
  static let waitingMax = 4
  /// Bytes that stay free on the storage.
  static let reserveBytes: Int64 = 256 << 20

  private let folder: String

  /// The rings put aside in the vault's `folder`.
  public init(folder: String) { self.folder = folder }

  /// Puts the ring of a run that fell aside, when there is one; how many older ones had to go.
  public func putAside(_ ring: String) throws(CaptureError) -> Int {
    guard !CaptureFolder.names(in: ring).isEmpty else { return 0 }
    let waiting = self.waiting
    let last = waiting.last.flatMap { Int($0.dropFirst(Self.prefix.count)) } ?? 0
    try CaptureFolder.move(
      ring, to: "\(folder)/\(Self.prefix)\(CaptureFolder.digits(last + 1, 8))")
    let surplus = waiting.dropLast(Self.waitingMax - 1)
    for name in surplus { CaptureFolder.remove("\(folder)/\(name)") }
    return surplus.count
  }

  /// Makes the oldest ring that waits into a capture of `vault`, and removes it; nothing when none
  /// waits. The newest segments for which budget and storage have room are taken.
  public func rescue(
    into vault: CaptureVault, now: WallTime, onEviction: (CaptureVault.Entry) -> Void
  ) throws(CaptureError) -> Rescue? {
    guard let name = waiting.first else { return nil }
    let ring = "\(folder)/\(name)"
    defer { CaptureFolder.remove(ring) }
    let all = CaptureFolder.names(in: ring)
    let room = min(
      vault.budget.bytesMax, CaptureFolder.freeBytes(of: folder) - Self.reserveBytes)
    var taken: [(path: String, header: CaptureHeader, end: Instant)] = []
    var bytes: Int64 = 0
    for name in all.reversed() {
      let path = "\(ring)/\(name)"
      bytes += Int64(CaptureFolder.bytes(of: path))
      guard bytes <= room else { break }
      // The last one was being written: of some only the name may be there.
      guard let segment = Self.segment(path) else { continue }
      taken.insert((path, segment.header, segment.end), at: 0)
    }
    guard let first = taken.first else {
      throw CaptureError(
        .inputOutput, operation: "keep", subject: ring,
        reason:
          "of the \(all.count) segments that a crash left none can be read, or there is no room")
    }
    let start = first.header.part?.start ?? first.header.clock?.instant ?? first.end
    let end = max(taken.map(\.end).max() ?? start, start)
    let clock = first.header.clock
    let outcome = try vault.keep(
      FlightWindow(
        start: start, end: end, triggers: [FlightTrigger(name: Self.trigger, time: end)]),
      of: taken.map(\.path), start: clock?.wallTime(at: start) ?? now, now: now,
      render: { _, _, _ in false }, onEviction: onEviction)
    return Rescue(
      outcome: outcome, lostSegments: all.count - taken.count,
      end: clock?.wallTime(at: end) ?? now)
  }

  private var waiting: [String] {
    CaptureFolder.names(in: folder).filter { $0.hasPrefix(Self.prefix) }
  }

  /// What a segment says of itself, and when its last whole chunk ends.
  private static func segment(_ path: String) -> (header: CaptureHeader, end: Instant)? {
    guard let reader = try? CaptureReader(path: path), let end = (try? reader.index())?.end else {
      return nil
    }
    return (reader.header, Instant(monotonicNanos: Int64(clamping: end)))
  }
}
