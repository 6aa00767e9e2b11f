/// Takes cast shadows and pools of light out of the marks.
///
/// A shadow multiplies what the ground sends back: the picture is darker by a share that hardly
/// changes from cell to cell, and the ground's pattern goes on in it. With x the picture and m the
/// background, a marked cell is *light* (changed light only) when
///
///     shadeMin · m <= x <= shadeMax · m  and  |∇x - (x / m) ∇m| <= patternMax
///
/// The second is not asked within `rim` cells of the marks' border, where the shadow's own edge
/// runs; a pool of light, brighter up to `glareMax`, has soft edges and must agree everywhere. A
/// coat or a car's side can look like that too, so light is taken out only where it is wide
/// (opening) and not enclosed by other marks on at least three of four sides.
///
/// The ratio test is that of R. Cucchiara, C. Grana, M. Piccardi and A. Prati (IEEE TPAMI 25, 2003),
/// section 4, the comparison of gradients that of A. Sanin, C. Sanderson and B. Lovell, "Shadow
/// detection: a survey and comparative evaluation of recent methods" (Pattern Recognition 45, 2012),
/// section 3.4.
struct ShadowFilter: ~Copyable {
  let grid: CellGrid
  private let light: Buffer<UInt64>
  private let inner: Buffer<UInt64>
  private let core: Buffer<UInt64>
  private let scratch: Buffer<UInt64>
  /// From which side a cell is reached by a core mark through marks: above, below, left, right.
  private let above: Buffer<UInt64>
  private let below: Buffer<UInt64>

  /// Shares of the background's brightness, times 256, that a shadow leaves: 0.4 ... 0.95.
  static let shadeMin: Int32 = 102
  static let shadeMax: Int32 = 243
  /// Most that a pool of light adds: three times the background, times 256.
  static let glareMax: Int32 = 768
  /// Difference of the gradients across and down together that is noise, luma times 64.
  static let patternMax: Int32 = 9 * 64

  init(grid: CellGrid) {
    self.grid = grid
    let count = grid.wordsPerRow * grid.rows
    light = Buffer(count: count, repeating: 0)
    inner = Buffer(count: count, repeating: 0)
    core = Buffer(count: count, repeating: 0)
    scratch = Buffer(count: count, repeating: 0)
    above = Buffer(count: count, repeating: 0)
    below = Buffer(count: count, repeating: 0)
  }

  /// Takes what is light out of `marks.weak`; `radius` is how narrow light may be, in cells.
  func apply(
    to marks: borrowing ForegroundMarks, cells: borrowing Buffer<Int16>,
    mean: borrowing Buffer<Int16>, radius: Int
  ) {
    unsafe marks.whole.base.update(from: marks.weak.base, count: inner.count)
    unsafe inner.base.update(from: marks.weak.base, count: inner.count)
    for _ in 0..<radius { marks.narrow(inner) }
    guard findLight(marks.weak, cells, mean) else { return }
    // Opening by reconstruction.
    unsafe core.base.update(from: light.base, count: core.count)
    marks.narrow(core)
    for _ in 0..<2 { marks.widen(core) }
    for index in 0..<core.count {
      light.set(index, light[index] & core[index])
      core.set(index, marks.weak[index] & ~light[index])
    }
    marks.smooth(core)
    reach(marks.weak)
    for index in 0..<core.count {
      guard light[index] != 0 else { continue }
      let (left, right) = (inner[index], scratch[index])
      let (up, down) = (above[index], below[index])
      let enclosed = left & right & (up | down) | up & down & (left | right)
      marks.weak.set(index, core[index] | light[index] & enclosed)
    }
  }

  /// Fills `light`; false if there is none.
  private func findLight(
    _ weak: borrowing Buffer<UInt64>, _ cells: borrowing Buffer<Int16>,
    _ mean: borrowing Buffer<Int16>
  ) -> Bool {
    var any: UInt64 = 0
    let stride = grid.stride
    for index in 0..<weak.count {
      var rest = weak[index]
      guard rest != 0 else {
        light.set(index, 0)
        continue
      }
      let row = index / grid.wordsPerRow
      let isBorder = row == 0 || row == grid.rows - 1
      let within = inner[index]
      var found: UInt64 = 0
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        rest &= rest &- 1
        let at = index &* 64 &+ bit
        let x = Int32(unsafe cells.base[at])
        let m = Int32(unsafe mean.base[at])
        let ratio = x &* 256 / max(m, 1)
        guard ratio >= Self.shadeMin, ratio <= Self.glareMax else { continue }
        guard ratio <= Self.shadeMax || ratio > 256 else { continue }
        let isRim = within >> UInt64(bit) & 1 == 0
        if isRim && ratio < 256 {
          found |= 1 << UInt64(bit)
          continue
        }
        guard !isBorder, at % stride > 0, at % stride < grid.columns - 1 else { continue }
        let dx = unsafe Self.excess(cells.base + at, mean.base + at, 1, ratio)
        let dy = unsafe Self.excess(cells.base + at, mean.base + at, stride, ratio)
        if dx &+ dy <= Self.patternMax { found |= 1 << UInt64(bit) }
      }
      light.set(index, found)
      any |= found
    }
    return any != 0
  }

  /// Difference of the picture's gradient from the dimmed background's.
  @inline(__always)
  private static func excess(
    _ x: UnsafePointer<Int16>, _ m: UnsafePointer<Int16>, _ step: Int, _ ratio: Int32
  ) -> Int32 {
    let gx = unsafe Int32(x[step]) &- Int32(x[-step])
    let gm = unsafe Int32(m[step]) &- Int32(m[-step])
    return abs(gx &- (gm &* ratio) >> 8)
  }

  /// Fills `above`, `below`, `inner` (left) and `scratch` (right) with the marks that a core mark
  /// reaches through marks from that side.
  private func reach(_ weak: borrowing Buffer<UInt64>) {
    let words = grid.wordsPerRow
    for index in 0..<weak.count {
      let over = index >= words ? above[index - words] : 0
      above.set(index, weak[index] & (core[index] | over))
    }
    for index in stride(from: weak.count - 1, through: 0, by: -1) {
      let under = index + words < weak.count ? below[index + words] : 0
      below.set(index, weak[index] & (core[index] | under))
    }
    for row in 0..<grid.rows {
      var carry: UInt64 = 0
      for word in 0..<words {
        let at = row * words + word
        let open = weak[at]
        let filled = open == 0 ? core[at] : Self.fillUp(core[at] | carry & open, open)
        inner.set(at, filled)
        carry = filled >> 63
      }
      carry = 0
      for word in stride(from: words - 1, through: 0, by: -1) {
        let at = row * words + word
        let open = weak[at]
        let filled = open == 0 ? core[at] : Self.fillDown(core[at] | carry & open, open)
        scratch.set(at, filled)
        carry = filled << 63
      }
    }
  }

  /// Spreads `seeds` to higher bits through `open` (Kogge and Stone's prefix).
  @inline(__always)
  private static func fillUp(_ seeds: UInt64, _ open: UInt64) -> UInt64 {
    var g = seeds
    var p = open
    var shift: UInt64 = 1
    while shift < 64 {
      g |= p & (g << shift)
      p &= p << shift
      shift <<= 1
    }
    return g
  }

  /// Spreads `seeds` to lower bits through `open`.
  @inline(__always)
  private static func fillDown(_ seeds: UInt64, _ open: UInt64) -> UInt64 {
    var g = seeds
    var p = open
    var shift: UInt64 = 1
    while shift < 64 {
      g |= p & (g >> shift)
      p &= p >> shift
      shift <<= 1
    }
    return g
  }
}
