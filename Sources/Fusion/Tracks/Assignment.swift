/// The cheapest one-to-one assignment of a scan's detections to tracks, exact.
///
/// Shortest augmenting paths with dual prices (Jonker, Volgenant, "A shortest augmenting path
/// algorithm for dense and sparse linear assignment problems", Computing 38, 1987; row by row as in
/// the Hungarian method). Each detection has a column of its own beside the tracks' that stands for
/// "new or clutter" at cost 0. Cost: O(rows² · columns); for the largest scan about 1 ms, for usual
/// ones under a microsecond. No allocation after `init`.
struct Assignment: ~Copyable {
  /// Cost of a pair that must not be.
  static let forbidden = 1e6

  private let columnsMax: Int
  private let costs: FixedArray<Double>
  private let rowPrice: FixedArray<Double>
  private let columnPrice: FixedArray<Double>
  private let columnRow: FixedArray<Int>
  private let way: FixedArray<Int>
  private let slack: FixedArray<Double>
  private let used: FixedArray<Bool>
  private var rows = 0
  private var tracks = 0

  /// Room for `rows` detections and `tracks` tracks.
  init(rowsMax: Int, tracksMax: Int) {
    columnsMax = tracksMax + rowsMax
    costs = FixedArray(repeating: 0, count: rowsMax * tracksMax)
    rowPrice = FixedArray(repeating: 0, count: rowsMax + 1)
    columnPrice = FixedArray(repeating: 0, count: columnsMax + 1)
    columnRow = FixedArray(repeating: 0, count: columnsMax + 1)
    way = FixedArray(repeating: 0, count: columnsMax + 1)
    slack = FixedArray(repeating: 0, count: columnsMax + 1)
    used = FixedArray(repeating: false, count: columnsMax + 1)
  }

  /// Starts a problem with all pairs forbidden.
  mutating func begin(rows: Int, tracks: Int) {
    self.rows = rows
    self.tracks = tracks
    for index in 0..<(rows * tracks) { costs[index] = Self.forbidden }
  }

  /// Sets the cost of giving detection `row` to `track`: negative is better than calling it new.
  func setCost(_ cost: Double, row: Int, track: Int) { costs[row * tracks + track] = cost }

  private func cost(_ row: Int, _ column: Int) -> Double {
    if column < tracks { return costs[row * tracks + column] }
    return column - tracks == row ? 0 : Self.forbidden
  }

  /// Solves; `row(ofTrack:)` then tells the pairs.
  func solve() {
    let columns = tracks + rows
    for index in 0...columns {
      columnPrice[index] = 0
      columnRow[index] = 0
    }
    for index in 0...rows { rowPrice[index] = 0 }
    for row in 0..<rows { augment(row + 1, columns) }
  }

  /// The detection that went to `track`, or `nil`.
  func row(ofTrack track: Int) -> Int? {
    let row = columnRow[track + 1] - 1
    return row >= 0 && cost(row, track) < Self.forbidden ? row : nil
  }

  /// Gives `row` (from 1) a column, moving others along the cheapest alternating path. Column 0 is
  /// the path's start.
  private func augment(_ row: Int, _ columns: Int) {
    columnRow[0] = row
    var column = 0
    for index in 0...columns {
      slack[index] = .infinity
      used[index] = false
    }
    repeat {
      used[column] = true
      let from = columnRow[column]
      var step = Double.infinity
      var next = 0
      for candidate in 1...columns where !used[candidate] {
        let reduced = cost(from - 1, candidate - 1) - rowPrice[from] - columnPrice[candidate]
        if reduced < slack[candidate] {
          slack[candidate] = reduced
          way[candidate] = column
        }
        if slack[candidate] < step {
          step = slack[candidate]
          next = candidate
        }
      }
      for index in 0...columns {
        if used[index] {
          rowPrice[columnRow[index]] += step
          columnPrice[index] -= step
        } else {
          slack[index] -= step
        }
      }
      column = next
    } while columnRow[column] != 0
    repeat {
      let previous = way[column]
      columnRow[column] = columnRow[previous]
      column = previous
    } while column != 0
  }
}
