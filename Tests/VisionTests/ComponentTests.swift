import TestSupport
import Testing

@testable import Vision

/// Components by flood fill over a field of marks, with 8 neighbours.
private func flood(_ isMarked: [Bool], columns: Int, rows: Int) -> [Component] {
  var seen = [Bool](repeating: false, count: isMarked.count)
  var found: [Component] = []
  for start in isMarked.indices where isMarked[start] && !seen[start] {
    var component = Component.empty
    var stack = [start]
    seen[start] = true
    while let at = stack.popLast() {
      let (row, column) = (at / columns, at % columns)
      component.join(
        Component(
          left: Int32(column), top: Int32(row), right: Int32(column + 1), bottom: Int32(row + 1),
          area: 1, strong: 0, difference: Int64(at % 97)))
      for y in max(row - 1, 0)...min(row + 1, rows - 1) {
        for x in max(column - 1, 0)...min(column + 1, columns - 1) {
          let next = y * columns + x
          if isMarked[next] && !seen[next] {
            seen[next] = true
            stack.append(next)
          }
        }
      }
    }
    found.append(component)
  }
  return found
}

private func order(_ a: Component, _ b: Component) -> Bool {
  (a.top, a.left, a.bottom, a.right, a.area) < (b.top, b.left, b.bottom, b.right, b.area)
}

@Suite("Connected components")
struct ComponentTests {
  @Test("equal those of a flood fill", arguments: 0..<120)
  func flooded(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let columns = Int.random(in: 8...150, using: &random)
    let rows = Int.random(in: 8...40, using: &random)
    let percent = [2, 10, 30, 45, 60, 90, 100].randomElement(using: &random)!
    let grid = CellGrid(width: columns * 2, height: rows * 2, cellSize: 2)
    let marks = ForegroundMarks(grid: grid)
    let cells = Buffer<Int16>(count: grid.count, repeating: 0)
    let mean = Buffer<Int16>(count: grid.count, repeating: 0)
    var isMarked = [Bool](repeating: false, count: columns * rows)
    for row in 0..<rows {
      for column in 0..<columns where Int.random(in: 0..<100, using: &random) < percent {
        isMarked[row * columns + column] = true
        let word = row * grid.wordsPerRow + column / 64
        marks.weak.set(word, marks.weak[word] | 1 << UInt64(column % 64))
        cells.set(row * grid.stride + column, Int16((row * columns + column) % 97))
      }
    }
    marks.join(radius: 0)
    var finder = ComponentFinder(grid: grid)
    finder.find(marks, cells: cells, mean: mean)
    let found = (0..<finder.labelCount).compactMap { finder.component($0) }.sorted(by: order)
    let expected = flood(isMarked, columns: columns, rows: rows).sorted(by: order)
    #expect(finder.overflows == 0)
    #expect(found == expected, "seed \(seed), \(columns)x\(rows), \(percent) %")
  }

  @Test("join over gaps of two cells for each cell of radius")
  func joins() {
    let grid = CellGrid(width: 256, height: 32, cellSize: 2)
    for (gap, isOne) in [(1, true), (2, true), (3, false)] {
      let marks = ForegroundMarks(grid: grid)
      // Across the border of two words.
      marks.weak.set(5 * grid.wordsPerRow, 1 << 63)
      marks.weak.set(5 * grid.wordsPerRow + 1, 1 << UInt64(gap))
      marks.join(radius: 1)
      let zeros = Buffer<Int16>(count: grid.count, repeating: 0)
      var finder = ComponentFinder(grid: grid)
      finder.find(marks, cells: zeros, mean: zeros)
      let found = (0..<finder.labelCount).compactMap { finder.component($0) }
      #expect(found.count == (isOne ? 1 : 2))
      #expect(found.map(\.area).reduce(0, +) == 2)
    }
  }

  @Test("count what finds no room and go on")
  func overflow() {
    let grid = CellGrid(width: 1024, height: 256, cellSize: 2)
    let marks = ForegroundMarks(grid: grid)
    for row in stride(from: 0, to: grid.rows, by: 2) {
      for word in 0..<grid.wordsPerRow {
        marks.weak.set(row * grid.wordsPerRow + word, 0x5555_5555_5555_5555)
      }
    }
    marks.join(radius: 0)
    let zeros = Buffer<Int16>(count: grid.count, repeating: 0)
    var finder = ComponentFinder(grid: grid)
    finder.find(marks, cells: zeros, mean: zeros)
    #expect(finder.labelCount == ComponentFinder.labelsMax)
    #expect(finder.overflows == UInt64(64 * 256 - ComponentFinder.labelsMax))
  }

  @Test("lists keep the largest, largest first")
  func list() {
    var random = SeededGenerator(seed: 3)
    var list = ComponentList()
    var areas: [Int32] = []
    for _ in 0..<200 {
      let area = Int32.random(in: 1...500, using: &random)
      areas.append(area)
      var component = Component.empty
      component.area = area
      list.insert(component)
    }
    let kept = (0..<list.count).map { list[$0].area }
    #expect(kept == Array(areas.sorted(by: >).prefix(ComponentList.capacity)))
    #expect(list.overflows == 200 - 64)
  }
}
