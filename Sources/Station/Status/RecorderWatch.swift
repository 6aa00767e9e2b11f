/// Notices that the recorder drops samples of its own, which holds nobody up and is told once.
struct RecorderWatch {
  /// Seconds without a drop after which all is well again.
  private static let calmSeconds = 60

  private var dropped: UInt64 = 0
  private var lastSecond: Int?
  private var isTold = false

  /// Takes the count of dropped samples in `second`; what is wrong, if anything is, and whether that
  /// was never told before.
  mutating func look(dropped now: UInt64, second: Int) -> (fault: String?, isFirst: Bool) {
    defer { dropped = now }
    // After a reload the count begins anew.
    if now > dropped { lastSecond = second }
    guard let lastSecond, second - lastSecond < Self.calmSeconds else { return (nil, false) }
    defer { isTold = true }
    return ("\(now) samples of the run were not recorded; detection goes on", !isTold)
  }
}
