import Geodesy
import Glibc
import Model

extension Tracker {
  /// The column and row of the clutter map that a detection falls into, in fractions of cells, and
  /// how many square metres (or radians, without a place) a cell measures there.
  private func mapPlace(
    _ detection: Detection, _ model: SensorModel
  ) -> (column: Double, row: Double, size: Double) {
    let columnWidth = model.fieldOfView / Double(ClutterMap.columns)
    guard detection.hasPosition else {
      var off = Double(detection.azimuth) - model.axis
      off -= 2 * .pi * (off / (2 * .pi)).rounded()
      return (off / columnWidth + Double(ClutterMap.columns) / 2, 0.5, columnWidth)
    }
    let away = detection.position - model.place
    var off = atan2(away.y, away.x) - model.axis
    off -= 2 * .pi * (off / (2 * .pi)).rounded()
    let range = max(1, (away * away).sum().squareRoot())
    // Rows are even in the angle below the horizon, h/r for a flat ground: in 1/r.
    let nearest = 1 / max(4, model.rangeMin)
    let farthest = 1 / max(8, model.rangeMax)
    let rowHeight = max(1e-6, (nearest - farthest) / Double(ClutterMap.rows))
    let row = (1 / range - farthest) / rowHeight
    // dA = r·dr·da with dr = r²·d(1/r).
    return (
      off / columnWidth + Double(ClutterMap.columns) / 2, row,
      range * range * range * rowHeight * columnWidth
    )
  }

  private func cell(_ column: Double, _ row: Double, _ model: SensorModel) -> Int {
    let x = Int(min(max(column, 0), Double(ClutterMap.columns - 1)))
    let y = Int(min(max(row, 0), Double(ClutterMap.rows - 1)))
    return model.cells + y * ClutterMap.columns + x
  }

  /// Clutter a cell that the site says, by `SensorModel.siteClutterRate`.
  private func prior(_ model: SensorModel, hasPosition: Bool) -> Double {
    let cells = hasPosition ? ClutterMap.cellsMax : ClutterMap.columns
    return max(model.siteClutterRate, 0.01) / Double(cells)
  }

  /// Expected clutter a square metre (a radian, without a place) and scan where a detection is: the
  /// map around it, smoothed over neighbouring cells.
  ///
  /// A cell close to a camera is smaller than the doubt about a detection's place: what was counted
  /// in it could as well have been in any cell of that doubt. Divided by the cell alone, one target
  /// that stands there would make so dense a spot that no track could win against it.
  func clutterDensity(at detection: Detection, _ model: SensorModel) -> Double {
    // A drone's view moves: only its mean is known.
    guard model.cells >= 0 else { return model.clutterRate / model.coverArea }
    let place = mapPlace(detection, model)
    let prior = prior(model, hasPosition: detection.hasPosition)
    var total = 0.0
    var weight = 0.0
    for dy in -1...1 {
      if dy != 0, !detection.hasPosition { continue }
      for dx in -1...1 {
        let share = (dx == 0 ? 2.0 : 1) * (dy == 0 ? 2 : 1)
        let index = cell(place.column + Double(dx), place.row + Double(dy), model)
        total += share * ClutterMap.rate(clutter[index], at: model.frames, prior: prior)
        weight += share
      }
    }
    guard detection.hasPosition else { return total / weight / place.size }
    let doubt = 2 * Double.pi * noise(of: detection).determinant.squareRoot()
    return total / weight / max(place.size, doubt)
  }

  /// Counts a detection that no confirmed track explains, by the probability that it is clutter.
  func noteClutter(_ detection: Detection, share: Double, _ model: SensorModel) {
    guard model.cells >= 0 else { return }
    let place = mapPlace(detection, model)
    let index = cell(place.column, place.row, model)
    clutter[index] = ClutterMap.adding(
      clutter[index], share: share, at: model.frames,
      prior: prior(model, hasPosition: detection.hasPosition))
  }
}
