/// Notices that a line which gave many edges gives none any more, by looks a second apart.
///
/// Perception reports a chattering line as implausible and has no timers: without edges it would do
/// so for ever. The reader has a clock and tells it that the line is calm.
struct LineActivity: BitwiseCopyable {
  /// Edges between two looks from which on a line counts as busy: no profile calls fewer chatter.
  static let busyMin: UInt32 = 2

  /// Edges handed on so far.
  var edges: UInt32 = 0
  private var edgesAtLook: UInt32 = 0
  private var isBusy = false

  /// Whether a busy line gave no edge since the last look; told once a burst.
  mutating func hasCalmed() -> Bool {
    let count = edges &- edgesAtLook
    edgesAtLook = edges
    if count >= Self.busyMin { isBusy = true }
    guard isBusy, count == 0 else { return false }
    isBusy = false
    return true
  }
}
