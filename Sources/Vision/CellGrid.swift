/// The cells into which a picture is divided, and how they lie in memory.
///
/// Rows of cells are padded to a multiple of 64, so that a row of one-bit marks is whole words.
/// Pixels right and below the last whole cell (fewer than one cell) are not looked at.
struct CellGrid: BitwiseCopyable, Equatable {
  /// Picture size in pixels.
  let width: Int
  let height: Int
  /// Edge of a cell in pixels, a power of two, 1 ... 16.
  let cellSize: Int
  /// Cells across and down.
  let columns: Int
  let rows: Int
  /// Cells from one row to the next in memory.
  let stride: Int

  /// Most cells of a picture when the cell size is chosen here: 1920 by 1080 pixels in cells of 2.
  static let cellsMax = 520_000

  init(width: Int, height: Int, cellSize wanted: Int) {
    precondition(
      (16...8192).contains(width) && (16...8192).contains(height),
      "picture of \(width)x\(height) pixels: each side must be 16 ... 8192")
    precondition(
      [0, 1, 2, 4, 8, 16].contains(wanted), "cell size \(wanted): it must be 0, 1, 2, 4, 8 or 16")
    var size = 1
    while size < 16, (width / size) * (height / size) > Self.cellsMax { size *= 2 }
    self.width = width
    self.height = height
    cellSize = wanted == 0 ? size : wanted
    columns = width / cellSize
    rows = height / cellSize
    stride = (columns + 63) & ~63
  }

  /// Cells in memory, padding included.
  var count: Int { stride * rows }
  /// Words of one-bit marks a row.
  var wordsPerRow: Int { stride / 64 }
}
