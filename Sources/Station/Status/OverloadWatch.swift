/// Notices that samples find no room before fusion.
struct OverloadWatch {
  private var dropped: UInt64 = 0
  private var isTold = false

  /// Takes the count of samples dropped by the pipeline: whether there are more since the last look, and
  /// whether that was never told before.
  mutating func look(dropped now: UInt64) -> (isNews: Bool, isFirst: Bool) {
    // A new pipeline counts from 0 again.
    let isNews = now > (now < dropped ? 0 : dropped)
    dropped = now
    defer { isTold = isTold || isNews }
    return (isNews, isNews && !isTold)
  }
}
