/// Which components may be targets, by what they look like in one frame.
struct ComponentGate: Sendable {
  private let grid: CellGrid
  private let ground: GroundProjection?
  private let areaMin: Int32
  private let clearMin: Int64

  init(grid: CellGrid, parameters: MotionParameters) {
    self.grid = grid
    ground = parameters.ground
    areaMin = Int32(max(parameters.areaCellsMin, grid.columns * grid.rows / 8000))
    clearMin = Int64(3 * 64 * parameters.contrastMin)
  }

  func admits(_ component: Component) -> Bool {
    guard component.area >= areaMin else { return false }
    // A faint one must be large.
    guard component.strong > 0 || component.area >= 4 * areaMin else { return false }
    // A taut line or the rim of a shadow: nothing that goes by itself is so thin.
    let (width, height) = (component.width, component.height)
    guard max(width, height) <= 8 * min(width, height) else { return false }
    return isSolid(component) && isLargeEnough(component)
  }

  /// Whether a component fills its box like a thing does: by a third, or by a seventh when it stands
  /// out. What is faint and ragged is light on the ground; a line across the box is a rope or a wire.
  private func isSolid(_ component: Component) -> Bool {
    let area = Int64(component.area)
    let box = Int64(component.width) * Int64(component.height)
    guard area * 3 < box else { return true }
    return component.difference >= area * clearMin && area * 7 >= box
  }

  /// Whether the longer side is at least `MotionParameters.sizeMetresMin` on the ground; always
  /// where the ground is not known.
  private func isLargeEnough(_ component: Component) -> Bool {
    guard let ground else { return true }
    let size = Double(grid.cellSize)
    let foot = SIMD2(Double(component.left + component.right) / 2, Double(component.bottom)) * size
    let range = ground.sighting(of: foot).range
    guard range.isFinite else { return true }
    let side = Double(max(component.width, component.height)) * size
    return side * ground.metresPerPixel(atRange: range) >= MotionParameters.sizeMetresMin
  }
}
