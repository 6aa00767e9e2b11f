/// The sides of a component to a fraction of a cell.
///
/// Where a side of a target runs through a cell, the cell's mean differs from the background by the
/// share that is covered. With the difference one cell further in as the whole, the shares of the
/// two cells at the side add up to where the side is.
struct EdgeRefiner {
  let grid: CellGrid

  /// Sides in cells: left, top, right, bottom. Not more than one cell from the component's box.
  func edges(
    of component: Component, cells: borrowing Buffer<Int16>, model: borrowing BackgroundModel
  ) -> SIMD4<Double> {
    let left = Int(component.left)
    let top = Int(component.top)
    let right = Int(component.right)
    let bottom = Int(component.bottom)
    let width = right - left
    let height = bottom - top
    let leftReach = reach(
      width, sum(left - 1, top, 1, height, cells, model),
      sum(left, top, 1, height, cells, model), sum(left + 1, top, 1, height, cells, model))
    let topReach = reach(
      height, sum(left, top - 1, width, 1, cells, model),
      sum(left, top, width, 1, cells, model), sum(left, top + 1, width, 1, cells, model))
    let rightReach = reach(
      width, sum(right, top, 1, height, cells, model),
      sum(right - 1, top, 1, height, cells, model), sum(right - 2, top, 1, height, cells, model))
    let bottomReach = reach(
      height, sum(left, bottom, width, 1, cells, model),
      sum(left, bottom - 1, width, 1, cells, model), sum(left, bottom - 2, width, 1, cells, model))
    return SIMD4(
      Double(left + 1) - leftReach, Double(top + 1) - topReach, Double(right - 1) + rightReach,
      Double(bottom - 1) + bottomReach)
  }

  /// How far the target reaches from the inner side of its outermost cell: outwards 0 ... 2 cells.
  private func reach(_ extent: Int, _ outside: Int, _ border: Int, _ inside: Int) -> Double {
    // A component one cell thin is its own inside; of two cells each may be covered in part.
    let whole = extent == 1 ? border : max(inside, border)
    guard whole > 0 else { return 1 }
    return Double(min(border, whole) + min(outside, whole)) / Double(whole)
  }

  /// Sum of differences, without what the cell wavers by itself, over a box of cells; 0 for a box
  /// outside of the picture.
  private func sum(
    _ x: Int, _ y: Int, _ width: Int, _ height: Int, _ cells: borrowing Buffer<Int16>,
    _ model: borrowing BackgroundModel
  ) -> Int {
    guard x >= 0, y >= 0, x + width <= grid.columns, y + height <= grid.rows else { return 0 }
    var sum = 0
    for row in y..<y + height {
      for column in x..<x + width {
        let at = row * grid.stride + column
        let difference = abs(Int(cells[at]) - Int(model.mean[at]))
        sum += max(0, difference - 2 * Int(model.deviation[at]))
      }
    }
    return sum
  }

  /// Where the lower half of the component has its middle across, in cells.
  func footColumn(
    of component: Component, cells: borrowing Buffer<Int16>, model: borrowing BackgroundModel
  ) -> Double {
    var weight = 0
    var moment = 0
    for row in Int(component.top + component.bottom) / 2..<Int(component.bottom) {
      for column in Int(component.left)..<Int(component.right) {
        let difference = sum(column, row, 1, 1, cells, model)
        weight += difference
        moment += difference * (2 * column + 1)
      }
    }
    guard weight > 0 else { return Double(component.left + component.right) / 2 }
    return Double(moment) / Double(2 * weight)
  }
}
