import Model

/// What a camera's pictures say of its health, told on change and not too often.
///
/// A complaint ends after 1 s of good frames without a bad one; it changes its reason at most once a
/// second. Loss of contrast or edges must last 0.5 s. So a flapping camera makes at most one report a second.
struct CameraHealth: BitwiseCopyable {
  private var complaint: HealthReason?
  private var toldTime = Instant.distantPast
  private var goodSince: Instant?
  private var darkSince: Instant?

  private static let goodNanos: Int64 = 1_000_000_000
  private static let darkNanos: Int64 = 500_000_000
  private static let changeNanos: Int64 = 1_000_000_000

  /// Takes a frame's fault, or nil for a good frame, and returns what is to be told.
  mutating func take(fault: HealthReason?, time: Instant) -> (HealthState, HealthReason)? {
    guard let fault else { return takeGood(time) }
    goodSince = nil
    if fault == .noContrast || fault == .unsharp {
      let since = darkSince ?? time
      darkSince = since
      if time.nanos(since: since) < Self.darkNanos { return nil }
    } else {
      darkSince = nil
    }
    guard complaint != fault else { return nil }
    if complaint != nil && time.nanos(since: toldTime) < Self.changeNanos { return nil }
    complaint = fault
    toldTime = time
    return (fault == .frozen || fault == .noContrast ? .blinded : .degraded, fault)
  }

  /// Forgets the complaint: the reader has spoken.
  mutating func restart() { self = CameraHealth() }

  private mutating func takeGood(_ time: Instant) -> (HealthState, HealthReason)? {
    darkSince = nil
    guard complaint != nil else { return nil }
    let since = goodSince ?? time
    goodSince = since
    guard time.nanos(since: since) >= Self.goodNanos else { return nil }
    complaint = nil
    toldTime = time
    return (.ok, .delivering)
  }
}
