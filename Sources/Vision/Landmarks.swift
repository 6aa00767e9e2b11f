/// The places by which the background is known again: in each block of the picture the cell with the
/// strongest edge.
///
/// An edge tells where the camera looks (it is somewhere else when the camera moves) and how sharp the
/// lens is (it is gone when the lens is not). One row of blocks is looked through a frame, so that the
/// places follow the background within a second or so; every other cell across and down is looked at.
struct Landmarks: ~Copyable {
  /// Blocks across and down.
  static let across = 32
  static let down = 24
  /// Cells from the border within which there is none, so that a shifted picture has it too.
  static let margin = ShakeEstimator.reach + 2
  /// Least edge, sum of the differences across and down over two cells, luma times 64: 8 steps.
  static let edgeMin: Int32 = 8 * 64

  let grid: CellGrid
  /// Index of the cell of each block; -1 where nothing stands out.
  let places: Buffer<Int32>
  private var turn = 0

  init(grid: CellGrid) {
    self.grid = grid
    places = Buffer(count: Self.across * Self.down, repeating: -1)
  }

  /// Blocks with an edge.
  var count: Int {
    var count = 0
    for index in 0..<places.count where places[index] >= 0 { count += 1 }
    return count
  }

  /// Looks for all places anew.
  mutating func begin(_ mean: borrowing Buffer<Int16>, _ mask: borrowing PrivacyMask) {
    for row in 0..<Self.down { look(through: row, mean, mask) }
  }

  /// Looks through the next row of blocks.
  mutating func follow(_ mean: borrowing Buffer<Int16>, _ mask: borrowing PrivacyMask) {
    turn = (turn + 1) % Self.down
    look(through: turn, mean, mask)
  }

  private func look(
    through blockRow: Int, _ mean: borrowing Buffer<Int16>, _ mask: borrowing PrivacyMask
  ) {
    precondition(mean.count >= grid.count && mask.isOpen.count >= grid.count)
    let rows = grid.rows - 2 * Self.margin
    let columns = grid.columns - 2 * Self.margin
    guard rows >= Self.down, columns >= Self.across else { return }
    let top = Self.margin + rows * blockRow / Self.down
    let bottom = Self.margin + rows * (blockRow + 1) / Self.down
    for block in 0..<Self.across {
      let left = Self.margin + columns * block / Self.across
      let right = Self.margin + columns * (block + 1) / Self.across
      var best = Self.edgeMin - 1
      var place: Int32 = -1
      for row in stride(from: top, to: bottom, by: 2) {
        for column in stride(from: left, to: right, by: 2) {
          let at = row &* grid.stride &+ column
          let edge = unsafe Self.edge(mean.base + at, grid.stride)
          guard edge > best, unsafe mask.isOpen.base[at] != 0 else { continue }
          best = edge
          place = Int32(at)
        }
      }
      places.set(blockRow * Self.across + block, place)
    }
  }

  /// Differences across and down over two cells, together; `at` points to the cell.
  @inline(__always)
  static func edge(_ at: UnsafePointer<Int16>, _ stride: Int) -> Int32 {
    unsafe abs(Int32(at[1]) &- Int32(at[-1])) &+ abs(Int32(at[stride]) &- Int32(at[-stride]))
  }

  /// In which of 4 by 3 parts of the picture block `index` lies.
  static func part(of index: Int) -> Int {
    index / across * 3 / down * 4 + index % across * 4 / across
  }
  /// Parts of the picture.
  static let parts = 12
}
