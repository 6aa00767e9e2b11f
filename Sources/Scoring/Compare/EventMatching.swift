import Glibc

/// Which events of two runs are the same happening: of one kind, line and direction, near in time and
/// place. Ids are not looked at: another configuration or build gives other ones.
///
/// Among all ways to pair them up, the one with the most pairs is taken, and of those the nearest.
enum EventMatching {
  /// The farthest apart that two are one, seconds and metres: as in scoring, with room for a place
  /// that another pose of a camera moves.
  static let gate = (seconds: 5.0, metres: 25.0)

  /// Pairs of places in `a` and `b`, in the order of `a`.
  static func pairs(_ a: [ComparedEvent], _ b: [ComparedEvent]) -> [(a: Int, b: Int)] {
    let byKey = Dictionary(grouping: b.indices, by: { b[$0].key })
    var pairs: [(a: Int, b: Int)] = []
    for (key, ours) in Dictionary(grouping: a.indices, by: { a[$0].key }) {
      guard let theirs = byKey[key] else { continue }
      for (left, right) in clusters(ours, theirs, a, b) {
        let table = DistanceTable(rows: left.count, columns: right.count) { row, column in
          cost(a[left[row]], b[right[column]])
        }
        pairs += table.pairs(below: 1).map { (left[$0.row], right[$0.column]) }
      }
    }
    return pairs.sorted { $0.a < $1.a }
  }

  /// 0 for the same time and place, below 1 within the gate, else 1.
  static func cost(_ a: ComparedEvent, _ b: ComparedEvent) -> Double {
    let time = abs(a.seconds - b.seconds) / gate.seconds
    let place = (metres(a, b) ?? 0) / gate.metres
    return time <= 1 && place <= 1 ? 0.999 * (time * time + place * place) / 2 : 1
  }

  /// Metres between two events; nothing when one has no place.
  ///
  /// On a sphere of the Earth's mean radius, flat over so short a way.
  static func metres(_ a: ComparedEvent, _ b: ComparedEvent) -> Double? {
    guard let from = a.place, let to = b.place else { return nil }
    let perDegree = 6_371_008.8 * Double.pi / 180
    var east = to.x - from.x
    if east > 180 { east -= 360 }
    if east < -180 { east += 360 }
    let north = to.y - from.y
    return hypot(east * cos(from.y * .pi / 180), north) * perDegree
  }

  /// Parts that are so far apart in time that no pair joins them: the assignment is cubic.
  private static func clusters(
    _ ours: [Int], _ theirs: [Int], _ a: [ComparedEvent], _ b: [ComparedEvent]
  ) -> [(a: [Int], b: [Int])] {
    let all =
      ours.map { (seconds: a[$0].seconds, isOurs: true, place: $0) }
      + theirs.map { (seconds: b[$0].seconds, isOurs: false, place: $0) }
    let sorted = all.sorted {
      ($0.seconds, $0.isOurs ? 0 : 1, $0.place) < ($1.seconds, $1.isOurs ? 0 : 1, $1.place)
    }
    var clusters: [(a: [Int], b: [Int])] = []
    var last = -Double.infinity
    for entry in sorted {
      if entry.seconds - last > gate.seconds { clusters.append(([], [])) }
      last = entry.seconds
      if entry.isOurs {
        clusters[clusters.count - 1].a.append(entry.place)
      } else {
        clusters[clusters.count - 1].b.append(entry.place)
      }
    }
    return clusters.filter { !$0.a.isEmpty && !$0.b.isEmpty }
  }
}
