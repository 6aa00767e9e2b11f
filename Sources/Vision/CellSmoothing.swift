/// Cells of one pixel: the picture smoothed by (1 2 1) across and down, so that the noise of one pixel
/// and the blocks of a codec weigh less.
///
/// Masked pixels count as black, and their cells stay closed: what lies in them is not read.
enum CellSmoothing {
  /// Writes luma times 64 to `cells`; `lines` is room for four rows.
  static func smooth(
    _ start: UnsafeRawPointer, _ stride: Int, _ grid: CellGrid, _ mask: borrowing PrivacyMask,
    lines: borrowing Buffer<Int16>, into cells: borrowing Buffer<Int16>
  ) {
    precondition(lines.count >= 4 * grid.stride)
    let width = grid.columns
    let base = unsafe lines.base
    let line = unsafe base + 3 * grid.stride
    for row in 0..<grid.rows + 1 {
      if row < grid.rows {
        let target = unsafe base + row % 3 * grid.stride
        unsafe read(start + row &* stride, width, row, mask, grid, into: line)
        unsafe across(line, width, into: target)
      }
      guard row > 0 else { continue }
      let middle = row - 1
      let upper = unsafe base + (max(middle - 1, 0) % 3) * grid.stride
      let centre = unsafe base + middle % 3 * grid.stride
      let lower = unsafe base + (min(middle + 1, grid.rows - 1) % 3) * grid.stride
      let out = unsafe cells.base + middle &* grid.stride
      unsafe down(upper, centre, lower, width, into: out)
    }
  }

  @inline(__always)
  private static func read(
    _ source: UnsafeRawPointer, _ width: Int, _ row: Int, _ mask: borrowing PrivacyMask,
    _ grid: CellGrid, into line: UnsafeMutablePointer<Int16>
  ) {
    let pixels = unsafe source.assumingMemoryBound(to: UInt8.self)
    for column in 0..<width { unsafe line[column] = Int16(truncatingIfNeeded: pixels[column]) }
    guard mask.isRowOpen[row] == 0 else { return }
    let isOpen = unsafe mask.isOpen.base + row &* grid.stride
    for column in 0..<width where unsafe isOpen[column] == 0 { unsafe line[column] = 0 }
  }

  @inline(__always)
  private static func across(
    _ line: UnsafePointer<Int16>, _ width: Int, into target: UnsafeMutablePointer<Int16>
  ) {
    unsafe target[0] = 3 &* line[0] &+ line[1]
    for column in 1..<width - 1 {
      unsafe target[column] = line[column - 1] &+ 2 &* line[column] &+ line[column &+ 1]
    }
    unsafe target[width - 1] = 3 &* line[width - 1] &+ line[width - 2]
  }

  @inline(__always)
  private static func down(
    _ upper: UnsafePointer<Int16>, _ centre: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>,
    _ width: Int, into out: UnsafeMutablePointer<Int16>
  ) {
    for column in 0..<width {
      unsafe out[column] = (upper[column] &+ 2 &* centre[column] &+ lower[column]) &* 4
    }
  }
}
