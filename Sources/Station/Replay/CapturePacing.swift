import Captures
import Devices
import Glibc
import Model

/// The map from a capture's time to the running clock, shared by all sources fed from it.
struct CapturePacing: Sendable {
  /// Nanoseconds to add to the capture's times.
  let shiftNanos: Int64

  /// The capture's first sample happens `delayNanos` from now.
  init(path: String, delayNanos: Int64 = 300_000_000) throws(CaptureError) {
    var reader = try CaptureReader(path: path)
    var first: Instant?
    while first == nil, let item = try reader.next() {
      _ = item
      first = reader.recorded
    }
    let start = first ?? Instant(monotonicNanos: 0)
    shiftNanos = MonotonicClock.now().advanced(byNanos: delayNanos).nanos(since: start)
  }

  /// The capture's `time` on the running clock.
  func live(_ time: Instant) -> Instant { time.advanced(byNanos: shiftNanos) }
}

/// One source's samples of a capture, each given when its time has come.
struct PacedCapture: ~Copyable, Sendable {
  private var reader: CaptureReader
  private let source: SourceID
  private let pacing: CapturePacing
  private var upcoming: CaptureItem?
  private var isAtEnd = false

  init(path: String, source: SourceID, pacing: CapturePacing) throws(CaptureError) {
    reader = try CaptureReader(path: path)
    self.source = source
    self.pacing = pacing
  }

  /// The next sample that is due within `timeoutMilliseconds`, or `nil`; `ended` says whether there
  /// is none left.
  mutating func next(timeoutMilliseconds: Int32) -> (item: CaptureItem?, ended: Bool) {
    if upcoming == nil { advance() }
    guard let item = upcoming else { return (nil, true) }
    let now = MonotonicClock.now()
    let wait = pacing.live(reader.recorded).nanos(since: now)
    let limit = Int64(timeoutMilliseconds) * 1_000_000
    if wait > 0 { usleep(UInt32(min(wait, limit) / 1_000)) }
    guard wait <= limit else { return (nil, false) }
    upcoming = nil
    return (item, false)
  }

  /// Lends the bytes of the sample given last.
  func withPayload(_ body: (RawSpan) -> Void) { reader.withPayload(body) }

  private mutating func advance() {
    while !isAtEnd {
      // A capture that is cut off ends here; `vedette capture info` tells where and why.
      guard let item = try? reader.next() else {
        isAtEnd = true
        return
      }
      switch item {
      case .edge(_, source), .frame(_, source), .bytes(_, source), .health(_, source):
        upcoming = item
        return
      default: continue
      }
    }
  }
}
