extension CaseScore {
  /// A track at a scoring second.
  private struct Estimate {
    var id: String
    var x: Double
    var y: Double

    func distance(to target: CaseData.Truth.Target) -> Double {
      ((target.x - x) * (target.x - x) + (target.y - y) * (target.y - y)).squareRoot()
    }
  }

  /// What is carried from second to second.
  private struct Identities {
    /// The estimate that each target had last, and in the second before.
    var last: [String: String] = [:]
    var previous: [String: String] = [:]
    /// In how many seconds each estimate was near each target.
    var overlaps: [String: [String: Int]] = [:]
  }

  mutating func scoreTracks(_ data: CaseData) {
    var truth: [Int: [CaseData.Truth.Target]] = [:]
    for row in data.truth {
      let seconds = data.seconds(row.t)
      if abs(seconds - seconds.rounded()) < 1e-3 { truth[Int(seconds.rounded())] = row.g }
    }
    // A row serves the next whole second.
    var answers: [Int: (seconds: Double, tracks: [CaseData.Tracks.Track])] = [:]
    for row in data.tracks {
      let seconds = data.seconds(row.t)
      let second = Int((seconds - 1e-6).rounded(.up))
      if answers[second].map({ $0.seconds <= seconds }) ?? true {
        answers[second] = (seconds, row.tracks)
      }
    }
    var identities = Identities()
    for second in 1..<max(1, Int(data.duration)) {
      let answer = answers[second] ?? (Double(second), [])
      let ahead = Double(second) - answer.seconds
      let estimates = answer.tracks.map {
        Estimate(
          id: $0.id.text, x: $0.x + ($0.vx ?? 0) * ahead, y: $0.y + ($0.vy ?? 0) * ahead)
      }
      score(truth[second] ?? [], estimates, &identities)
    }
    finish(identities)
  }

  private mutating func score(
    _ all: [CaseData.Truth.Target], _ answers: [Estimate], _ identities: inout Identities
  ) {
    let targets = all.filter(\.obs)
    let hidden = all.filter { !$0.obs }
    // An estimate of a target that nobody can see is neither right nor wrong.
    let used = Set(Self.gospa(targets, answers).pairs.map(\.column))
    let estimates = answers.enumerated().filter { index, estimate in
      used.contains(index) || !hidden.contains { estimate.distance(to: $0) < Self.cutoff }
    }.map(\.element)
    let result = Self.gospa(targets, estimates)
    tracks.gospa.append(result.value)
    tracks.localisation += result.localisation
    tracks.matched += result.pairs.count
    tracks.missed += targets.count - result.pairs.count
    tracks.falseOnes += estimates.count - result.pairs.count
    tracks.targets += targets.count
    tracks.seconds += 1
    follow(targets, estimates, &identities)
    tracks.targetSeconds += targets.count
    tracks.trackSeconds += estimates.count
  }

  private mutating func follow(
    _ targets: [CaseData.Truth.Target], _ estimates: [Estimate], _ identities: inout Identities
  ) {
    let table = DistanceTable(rows: targets.count, columns: estimates.count) {
      estimates[$1].distance(to: targets[$0])
    }
    var matches: [Int: Int] = [:]
    var usedTargets: Set<Int> = []
    var usedEstimates: Set<Int> = []
    for (row, target) in targets.enumerated() {
      for (column, estimate) in estimates.enumerated() where table[row, column] < Self.gate {
        identities.overlaps[target.id, default: [:]][estimate.id, default: 0] += 1
        guard identities.previous[target.id] == estimate.id else { continue }
        matches[row] = column
        usedTargets.insert(row)
        usedEstimates.insert(column)
      }
    }
    let rows = targets.indices.filter { !usedTargets.contains($0) }
    let columns = estimates.indices.filter { !usedEstimates.contains($0) }
    let rest = DistanceTable(rows: rows.count, columns: columns.count) {
      let distance = table[rows[$0], columns[$1]]
      return distance < Self.gate ? distance : 1e6
    }
    for pair in rest.pairs(below: 1e6) { matches[rows[pair.row]] = columns[pair.column] }
    identities.previous = [:]
    for (row, column) in matches {
      let (target, estimate) = (targets[row].id, estimates[column].id)
      identities.previous[target] = estimate
      if let last = identities.last[target], last != estimate { tracks.switches += 1 }
      identities.last[target] = estimate
    }
    tracks.clearMissed += targets.count - matches.count
    tracks.clearFalse += estimates.count - matches.count
  }

  private mutating func finish(_ identities: Identities) {
    let targets = identities.overlaps.keys.sorted()
    let estimates = Set(identities.overlaps.values.flatMap(\.keys)).sorted()
    let table = DistanceTable(rows: targets.count, columns: estimates.count) {
      -Double(identities.overlaps[targets[$0]]?[estimates[$1]] ?? 0)
    }
    let columns = OptimalAssignment.columns(
      of: table.values, rows: targets.count, columns: estimates.count)
    tracks.identityHits = columns.enumerated().reduce(0) {
      $0 - ($1.element >= 0 ? table[$1.offset, $1.element] : 0)
    }
  }

  /// GOSPA of one second with its parts.
  private static func gospa(
    _ targets: [CaseData.Truth.Target], _ estimates: [Estimate]
  ) -> (value: Double, localisation: Double, pairs: [(row: Int, column: Int)]) {
    let half = cutoff * cutoff / 2
    let table = DistanceTable(rows: targets.count, columns: estimates.count) {
      estimates[$1].distance(to: targets[$0])
    }
    let pairs = table.pairs(below: cutoff) { $0 * $0 }
    let localisation = pairs.reduce(0) {
      $0 + table[$1.row, $1.column] * table[$1.row, $1.column]
    }
    let unmatched = Double(targets.count + estimates.count - 2 * pairs.count)
    return ((localisation + half * unmatched).squareRoot(), localisation, pairs)
  }
}
