/// Whether the picture has an edge where a component ends.
///
/// A thing stands before the background, so along its outline the picture steps from the thing to
/// the background: across the outline the picture changes about as much as the inside differs from
/// the background. The place that a thing left ("ghost") and a change of light differ as much, but
/// there the picture goes on across the outline.
///
/// After the comparison of gradients in R. Cucchiara, C. Grana, M. Piccardi and A. Prati, "Detecting
/// moving objects, ghosts, and shadows in video streams", IEEE TPAMI 25 (2003), section 3.
struct EdgeEvidence {
  let grid: CellGrid

  /// Cells from the outermost marked cell of a row to the ones that are compared, so that those
  /// through which the outline itself runs are left out: about a hundredth of the picture's height
  /// inwards, twice that outwards.
  private var inwards: Int { max(1, grid.rows / 120) }
  private var outwards: Int { 2 * inwards }

  /// Step across the component's outline over the difference inside of it, of the picture and of the
  /// background: in the picture about 1 for a thing, near 0 for a ghost, whose outline the background
  /// has; `nil` where too little of the outline can be seen.
  ///
  /// It can mislead: of a thing as bright as a ground with a pattern, marks end where the ground
  /// happens to be as bright.
  func steps(
    of component: Component, marks: borrowing Buffer<UInt64>, cells: borrowing Buffer<Int16>,
    mean: borrowing Buffer<Int16>
  ) -> (picture: Double, background: Double)? {
    var step = 0
    var known = 0
    var inside = 0
    var count = 0
    for row in Int(component.top)..<Int(component.bottom) {
      guard let (first, last) = extent(row, component, marks) else { continue }
      let base = row * grid.stride
      for side in 0..<2 {
        let outer = side == 0 ? first - outwards : last + outwards
        guard outer >= 0, outer < grid.columns else { continue }
        let inner =
          side == 0 ? min(first + inwards, last) : max(last - inwards, first)
        step += abs(Int(cells[base + inner]) - Int(cells[base + outer]))
        known += abs(Int(mean[base + inner]) - Int(mean[base + outer]))
        inside += abs(Int(cells[base + inner]) - Int(mean[base + inner]))
        count += 1
      }
    }
    guard count >= 4, inside > 0 else { return nil }
    return (Double(step) / Double(inside), Double(known) / Double(inside))
  }

  /// The outermost marked cells of a row of the component's box.
  private func extent(
    _ row: Int, _ component: Component, _ marks: borrowing Buffer<UInt64>
  ) -> (first: Int, last: Int)? {
    var first = -1
    var last = -1
    for column in Int(component.left)..<Int(component.right) {
      let isMarked = marks[row * grid.wordsPerRow + column / 64] >> UInt64(column % 64) & 1 != 0
      guard isMarked else { continue }
      if first < 0 { first = column }
      last = column
    }
    return first < 0 ? nil : (first, last)
  }
}
