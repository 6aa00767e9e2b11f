/// How many things that last no longer than a frame or two there are, by place and size: rain, snow,
/// insects, foliage.
///
/// Counted in 4 by 3 parts of the picture and by the binary logarithm of the area. Where they are
/// dense, one of them is often found where another was expected, and a chain of such chances looks
/// like a target.
struct TransientRate: BitwiseCopyable {
  /// Parts of the picture across and down, and classes of area.
  private static let across = 4
  private static let down = 3
  private static let sizes = 16
  /// Times 256: how many a frame, in the mean over 16 frames.
  private var rates = InlineArray<192, Int32>(repeating: 0)
  /// How many began in this frame, and in the last if they were a shower, by part and class of area:
  /// of a shower that begins nothing is gone yet.
  private var begun = InlineArray<192, Int32>(repeating: 0)
  private var shower = InlineArray<192, Int32>(repeating: 0)
  /// So many that begin in one frame are a shower; fewer may be the parts of a target.
  private static let showerMin: Int32 = 10

  private static func part(_ centre: SIMD2<Int32>, _ grid: CellGrid) -> Int {
    // Centres are told in half cells.
    let column = min(max(Int(centre.x) * across / (2 * grid.columns), 0), across - 1)
    let row = min(max(Int(centre.y) * down / (2 * grid.rows), 0), down - 1)
    return (row * across + column) * sizes
  }

  private static func size(_ area: Int32) -> Int {
    min(31 - max(area, 1).leadingZeroBitCount, sizes - 1)
  }

  /// Notes one that is gone.
  mutating func count(centre: SIMD2<Int32>, area: Int32, grid: CellGrid) {
    let at = Self.part(centre, grid) + Self.size(area)
    rates[at] = min(rates[at] &+ 16, 256 * 256)
  }

  /// Notes one that was not there before.
  mutating func countBegun(centre: SIMD2<Int32>, area: Int32, grid: CellGrid) {
    begun[Self.part(centre, grid) + Self.size(area)] &+= 1
  }

  /// To be called once a frame.
  mutating func fade() {
    var sum: Int32 = 0
    for at in 0..<192 {
      rates[at] &-= (rates[at] &+ 15) / 16
      sum &+= begun[at]
    }
    shower = sum >= Self.showerMin ? begun : InlineArray(repeating: 0)
    begun = InlineArray(repeating: 0)
  }

  /// How many of at least half of `area` are expected within the reach in which `component` is looked
  /// for in the next frame, in thousandths. Of those that begin half are taken to be gone soon.
  func chance(of component: Component, area: Int32, grid: CellGrid) -> Int {
    let centre = SIMD2(component.left + component.right, component.top + component.bottom)
    let part = Self.part(centre, grid)
    var gone = 0
    var fresh = 0
    for size in max(Self.size(area) - 1, 0)..<Self.sizes {
      gone += Int(rates[part + size])
      fresh += Int(shower[part + size]) * 128
    }
    let sum = max(gone, fresh)
    let reach = (4 + Int(component.width)) * (4 + Int(component.height))
    let room = grid.columns * grid.rows / (Self.across * Self.down)
    return sum * reach * 1000 / (256 * max(room, 1))
  }
}
