/// The cells that differ in one frame, one bit a cell, cleaned and joined.
///
/// Works on whole words, 64 cells at a time: a 720p frame is 900 words.
struct ForegroundMarks: ~Copyable {
  let grid: CellGrid
  /// Cells that differ; `clean` takes away those that stand alone.
  let weak: Buffer<UInt64>
  /// Cells that differ clearly.
  let strong: Buffer<UInt64>
  /// `weak` made wider on all sides by `join` cells, so that fragments of one target touch.
  let joined: Buffer<UInt64>
  private let scratch: Buffer<UInt64>
  /// Largest difference in a tile, and what is too small beside it.
  private let tiles: Buffer<Int16>
  private let tileLimits: Buffer<Int16>

  init(grid: CellGrid) {
    self.grid = grid
    let count = grid.wordsPerRow * grid.rows
    weak = Buffer(count: count, repeating: 0)
    strong = Buffer(count: count, repeating: 0)
    joined = Buffer(count: count, repeating: 0)
    scratch = Buffer(count: count, repeating: 0)
    let tileCount = grid.stride / 8 * ((grid.rows + 7) / 8)
    tiles = Buffer(count: tileCount, repeating: 0)
    tileLimits = Buffer(count: tileCount, repeating: 0)
  }

  /// Drops marks that `mask` closes, and returns how many marks are left.
  func apply(_ mask: borrowing PrivacyMask) -> Int {
    precondition(mask.words.count == weak.count)
    var count = 0
    for index in 0..<weak.count {
      let open = unsafe mask.words.base[index]
      let marks = unsafe weak.base[index] & open
      unsafe weak.base[index] = marks
      unsafe strong.base[index] &= open
      count &+= marks.nonzeroBitCount
    }
    return count
  }

  /// Drops marks that differ by less than an eighth of the largest difference near by: soft shadows
  /// and the blocks that a codec changes around a target. A faint target by itself keeps all.
  ///
  /// Near by is the tile of 8 by 8 cells and the 8 tiles around it. Cost: a few nanoseconds for each
  /// marked cell.
  func dropHalo(cells: borrowing Buffer<Int16>, mean: borrowing Buffer<Int16>) {
    precondition(cells.count >= grid.count && mean.count >= grid.count)
    let tilesAcross = grid.stride / 8
    let tilesDown = (grid.rows + 7) / 8
    tiles.fill(0)
    for index in 0..<weak.count {
      var rest = weak[index]
      guard rest != 0 else { continue }
      let row = index / grid.wordsPerRow
      let tileBase = row / 8 * tilesAcross + (index - row * grid.wordsPerRow) * 8
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let difference = unsafe abs(
          cells.base[index &* 64 &+ bit] &- mean.base[index &* 64 &+ bit])
        let tile = tileBase &+ bit / 8
        if difference > tiles[tile] { tiles.set(tile, difference) }
      }
    }
    for row in 0..<tilesDown {
      for column in 0..<tilesAcross {
        var top: Int16 = 0
        for y in max(row - 1, 0)...min(row + 1, tilesDown - 1) {
          for x in max(column - 1, 0)...min(column + 1, tilesAcross - 1) {
            top = max(top, tiles[y * tilesAcross + x])
          }
        }
        tileLimits.set(row * tilesAcross + column, top / 8)
      }
    }
    for index in 0..<weak.count {
      var rest = weak[index]
      guard rest != 0 else { continue }
      let row = index / grid.wordsPerRow
      let tileBase = row / 8 * tilesAcross + (index - row * grid.wordsPerRow) * 8
      var kept: UInt64 = 0
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let difference = unsafe abs(
          cells.base[index &* 64 &+ bit] &- mean.base[index &* 64 &+ bit])
        if difference >= tileLimits[tileBase &+ bit / 8] { kept |= 1 << UInt64(bit) }
      }
      weak.set(index, kept)
      strong.set(index, strong[index] & kept)
    }
  }

  /// Drops weak marks none of whose 8 neighbours is marked; strong ones stay.
  func clean() {
    for row in 0..<grid.rows {
      for word in 0..<grid.wordsPerRow {
        let at = row &* grid.wordsPerRow &+ word
        let marks = weak[at]
        guard marks != 0 else {
          scratch.set(at, 0)
          continue
        }
        var neighbours = sides(weak, row, word)
        if row > 0 { neighbours |= sides(weak, row &- 1, word) | weak[at &- grid.wordsPerRow] }
        if row &+ 1 < grid.rows {
          neighbours |= sides(weak, row &+ 1, word) | weak[at &+ grid.wordsPerRow]
        }
        scratch.set(at, marks & (neighbours | strong[at]))
      }
    }
    unsafe weak.base.update(from: scratch.base, count: weak.count)
  }

  /// Fills `joined`: every cell at most `radius` cells across and down from a weak mark.
  func join(radius: Int) {
    unsafe joined.base.update(from: weak.base, count: weak.count)
    for _ in 0..<radius {
      for row in 0..<grid.rows {
        for word in 0..<grid.wordsPerRow {
          let at = row &* grid.wordsPerRow &+ word
          scratch.set(at, joined[at] | sides(joined, row, word))
        }
      }
      for row in 0..<grid.rows {
        for word in 0..<grid.wordsPerRow {
          let at = row &* grid.wordsPerRow &+ word
          var marks = scratch[at]
          if row > 0 { marks |= scratch[at &- grid.wordsPerRow] }
          if row &+ 1 < grid.rows { marks |= scratch[at &+ grid.wordsPerRow] }
          joined.set(at, marks)
        }
      }
    }
  }

  /// Whether the cell is marked, or lies in a gap that `join` closed: closing is `join` and then a
  /// narrowing by one cell.
  func isFilled(row: Int, column: Int) -> Bool {
    if isSet(weak, row, column) { return true }
    for y in max(row - 1, 0)...min(row + 1, grid.rows - 1) {
      for x in max(column - 1, 0)...min(column + 1, grid.columns - 1)
      where !isSet(joined, y, x) {
        return false
      }
    }
    return true
  }

  private func isSet(_ marks: borrowing Buffer<UInt64>, _ row: Int, _ column: Int) -> Bool {
    marks[row * grid.wordsPerRow + column / 64] >> UInt64(column % 64) & 1 != 0
  }

  /// The marks left and right of each cell of a word, without the cell's own.
  @inline(__always)
  private func sides(_ marks: borrowing Buffer<UInt64>, _ row: Int, _ word: Int) -> UInt64 {
    let at = row &* grid.wordsPerRow &+ word
    let middle = marks[at]
    var all = middle << 1 | middle >> 1
    if word > 0 { all |= marks[at &- 1] >> 63 }
    if word &+ 1 < grid.wordsPerRow { all |= marks[at &+ 1] << 63 }
    return all
  }
}
