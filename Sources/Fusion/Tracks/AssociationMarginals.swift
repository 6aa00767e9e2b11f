import Glibc

/// How probable each pairing of a scan's detections with tracks is, over all ways of pairing them
/// one to one.
///
/// A way in which the pairs K are made has the weight Π w of its pairs, w against both staying
/// alone. Detections and tracks that are bound by pairs form groups. By belief propagation (Williams
/// and Lau, "Approximate evaluation of marginal association probabilities with belief propagation",
/// 2014, equations 28 to 31), which is exact in groups without a ring; groups with one of up to
/// `exactMax` detections and tracks are summed over all ways. No allocation after `init`.
struct AssociationMarginals: ~Copyable {
  /// Up to so many detections and as many tracks a group is summed exactly.
  static let exactMax = 6
  private static let roundsMax = 60
  private static let precision = 1e-9

  private struct Pair: BitwiseCopyable {
    var row = 0
    var track = 0
    var weight = 0.0
    /// What the detection tells the track: 1 over the chance that another takes it.
    var toTrack = 1.0
    var probability = 0.0
  }

  private let pairs: FixedArray<Pair>
  private var count = 0
  private var rows = 0
  private var tracks = 0
  /// Sums over a track's pairs, over a row's, and the group of each row.
  private let trackSum: FixedArray<Double>
  private let rowSum: FixedArray<Double>
  private let group: FixedArray<Int>
  private let firstRow: FixedArray<Int>

  /// Room for `rowsMax` detections and `tracksMax` tracks.
  init(rowsMax: Int, tracksMax: Int) {
    pairs = FixedArray(repeating: Pair(), count: rowsMax * tracksMax)
    trackSum = FixedArray(repeating: 0, count: tracksMax)
    rowSum = FixedArray(repeating: 0, count: rowsMax)
    group = FixedArray(repeating: 0, count: rowsMax)
    firstRow = FixedArray(repeating: -1, count: tracksMax)
  }

  /// Starts a scan without pairs.
  mutating func begin(rows: Int, tracks: Int) {
    self.rows = rows
    self.tracks = tracks
    count = 0
  }

  /// Adds that detection `row` may be `track`'s: `weight` > 0 against both staying alone.
  mutating func add(weight: Double, row: Int, track: Int) {
    pairs[count] = Pair(row: row, track: track, weight: min(weight, 1e12))
    count += 1
  }

  /// Probability that the detection is the track's; 0 for a pair that was not added.
  func probability(row: Int, track: Int) -> Double {
    for index in 0..<count where pairs[index].row == row && pairs[index].track == track {
      return pairs[index].probability
    }
    return 0
  }

  /// Works the probabilities out.
  mutating func solve() {
    propagate()
    makeGroups()
    for root in 0..<rows where group[root] == root { sumExactly(group: root) }
  }

  // MARK: - Belief propagation

  private func propagate() {
    for _ in 0..<Self.roundsMax {
      for track in 0..<tracks { trackSum[track] = 1 }
      for row in 0..<rows { rowSum[row] = 1 }
      for index in 0..<count {
        trackSum[pairs[index].track] += pairs[index].weight * pairs[index].toTrack
      }
      for index in 0..<count { rowSum[pairs[index].row] += toRow(pairs[index]) }
      var change = 0.0
      for index in 0..<count {
        let told = 1 / max(rowSum[pairs[index].row] - toRow(pairs[index]), 1e-300)
        change = max(change, abs(told - pairs[index].toTrack))
        pairs[index].toTrack = told
      }
      if change < Self.precision { break }
    }
    for track in 0..<tracks { trackSum[track] = 1 }
    for index in 0..<count {
      trackSum[pairs[index].track] += pairs[index].weight * pairs[index].toTrack
    }
    for index in 0..<count {
      pairs[index].probability =
        pairs[index].weight * pairs[index].toTrack / trackSum[pairs[index].track]
    }
  }

  /// What the track tells the detection: the odds that it takes it rather than another or none.
  private func toRow(_ pair: Pair) -> Double {
    pair.weight / max(trackSum[pair.track] - pair.weight * pair.toTrack, 1e-300)
  }

  // MARK: - Groups

  /// Gives all detections that are bound by tracks the number of one of them.
  private func makeGroups() {
    for row in 0..<rows { group[row] = row }
    for track in 0..<tracks { firstRow[track] = -1 }
    for index in 0..<count {
      let (row, track) = (pairs[index].row, pairs[index].track)
      if firstRow[track] < 0 {
        firstRow[track] = row
      } else {
        let (a, b) = (root(firstRow[track]), root(row))
        group[max(a, b)] = min(a, b)
      }
    }
    for row in 0..<rows { group[row] = root(row) }
  }

  private func root(_ row: Int) -> Int {
    var row = row
    while group[row] != row { row = group[row] }
    return row
  }

  // MARK: - All ways

  /// Sums over all ways in the group of detection `root`, if it is small and has a ring.
  private func sumExactly(group root: Int) {
    let most = Self.exactMax
    var members = InlineArray<6, Int>(repeating: -1)
    var memberCount = 0
    for row in root..<rows where group[row] == root {
      guard memberCount < most else { return }
      members[memberCount] = row
      memberCount += 1
    }
    guard memberCount >= 2 else { return }
    var owners = InlineArray<6, Int>(repeating: -1)
    var ownerCount = 0
    var weights = InlineArray<36, Double>(repeating: 0)
    for index in 0..<count where group[pairs[index].row] == root {
      var place = 0
      while place < ownerCount, owners[place] != pairs[index].track { place += 1 }
      if place == ownerCount {
        guard ownerCount < most else { return }
        owners[place] = pairs[index].track
        ownerCount += 1
      }
      var column = 0
      while members[column] != pairs[index].row { column += 1 }
      weights[place * most + column] = pairs[index].weight
    }
    guard ownerCount >= 2 else { return }
    for owner in 0..<ownerCount {
      take(owner, ownerCount, memberCount, owners, members, weights)
    }
  }

  /// Probabilities of one track: its weights times the ways in which the others leave each detection
  /// free.
  private func take(
    _ owner: Int, _ owners: Int, _ members: Int, _ trackOf: InlineArray<6, Int>,
    _ rowOf: InlineArray<6, Int>, _ weights: InlineArray<36, Double>
  ) {
    let sets = 1 << members
    // For each set of detections, the weight of all ways in which the others take just that set.
    var ways = InlineArray<64, Double>(repeating: 0)
    ways[0] = 1
    for other in 0..<owners where other != owner {
      for set in stride(from: sets - 1, to: 0, by: -1) {
        for row in 0..<members where set & (1 << row) != 0 {
          ways[set] += ways[set ^ (1 << row)] * weights[other * Self.exactMax + row]
        }
      }
    }
    var total = 0.0
    var own = InlineArray<6, Double>(repeating: 0)
    for set in 0..<sets {
      total += ways[set]
      for row in 0..<members where set & (1 << row) == 0 {
        own[row] += ways[set] * weights[owner * Self.exactMax + row]
      }
    }
    for row in 0..<members { total += own[row] }
    for index in 0..<count where pairs[index].track == trackOf[owner] {
      for row in 0..<members where rowOf[row] == pairs[index].row {
        pairs[index].probability = own[row] / total
      }
    }
  }
}
