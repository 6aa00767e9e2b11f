extension MotionDetector {
  /// Draws where the targets of the latest frame are: 255 for a pixel of a target that was told, 0
  /// elsewhere, `height` rows of `width` bytes; in steps of a cell.
  ///
  /// For looking at results and for scoring; not for the hot path (it writes every pixel).
  /// Programmer error if `picture` has another size.
  public func drawMask(into picture: inout [UInt8]) {
    precondition(picture.count == grid.width * grid.height, "a mask of another size")
    for index in picture.indices { picture[index] = 0 }
    for index in 0..<components.count where confirmer.standing(of: index).isConfirmed {
      let component = components[index]
      for row in Int(component.top)..<Int(component.bottom) {
        for column in Int(component.left)..<Int(component.right)
        where marks.isFilled(row: row, column: column) {
          fillCell(row, column, of: &picture)
        }
      }
    }
  }

  private func fillCell(_ row: Int, _ column: Int, of picture: inout [UInt8]) {
    let size = grid.cellSize
    let offset = (shift &* size &+ 2) &>> SIMD2(repeating: 2)
    for y in row * size + offset.y..<(row + 1) * size + offset.y
    where y >= 0 && y < grid.height {
      for x in column * size + offset.x..<(column + 1) * size + offset.x
      where x >= 0 && x < grid.width {
        picture[y * grid.width + x] = 255
      }
    }
  }
}
