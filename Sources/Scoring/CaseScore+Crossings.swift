extension CaseScore {
  /// Crossings and events of a case, and which belong together.
  private struct Judged {
    let data: CaseData
    let truths: [CaseData.Crossing]
    let events: [CaseData.Event]
    /// The event of each crossing, and the crossing of each event.
    var eventOf: [Int: Int] = [:]
    var truthOf: [Int: Int] = [:]

    func seconds(_ truth: Int) -> Double { data.seconds(truths[truth].t) }
    func time(_ event: Int) -> Double { data.seconds(events[event].t) }
    func issued(_ event: Int) -> Double {
      data.seconds(events[event].emitted ?? events[event].t)
    }
    func apart(_ truth: Int, _ event: Int) -> (seconds: Double, metres: Double) {
      let (a, b) = (truths[truth], events[event])
      return (
        abs(seconds(truth) - time(event)),
        ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)).squareRoot()
      )
    }
    func isNear(_ truth: Int, _ event: Int) -> Bool {
      guard truths[truth].line == events[event].line else { return false }
      let apart = apart(truth, event)
      return apart.seconds < CaseScore.duplicate.seconds
        && apart.metres < CaseScore.duplicate.metres
    }
  }

  mutating func scoreCrossings(_ data: CaseData) {
    var judged = Judged(data: data, truths: data.crossings, events: data.events)
    let table = DistanceTable(rows: judged.truths.count, columns: judged.events.count) {
      Self.cost(judged, $0, $1)
    }
    for pair in table.pairs(below: 1e6) {
      judged.eventOf[pair.row] = pair.column
      judged.truthOf[pair.column] = pair.row
    }
    for truth in judged.truths.indices { count(truth: truth, judged) }
    for event in judged.events.indices { count(event: event, judged) }
    countIncidents(judged)
  }

  private static func cost(_ judged: Judged, _ truth: Int, _ event: Int) -> Double {
    let (a, b) = (judged.truths[truth], judged.events[event])
    guard a.line == b.line else { return 1e9 }
    let apart = judged.apart(truth, event)
    guard apart.seconds <= match.seconds, apart.metres <= match.metres,
      latency.contains(judged.issued(event) - judged.seconds(truth))
    else { return 1e9 }
    return apart.seconds / match.seconds + apart.metres / match.metres
      + (a.dir != b.dir ? 0.6 : 0) + (a.isThreat == b.isAlarm ? 0 : 1)
  }

  private mutating func count(truth: Int, _ judged: Judged) {
    let crossing = judged.truths[truth]
    let event = judged.eventOf[truth]
    guard crossing.isObservable || event != nil else { return }
    if crossing.isObservable {
      crossings.anyHits += event != nil ? 1 : 0
      crossings.anyMisses += event == nil ? 1 : 0
    }
    if crossing.cls == "friendly" {
      crossings.friends += 1
      if let event, judged.events[event].class == "friendly" { crossings.friendsKnown += 1 }
    }
    if crossing.isThreat, crossing.isObservable {
      crossings.threats += 1
      if let event, judged.events[event].isAlarm {
        crossings.hits += 1
      } else {
        crossings.misses += 1
      }
    }
    if let event { countMatch(truth, event, judged) }
  }

  private mutating func countMatch(_ truth: Int, _ event: Int, _ judged: Judged) {
    let (crossing, answer) = (judged.truths[truth], judged.events[event])
    crossings.directions += 1
    crossings.directionsRight += crossing.dir == answer.dir ? 1 : 0
    crossings.classes += 1
    crossings.classesRight += crossing.cls == answer.class ? 1 : 0
    let seconds = judged.seconds(truth)
    if crossing.isThreat { crossings.latencies.append(judged.issued(event) - seconds) }
    let apart = judged.apart(truth, event)
    crossings.timeErrors.append(apart.seconds)
    crossings.placeErrors.append(apart.metres)
    for sensor in answer.sensors ?? [] {
      crossings.attributions += 1
      let times = judged.data.sightings[sensor]?[crossing.target] ?? []
      if times.contains(where: { abs($0 - seconds) < 12 }) { crossings.attributionsRight += 1 }
    }
  }

  private mutating func count(event: Int, _ judged: Judged) {
    let answer = judged.events[event]
    if let truth = judged.truthOf[event] {
      let crossing = judged.truths[truth]
      guard answer.isAlarm else { return }
      if crossing.isThreat {
        if let confidence = answer.confidence {
          crossings.brier.append((confidence - 1) * (confidence - 1))
        }
        return
      }
      crossings.falseAlarms += 1
      if crossing.cls == "animal" { crossings.onAnimals += 1 } else { crossings.onFriends += 1 }
      if let confidence = answer.confidence { crossings.brier.append(confidence * confidence) }
      return
    }
    // A guess at a crossing that nobody could see is neither right nor wrong.
    let isGuess = judged.truths.indices.contains {
      !judged.truths[$0].isObservable && judged.eventOf[$0] == nil && judged.isNear($0, event)
    }
    if isGuess { return }
    crossings.anyFalse += 1
    let isNear = judged.truths.indices.contains { judged.isNear($0, event) }
    crossings.duplicates += isNear ? 1 : 0
    guard answer.isAlarm else { return }
    crossings.falseAlarms += 1
    if isNear { crossings.onDuplicates += 1 } else { crossings.onGhosts += 1 }
    if let confidence = answer.confidence { crossings.brier.append(confidence * confidence) }
  }

  /// Threats that cross one line in one direction close together are one incident.
  private mutating func countIncidents(_ judged: Judged) {
    let threats = judged.truths.indices.filter {
      judged.truths[$0].isThreat && judged.truths[$0].isObservable
    }
    var label: [Int: Int] = [:]
    for truth in threats { label[truth] = truth }
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for a in threats {
        for b in threats where label[a] != label[b] && Self.areOne(judged, a, b) {
          let kept = min(label[a] ?? a, label[b] ?? b)
          let gone = max(label[a] ?? a, label[b] ?? b)
          for truth in threats where label[truth] == gone { label[truth] = kept }
          hasChanged = true
        }
      }
    }
    crossings.incidents = Set(label.values).count
    let hit = threats.filter { truth in
      judged.eventOf[truth].map { judged.events[$0].isAlarm } ?? false
    }
    crossings.incidentsHit = Set(hit.compactMap { label[$0] }).count
  }

  private static func areOne(_ judged: Judged, _ a: Int, _ b: Int) -> Bool {
    let (first, second) = (judged.truths[a], judged.truths[b])
    let (x, y) = (first.x - second.x, first.y - second.y)
    return first.line == second.line && first.dir == second.dir
      && abs(judged.seconds(a) - judged.seconds(b)) <= incident.seconds
      && (x * x + y * y).squareRoot() <= incident.metres
  }
}
