/// Why an event of one run is not in the other, as far as the other's events and observations show it.
struct SingleReason {
  private let run: RunRecord
  private let other: RunRecord
  private let events: RunEvents
  private let name: String

  /// For events of `run` that `other`, called `name`, has not; `events` are the other's.
  init(_ run: RunRecord, _ other: RunRecord, _ events: RunEvents, _ name: String) {
    self.run = run
    self.other = other
    self.events = events
    self.name = name
  }

  /// The reason in words.
  func text(of event: ComparedEvent) -> String {
    let words = ofEvents(event)
    guard let evidence = ofObservations(event) else { return words }
    return words + "; " + evidence
  }

  private func ofEvents(_ event: ComparedEvent) -> String {
    if events.retracted.contains(where: {
      $0.key == event.key && EventMatching.cost(event, $0) < 1
    }) {
      return "\(name) reported it and retracted it"
    }
    let near = events.standing.filter { EventMatching.cost(event, $0) < 1 }
    if near.contains(where: { $0.key == event.key }) {
      return "\(name) has fewer of them within "
        + "\(ScoreReport.number(EventMatching.gate.seconds, 0)) s and "
        + "\(ScoreReport.number(EventMatching.gate.metres, 0)) m"
    }
    if event.line != nil,
      let turned = near.filter({ $0.line != nil }).min(by: {
        EventMatching.cost(event, $0) < EventMatching.cost(event, $1)
      })
    {
      return "\(name) has a crossing of \(turned.subject) there instead"
    }
    let alike = events.standing.filter { $0.key == event.key }
    guard
      let nearest = alike.min(by: {
        abs($0.seconds - event.seconds) < abs($1.seconds - event.seconds)
      })
    else { return "\(name) has no \(event.kind) of \(event.subject) at all" }
    let apart = nearest.seconds - event.seconds
    let metres = EventMatching.metres(event, nearest)
    return "the nearest in \(name) is \(ScoreReport.number(abs(apart), 1)) s "
      + (apart < 0 ? "earlier" : "later")
      + (metres.map { " and \(ScoreReport.number($0, 1)) m away" } ?? "")
  }

  /// What the sensors of the event said in either run, from the first to the last that entered it.
  private func ofObservations(_ event: ComparedEvent) -> String? {
    guard let moment = event.nanos, let mine = run.observations, let theirs = other.observations,
      !event.shares.isEmpty
    else { return nil }
    var parts: [String] = []
    for share in event.shares {
      // Times in events are cut to the microsecond.
      let span =
        (moment + Int64(share.first * 1e9) - 1_000)...(moment + Int64(share.last * 1e9) + 1_000)
      let ours = Self.said(by: share.name, in: span, mine, run.sensors)
      let others = Self.said(by: share.name, in: span, theirs, other.sensors)
      let isSame =
        ours.count == others.count && zip(ours, others).allSatisfy { $0.isSame(as: $1) }
      if !isSame {
        parts.append(
          ours.count == others.count
            ? "\(share.name) said other things there"
            : "\(share.name) said \(ours.count) things for it, there \(others.count)")
      }
    }
    return parts.isEmpty
      ? "its sensors said the same in both runs" : parts.joined(separator: ", ")
  }

  private static func said(
    by name: String, in span: ClosedRange<Int64>, _ observations: [RunRecord.Observation],
    _ names: [String]
  ) -> [RunRecord.Observation] {
    guard let sensor = names.firstIndex(of: name) else { return [] }
    return observations.filter { $0.sensor == sensor && span.contains($0.nanos) }
  }
}
