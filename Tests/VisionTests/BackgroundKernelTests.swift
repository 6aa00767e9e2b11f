import TestSupport
import Testing

@testable import Vision

/// The planes of a model and what it marked, for comparing.
private func planes(_ model: borrowing BackgroundModel, _ marks: [UInt64]) -> [[Int16]] {
  func copy(_ buffer: borrowing Buffer<Int16>) -> [Int16] {
    (0..<buffer.count).map { buffer[$0] }
  }
  return [
    copy(model.mean), copy(model.deviation), copy(model.unrest), copy(model.age),
    marks.flatMap { word in (0..<4).map { Int16(truncatingIfNeeded: word >> UInt64(16 * $0)) } },
  ]
}

@Suite("The background's wide loop")
struct BackgroundKernelTests {
  /// Twenty frames of random pictures and marks through one model.
  private func run(seed: UInt64, usesKernel: Bool) -> [[Int16]] {
    var random = SeededGenerator(seed: seed)
    let grid = CellGrid(width: 130, height: 20, cellSize: 1)
    let model = BackgroundModel(grid: grid, usesKernel: usesKernel)
    let words = grid.wordsPerRow * grid.rows
    let cells = Buffer<Int16>(count: grid.count, repeating: 0)
    let toggled = Buffer<UInt64>(count: words, repeating: 0)
    let covered = Buffer<UInt64>(count: words, repeating: 0)
    let weak = Buffer<UInt64>(count: words, repeating: 0)
    let strong = Buffer<UInt64>(count: words, repeating: 0)
    for index in 0..<grid.count { cells.set(index, Int16.random(in: 0...16_320, using: &random)) }
    model.seed(cells)
    for frame in 0..<20 {
      let reach = Int16.random(in: 1...(frame % 3 == 0 ? 4_000 : 200), using: &random)
      for index in 0..<grid.count {
        let moved = Int(model.mean[index]) + Int(Int16.random(in: -reach...reach, using: &random))
        cells.set(index, Int16(min(max(moved, 0), 16_320)))
      }
      for index in 0..<words {
        // Where nothing ever flickers the loop leaves unrest and age alone.
        let flickers = index % 4 != 0
        toggled.set(index, flickers ? UInt64.random(in: 0...UInt64.max, using: &random) : 0)
        covered.set(index, UInt64.random(in: 0...UInt64.max, using: &random))
      }
      let step = BackgroundModel.Step(
        contrastMin: 256, deviations: 5, shift: Int16.random(in: 1...9, using: &random),
        ageMax: frame < 5 ? -1 : 8, unrestRise: 48, frame: UInt32(frame))
      model.update(
        cells, step: step, toggled: toggled, covered: covered, weak: weak, strong: strong)
      model.refreshRange(rows: 0..<grid.rows)
    }
    let marks = (0..<words).map { weak[$0] } + (0..<words).map { strong[$0] }
    return planes(model, marks)
  }

  @Test("does what the Swift reference does, bit for bit", arguments: 0..<20)
  func equality(seed: Int) {
    #expect(run(seed: UInt64(seed), usesKernel: true) == run(seed: UInt64(seed), usesKernel: false))
  }
}
