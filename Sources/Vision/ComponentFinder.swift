/// Connected components of the joined marks (8 neighbours), measured on the marks themselves.
///
/// Rows are read as runs of marked cells; runs that touch from one row to the next are united
/// (union-find with path halving). Everything is bounded: `runsMax` runs a row and `labelsMax` labels
/// a frame; what exceeds them is left out and counted. Time is linear in words and runs.
struct ComponentFinder: ~Copyable {
  static let labelsMax = 2048

  /// Runs and labels that found no room, since the start.
  private(set) var overflows: UInt64 = 0

  private let grid: CellGrid
  private let parents: Buffer<Int32>
  private let measures: Buffer<Component>
  /// Runs of the row above and of this row: first cell, end (exclusive), label.
  private var above: RunList
  private var current: RunList
  /// Labels given in the latest frame.
  private(set) var labelCount = 0

  init(grid: CellGrid) {
    self.grid = grid
    parents = Buffer(count: Self.labelsMax, repeating: 0)
    measures = Buffer(count: Self.labelsMax, repeating: .empty)
    // A row cannot have more runs than every second cell.
    above = RunList(capacity: grid.stride / 2 + 1)
    current = RunList(capacity: grid.stride / 2 + 1)
  }

  /// Finds the components of `marks`; `component(_:)` then gives them by label.
  ///
  /// The difference of a cell is that of `cells` from `mean`, luma times 64.
  mutating func find(
    _ marks: borrowing ForegroundMarks, cells: borrowing Buffer<Int16>,
    mean: borrowing Buffer<Int16>
  ) {
    labelCount = 0
    above.count = 0
    for row in 0..<grid.rows {
      readRuns(marks, row)
      uniteWithAbove()
      for index in 0..<current.count {
        var run = current[index]
        if run.label < 0 { run.label = newLabel() }
        current.set(index, run)
        guard run.label >= 0 else { continue }
        measure(marks, row, run, cells, mean)
      }
      swap(&above, &current)
    }
  }

  /// The component of label `label`, 0 ..< `labelCount`, in order of the first row in which it was
  /// met; `nil` if the label was united with an older one.
  func component(_ label: Int) -> Component? {
    guard parents[label] == Int32(label), measures[label].area > 0 else { return nil }
    return measures[label]
  }

  private mutating func readRuns(_ marks: borrowing ForegroundMarks, _ row: Int) {
    current.count = 0
    let base = row * grid.wordsPerRow
    var start = -1
    for word in 0..<grid.wordsPerRow {
      var bits = marks.joined[base + word]
      let first = word * 64
      if start >= 0 {
        // A run is open: look for its end.
        let ones = (~bits).trailingZeroBitCount
        if ones == 64 { continue }
        current.append(Run(first: Int32(start), end: Int32(first + ones), label: -1))
        start = -1
        bits &= ~0 << UInt64(ones)
      }
      while bits != 0 {
        let zeros = bits.trailingZeroBitCount
        let ones = (~(bits >> UInt64(zeros))).trailingZeroBitCount
        if zeros + ones >= 64 {
          start = first + zeros
          break
        }
        current.append(
          Run(first: Int32(first + zeros), end: Int32(first + zeros + ones), label: -1))
        bits &= ~0 << UInt64(zeros + ones)
      }
    }
    if start >= 0 {
      current.append(Run(first: Int32(start), end: Int32(grid.stride), label: -1))
    }
  }

  /// Gives each run the label of the runs above it that it touches, and unites these.
  private mutating func uniteWithAbove() {
    var upper = 0
    for index in 0..<current.count {
      var run = current[index]
      while upper < above.count && above[upper].end < run.first { upper += 1 }
      var candidate = upper
      while candidate < above.count && above[candidate].first <= run.end {
        let label = above[candidate].label
        if label >= 0 { run.label = run.label < 0 ? root(label) : unite(run.label, label) }
        candidate += 1
      }
      current.set(index, run)
    }
  }

  private mutating func newLabel() -> Int32 {
    guard labelCount < Self.labelsMax else {
      overflows &+= 1
      return -1
    }
    parents.set(labelCount, Int32(labelCount))
    measures.set(labelCount, .empty)
    labelCount += 1
    return Int32(labelCount - 1)
  }

  private func root(_ label: Int32) -> Int32 {
    var at = label
    while parents[Int(at)] != at {
      parents.set(Int(at), parents[Int(parents[Int(at)])])
      at = parents[Int(at)]
    }
    return at
  }

  /// Unites two labels under the older one, which takes over what was measured.
  private func unite(_ a: Int32, _ b: Int32) -> Int32 {
    let first = root(a)
    let second = root(b)
    guard first != second else { return first }
    let older = min(first, second)
    let younger = max(first, second)
    parents.set(Int(younger), older)
    var sum = measures[Int(older)]
    sum.join(measures[Int(younger)])
    measures.set(Int(older), sum)
    return older
  }

  /// Adds the marked cells of one run to its component.
  private func measure(
    _ marks: borrowing ForegroundMarks, _ row: Int, _ run: Run, _ cells: borrowing Buffer<Int16>,
    _ mean: borrowing Buffer<Int16>
  ) {
    var part = Component.empty
    let base = row * grid.wordsPerRow
    for word in Int(run.first) / 64...(Int(run.end) - 1) / 64 {
      let from = max(Int(run.first) - word * 64, 0)
      let to = min(Int(run.end) - word * 64, 64)
      let inRun = ((~0 as UInt64) >> UInt64(64 - (to - from))) << UInt64(from)
      let weak = marks.weak[base + word] & inRun
      guard weak != 0 else { continue }
      part.left = min(part.left, Int32(word * 64 + weak.trailingZeroBitCount))
      part.right = max(part.right, Int32(word * 64 + 64 - weak.leadingZeroBitCount))
      part.area += Int32(weak.nonzeroBitCount)
      part.strong += Int32((marks.strong[base + word] & weak).nonzeroBitCount)
    }
    guard part.area > 0 else { return }
    part.top = Int32(row)
    part.bottom = Int32(row + 1)
    for column in Int(part.left)..<Int(part.right) {
      let at = row &* grid.stride &+ column
      part.difference &+= Int64(abs(Int32(cells[at]) &- Int32(mean[at])))
    }
    let at = Int(root(run.label))
    var sum = measures[at]
    sum.join(part)
    measures.set(at, sum)
  }
}

/// Marked cells side by side in a row.
struct Run: BitwiseCopyable {
  var first: Int32
  var end: Int32
  /// Component, or -1.
  var label: Int32
}

/// A bounded list of runs.
struct RunList: ~Copyable {
  var count = 0
  private let runs: Buffer<Run>

  init(capacity: Int) {
    runs = Buffer(count: capacity, repeating: Run(first: 0, end: 0, label: -1))
  }

  subscript(_ index: Int) -> Run { runs[index] }

  func set(_ index: Int, _ run: Run) { runs.set(index, run) }

  mutating func append(_ run: Run) {
    runs.set(count, run)
    count += 1
  }
}
