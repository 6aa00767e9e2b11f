import Geodesy

/// Which cells may be looked at: all that no privacy polygon touches.
struct PrivacyMask: ~Copyable {
  /// 1 for a cell that may be looked at, 0 for masked cells and padding.
  let isOpen: Buffer<UInt8>
  /// The same as marks, 64 cells a word.
  let words: Buffer<UInt64>
  /// 1 for a row of cells of which all may be looked at.
  let isRowOpen: Buffer<UInt8>
  /// Cells that may be looked at.
  let openCount: Int

  /// `polygons` in fractions of the picture's width and height; those of fewer than 3 points mask
  /// nothing.
  init(grid: CellGrid, polygons: [[SIMD2<Double>]]) {
    let isOpen = Buffer<UInt8>(count: grid.count, repeating: 0)
    let words = Buffer<UInt64>(count: grid.wordsPerRow * grid.rows, repeating: 0)
    let isRowOpen = Buffer<UInt8>(count: grid.rows, repeating: 1)
    let scale = SIMD2(Double(grid.width), Double(grid.height)) / Double(grid.cellSize)
    let inCells = polygons.filter { $0.count >= 3 }.map { $0.map { $0 * scale } }
    var openCount = 0
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let corner = SIMD2(Double(column), Double(row))
        guard !inCells.contains(where: { Self.touches($0, cellAt: corner) }) else {
          isRowOpen.set(row, 0)
          continue
        }
        isOpen.set(row * grid.stride + column, 1)
        let word = row * grid.wordsPerRow + column / 64
        words.set(word, words[word] | 1 << UInt64(column % 64))
        openCount += 1
      }
    }
    self.isOpen = isOpen
    self.words = words
    self.isRowOpen = isRowOpen
    self.openCount = openCount
  }

  /// Whether `polygon` has a point in common with the unit square at `corner`.
  static func touches(_ polygon: [SIMD2<Double>], cellAt corner: SIMD2<Double>) -> Bool {
    var previous = polygon[polygon.count - 1]
    for point in polygon {
      if crosses(previous, point, corner) { return true }
      previous = point
    }
    return polygonContains(polygon, corner + 0.5)
  }

  /// Whether the segment `a` `b` meets the unit square at `corner` (Liang and Barsky's clipping).
  private static func crosses(_ a: SIMD2<Double>, _ b: SIMD2<Double>, _ corner: SIMD2<Double>)
    -> Bool
  {
    var from = 0.0
    var to = 1.0
    let d = b - a
    for axis in 0..<2 {
      if d[axis] == 0 {
        if a[axis] < corner[axis] || a[axis] > corner[axis] + 1 { return false }
      } else {
        let t0 = (corner[axis] - a[axis]) / d[axis]
        let t1 = (corner[axis] + 1 - a[axis]) / d[axis]
        from = max(from, min(t0, t1))
        to = min(to, max(t0, t1))
      }
    }
    return from <= to
  }
}
