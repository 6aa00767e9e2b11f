import CThreads
import Captures
import Glibc
import Model

/// GPIO edges of a capture, fed as if they were live.
struct CapturedEdges: ~Copyable, EdgeSource, Sendable {
  private var capture: PacedCapture
  private let pacing: CapturePacing
  private var health: HealthReport?

  init(path: String, source: SourceID, pacing: CapturePacing) throws {
    capture = try PacedCapture(path: path, source: source, pacing: pacing)
    self.pacing = pacing
  }

  mutating func nextHealth() -> HealthReport? {
    defer { health = nil }
    return health
  }

  mutating func read(timeoutMilliseconds: Int32, _ body: (GPIOEdge) -> Void) -> SourceReading {
    let (item, ended) = capture.next(timeoutMilliseconds: timeoutMilliseconds)
    switch item {
    case .edge(var edge, _):
      edge.time = pacing.live(edge.time)
      body(edge)
      return .samples(1)
    case .health(let report, _):
      health = pacing.live(report)
      return .quiet
    default: return ended ? .ended : .quiet
    }
  }
}

/// Frames of one camera of a capture, fed as if they were live.
struct CapturedFrames: ~Copyable, FrameSource, Sendable {
  private var capture: PacedCapture
  private let pacing: CapturePacing
  private var health: HealthReport?

  init(path: String, source: SourceID, pacing: CapturePacing) throws {
    capture = try PacedCapture(path: path, source: source, pacing: pacing)
    self.pacing = pacing
  }

  mutating func nextHealth() -> HealthReport? {
    defer { health = nil }
    return health
  }

  mutating func read(
    timeoutMilliseconds: Int32, _ body: (FrameHeader, RawSpan) -> Void
  ) -> SourceReading {
    let (item, ended) = capture.next(timeoutMilliseconds: timeoutMilliseconds)
    switch item {
    case .frame(var header, _):
      header.time = pacing.live(header.time)
      capture.withPayload { body(header, $0) }
      return .samples(1)
    case .health(let report, _):
      health = pacing.live(report)
      return .quiet
    default: return ended ? .ended : .quiet
    }
  }
}

/// Serial bytes of a capture written into a pseudo-terminal, from where the ordinary serial reader
/// takes them: a real terminal of the kernel between the two.
///
/// Invariant for `@unchecked Sendable`: `run` is called once, by the feeder's own thread, which is
/// the only one that touches the capture.
final class TerminalFeeder: @unchecked Sendable {
  /// Path of the terminal's other side, to be opened as a serial port.
  let devicePath: String
  private let descriptor: Int32
  private var capture: PacedCapture
  private let stop: StopFlag

  init(path: String, source: SourceID, pacing: CapturePacing, stop: StopFlag) throws {
    capture = try PacedCapture(path: path, source: source, pacing: pacing)
    self.stop = stop
    var name = [CChar](repeating: 0, count: 64)
    descriptor = unsafe vdt_open_terminal(&name, name.count)
    guard descriptor >= 0 else {
      throw StationError(.terminal, "the kernel gives no pseudo-terminal: errno \(errno)")
    }
    devicePath = String(decoding: name.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
  }

  deinit { close(descriptor) }

  /// Writes every chunk when its time has come, until the capture ends or the post stops.
  func run() {
    while !stop.isSet {
      let (item, ended) = capture.next(timeoutMilliseconds: 100)
      if ended { return }
      guard case .bytes = item else { continue }
      capture.withPayload { bytes in
        unsafe bytes.withUnsafeBytes { buffer in
          var done = 0
          while done < buffer.count, !stop.isSet {
            let written = unsafe write(
              descriptor, buffer.baseAddress! + done, buffer.count - done)
            guard written > 0 else {
              if errno == EINTR { continue }
              return
            }
            done += written
          }
        }
      }
    }
  }
}

extension CapturePacing {
  /// The same report on the running clock.
  func live(_ report: HealthReport) -> HealthReport {
    var report = report
    report.time = live(report.time)
    return report
  }
}
