import Glibc

/// A progress bar on the terminal, for work that takes longer than a second.
///
/// Shows nothing when standard error is no terminal.
struct Progress {
  private let total: Int?
  private let isTerminal = isatty(STDERR_FILENO) != 0
  private let start = Progress.nanos()
  private var shown = Int64(0)

  /// Time between two changes of the bar.
  private static let stepNanos: Int64 = 200_000_000
  private static let width = 40

  /// Work of `total` frames, `nil` if that is not known.
  init(total: Int?) { self.total = total }

  /// Shows that `done` frames are done.
  mutating func show(done: Int) {
    guard isTerminal else { return }
    let now = Self.nanos()
    guard now - start > 1_000_000_000, now - shown > Self.stepNanos else { return }
    shown = now
    let rate = Int(Double(done) * 1e9 / Double(now - start))
    var text = "\r\(done) frames, \(rate) a second"
    if let total, total >= done {
      let filled = done * Self.width / total
      let bar = String(repeating: "#", count: filled)
      let rest = String(repeating: ".", count: Self.width - filled)
      text = "\r[\(bar)\(rest)] \(done) of \(total) frames, \(rate) a second"
    }
    put(text + "\u{1B}[K")
  }

  /// Takes the bar away.
  func end() { if shown > 0 { put("\r\u{1B}[K") } }

  private func put(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  private static func nanos() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
