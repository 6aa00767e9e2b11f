import Model

extension PostEvent {
  /// When the post came to know it, on the monotonic clock.
  var decided: Instant {
    switch self {
    case .crossing(let event): event.decided
    case .health(let event): event.report.time
    case .status(let event): event.time
    }
  }
}
