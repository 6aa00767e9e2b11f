import TestSupport
import Testing

@testable import Vision

@Suite("Means of cells")
struct CellAverageTests {
  @Test("equal the means of their pixels", arguments: [2, 4, 8, 16])
  func means(cell: Int) {
    var random = SeededGenerator(seed: UInt64(cell))
    for _ in 0..<4 {
      let width = Int.random(in: 16...90, using: &random)
      let height = Int.random(in: 16...60, using: &random)
      let stride = width + Int.random(in: 0...9, using: &random)
      let luma = (0..<stride * height).map { _ in UInt8.random(in: 0...255, using: &random) }
      let grid = CellGrid(width: width, height: height, cellSize: cell)
      let mask = PrivacyMask(
        grid: grid, polygons: [[SIMD2(0.1, 0.2), SIMD2(0.4, 0.1), SIMD2(0.3, 0.6)]])
      let cells = Buffer<Int16>(count: grid.count, repeating: -1)
      CellAverage.average(
        luma: luma.span.bytes, stride: stride, grid: grid, mask: mask,
        lines: Buffer(count: 4 * grid.stride, repeating: 0), into: cells)
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          let at = row * grid.stride + column
          var sum = 0
          for y in 0..<cell {
            for x in 0..<cell {
              sum += Int(luma[(row * cell + y) * stride + column * cell + x])
            }
          }
          let expected = mask.isOpen[at] != 0 ? sum * 64 / (cell * cell) : -1
          #expect(Int(cells[at]) == expected)
        }
      }
    }
  }

  @Test("masks close every cell that a polygon touches and no other")
  func masks() {
    let square = [SIMD2(1.2, 1.2), SIMD2(2.5, 1.2), SIMD2(2.5, 2.5), SIMD2(1.2, 2.5)]
    for row in 0..<5 {
      for column in 0..<5 {
        let touches = PrivacyMask.touches(square, cellAt: SIMD2(Double(column), Double(row)))
        #expect(touches == ((1...2).contains(row) && (1...2).contains(column)))
      }
    }
    let around = [SIMD2(-9.0, -9), SIMD2(99, -9), SIMD2(99, 99), SIMD2(-9, 99)]
    #expect(PrivacyMask.touches(around, cellAt: SIMD2(3, 3)))
  }
}
