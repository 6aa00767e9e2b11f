import Model

/// How long events took until they were durable.
final class EventLatencies: Sendable {
  /// From the newest observation that the first word on a crossing rests on: the edge.
  let edge = LatencyHistogram()
  /// From fusion's decision, of crossings in all their versions.
  let decision = LatencyHistogram()

  /// `event` is durable since `now`.
  func note(_ event: PostEvent, durable now: Instant) {
    guard case .crossing(let crossing) = event else { return }
    decision.note(nanos: now.nanos(since: crossing.decided))
    if let edge = crossing.edge { self.edge.note(nanos: now.nanos(since: edge)) }
  }
}

extension CrossingEvent {
  /// When the newest observation was made that the first word on a crossing rests on; `nil` of later
  /// words.
  var edge: Instant? {
    guard disposition == .reported else { return nil }
    var newest: Instant?
    for place in 0..<Int(min(contributionCount, UInt8(Self.contributionsMax))) {
      let last = contributions[place].last
      if newest.map({ last > $0 }) ?? true { newest = last }
    }
    return newest
  }
}
