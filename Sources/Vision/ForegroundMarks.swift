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
  /// `weak` with its small gaps closed.
  let filled: Buffer<UInt64>
  /// The marks before changed light was taken out.
  let whole: Buffer<UInt64>
  /// Marks that changed, and the marks of the frame before.
  let toggled: Buffer<UInt64>
  private let previous: Buffer<UInt64>
  /// Where the targets of the last frame are, and where an earlier one was and the cell has differed
  /// ever since: who stands still stays out of the background with all parts.
  let covered: Buffer<UInt64>
  private let kept: Buffer<UInt64>
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
    filled = Buffer(count: count, repeating: 0)
    whole = Buffer(count: count, repeating: 0)
    toggled = Buffer(count: count, repeating: 0)
    previous = Buffer(count: count, repeating: 0)
    covered = Buffer(count: count, repeating: 0)
    kept = Buffer(count: count, repeating: 0)
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
      for column in 0..<tilesAcross where tiles[row * tilesAcross + column] > 0 {
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

  /// Marks the cells of which at least 5 of the 3 by 3 about them are marked, and no others: a median.
  ///
  /// The nine marks are added by bit-sliced adders, 64 cells at a time.
  func smooth() {
    smooth(weak)
    for index in 0..<weak.count { strong.set(index, strong[index] & weak[index]) }
  }

  /// The median of any marks of the grid.
  func smooth(_ marks: borrowing Buffer<UInt64>) {
    precondition(marks.count == scratch.count)
    let words = grid.wordsPerRow
    let base = unsafe marks.base
    // Most rows have no marks, nor do those beside them.
    var wasEmpty = true
    var isEmpty = unsafe Self.isEmpty(base, words)
    for row in 0..<grid.rows {
      let next = unsafe base + min(row + 1, grid.rows - 1) &* words
      let willBeEmpty = unsafe Self.isEmpty(next, words)
      let isQuiet = wasEmpty && isEmpty && willBeEmpty
      wasEmpty = isEmpty
      isEmpty = willBeEmpty
      guard !isQuiet else {
        unsafe (scratch.base + row &* words).update(repeating: 0, count: words)
        continue
      }
      let above = (row > 0 ? row - 1 : row) &* words
      let below = (row + 1 < grid.rows ? row + 1 : row) &* words
      for word in 0..<words {
        let a = unsafe threes(base + above, word, words)
        let b = unsafe threes(base + row &* words, word, words)
        let c = unsafe threes(base + below, word, words)
        let ones = a.ones ^ b.ones ^ c.ones
        let carry = a.ones & b.ones | c.ones & (a.ones | b.ones)
        let p = a.twos ^ b.twos
        let q = c.twos ^ carry
        let pBoth = a.twos & b.twos
        let qBoth = c.twos & carry
        let cross = p & q
        let fours = pBoth ^ qBoth ^ cross
        let eights = pBoth & qBoth | cross & (pBoth | qBoth)
        unsafe scratch.base[row &* words &+ word] = eights | fours & (ones | p ^ q)
      }
    }
    unsafe marks.base.update(from: scratch.base, count: marks.count)
  }

  @inline(__always)
  private static func isEmpty(_ line: UnsafePointer<UInt64>, _ words: Int) -> Bool {
    var any: UInt64 = 0
    for word in 0..<words { unsafe any |= line[word] }
    return any == 0
  }

  @inline(__always)
  private static func isEmpty(_ line: UnsafeMutablePointer<UInt64>, _ words: Int) -> Bool {
    unsafe isEmpty(UnsafePointer(line), words)
  }

  /// How many of a cell and its two neighbours across are marked, as two bits.
  @inline(__always)
  private func threes(_ row: UnsafePointer<UInt64>, _ word: Int, _ words: Int)
    -> (ones: UInt64, twos: UInt64)
  {
    let middle = unsafe row[word]
    let left = unsafe middle << 1 | (word > 0 ? row[word &- 1] >> 63 : 0)
    let right = unsafe middle >> 1 | (word &+ 1 < words ? row[word &+ 1] << 63 : 0)
    return (left ^ middle ^ right, left & middle | right & (left | middle))
  }

  /// Fills `joined`: every cell at most `radius` cells across and down from a weak mark; and
  /// `filled`: what of it stays when it is made narrower again by as much (closing).
  func join(radius: Int) {
    unsafe joined.base.update(from: weak.base, count: weak.count)
    for _ in 0..<radius { widen(joined) }
    unsafe filled.base.update(from: joined.base, count: joined.count)
    for _ in 0..<radius { narrow(filled) }
    for index in 0..<filled.count { filled.set(index, filled[index] | weak[index]) }
  }

  /// Marks the neighbours of all marks, 8 each.
  func widen(_ marks: borrowing Buffer<UInt64>) {
    precondition(marks.count == scratch.count)
    let words = grid.wordsPerRow
    for row in 0..<grid.rows {
      let line = unsafe marks.base + row &* words
      let out = unsafe scratch.base + row &* words
      guard unsafe !Self.isEmpty(line, words) else {
        unsafe out.update(repeating: 0, count: words)
        continue
      }
      for word in 0..<words {
        let middle = unsafe line[word]
        let left = unsafe word > 0 ? line[word &- 1] >> 63 : 0
        let right = unsafe word &+ 1 < words ? line[word &+ 1] << 63 : 0
        unsafe out[word] = middle | middle << 1 | middle >> 1 | left | right
      }
    }
    for row in 0..<grid.rows {
      let above = unsafe scratch.base + max(row - 1, 0) &* words
      let line = unsafe scratch.base + row &* words
      let below = unsafe scratch.base + min(row + 1, grid.rows - 1) &* words
      let out = unsafe marks.base + row &* words
      for word in 0..<words { unsafe out[word] = above[word] | line[word] | below[word] }
    }
  }

  /// Takes away marks with a neighbour that is not marked; what lies outside of the picture counts
  /// as marked.
  func narrow(_ marks: borrowing Buffer<UInt64>) {
    precondition(marks.count == scratch.count)
    let words = grid.wordsPerRow
    // The right border of the picture, as a neighbour that is marked.
    let border: UInt64 = 1 << UInt64((grid.columns &- 1) & 63)
    for row in 0..<grid.rows {
      let line = unsafe marks.base + row &* words
      let out = unsafe scratch.base + row &* words
      guard unsafe !Self.isEmpty(line, words) else {
        unsafe out.update(repeating: 0, count: words)
        continue
      }
      for word in 0..<words {
        let middle = unsafe line[word]
        let left = unsafe word > 0 ? line[word &- 1] >> 63 : 1
        let right = unsafe word &+ 1 < words ? line[word &+ 1] << 63 : border
        unsafe out[word] = middle & (middle << 1 | left) & (middle >> 1 | right)
      }
    }
    for row in 0..<grid.rows {
      let above = unsafe scratch.base + max(row - 1, 0) &* words
      let line = unsafe scratch.base + row &* words
      let below = unsafe scratch.base + min(row + 1, grid.rows - 1) &* words
      let out = unsafe marks.base + row &* words
      for word in 0..<words { unsafe out[word] = above[word] & line[word] & below[word] }
    }
  }

  /// Notes which marks changed since `noteToggles` was last called, without those of `covered` cells;
  /// to be called with the marks as the model gave them.
  func noteToggles() {
    for index in 0..<weak.count {
      let marks = weak[index]
      toggled.set(index, (marks ^ previous[index]) & ~covered[index])
      previous.set(index, marks)
    }
  }

  /// Begins `covered` anew.
  func beginCover() {
    for index in 0..<covered.count { kept.set(index, covered[index] & previous[index]) }
    covered.fill(0)
  }

  /// Makes what was covered one cell wider, and adds what still differs.
  func endCover() {
    widen(covered)
    for index in 0..<covered.count { covered.set(index, covered[index] | kept[index]) }
  }

  /// Adds to `filled` what was taken out as changed light within `component`'s box, and to `covered`
  /// all from the first to the last of it in each row: what lies between a target's parts belongs to
  /// it.
  func cover(_ component: Component) {
    let from = Int(component.left)
    let to = Int(component.right)
    for row in Int(component.top)..<Int(component.bottom) {
      var first = to
      var last = from - 1
      for word in from / 64...(to - 1) / 64 {
        let at = row * grid.wordsPerRow + word
        filled.set(at, filled[at] | whole[at] & Self.bits(from, to, ofWord: word))
        let inside = filled[at] & Self.bits(from, to, ofWord: word)
        guard inside != 0 else { continue }
        first = min(first, word * 64 + inside.trailingZeroBitCount)
        last = word * 64 + 63 - inside.leadingZeroBitCount
      }
      guard first <= last else { continue }
      for word in first / 64...last / 64 {
        let at = row * grid.wordsPerRow + word
        covered.set(at, covered[at] | Self.bits(first, last + 1, ofWord: word))
      }
    }
  }

  /// The bits of columns `from` ..< `to` that lie in word `word` of a row.
  private static func bits(_ from: Int, _ to: Int, ofWord word: Int) -> UInt64 {
    let low = max(from - word * 64, 0)
    let high = min(to - word * 64, 64)
    guard low < high else { return 0 }
    return ((~0 as UInt64) >> UInt64(64 - (high - low))) << UInt64(low)
  }

  /// Whether the cell is marked, or lies in a gap that `join` closed.
  func isFilled(row: Int, column: Int) -> Bool { isSet(filled, row, column) }

  private func isSet(_ marks: borrowing Buffer<UInt64>, _ row: Int, _ column: Int) -> Bool {
    marks[row * grid.wordsPerRow + column / 64] >> UInt64(column % 64) & 1 != 0
  }
}
