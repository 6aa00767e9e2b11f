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

  /// To be called once a frame.
  mutating func fade() {
    for at in 0..<192 { rates[at] &-= (rates[at] &+ 15) / 16 }
  }

  /// How many of at least half the area are expected within the reach in which `component` is looked
  /// for in the next frame, in thousandths.
  func chance(of component: Component, grid: CellGrid) -> Int {
    let centre = SIMD2(component.left + component.right, component.top + component.bottom)
    let part = Self.part(centre, grid)
    var sum = 0
    for size in max(Self.size(component.area) - 1, 0)..<Self.sizes {
      sum += Int(rates[part + size])
    }
    let reach = (4 + Int(component.width)) * (4 + Int(component.height))
    let room = grid.columns * grid.rows / (Self.across * Self.down)
    return sum * reach * 1000 / (256 * max(room, 1))
  }
}
