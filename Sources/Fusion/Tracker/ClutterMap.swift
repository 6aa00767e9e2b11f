import Glibc
import Model

/// Where in a camera's view clutter comes from: leaves and rain sit in a few spots, so that the
/// same number of detections a frame is nothing new there and news everywhere else.
///
/// The view is divided evenly by azimuth and, for a camera calibrated to the ground, by the angle
/// below the horizon, which is how clutter jitters. Each cell keeps the detections a frame that no
/// confirmed track explains, averaged over all frames at first and over about `framesMax` later.
struct ClutterMap: BitwiseCopyable {
  static let columns = 48
  static let rows = 16
  static let cellsMax = columns * rows
  /// Memory, frames.
  static let framesMax = 400.0
  /// Weight of what the site says, frames.
  static let priorFrames = 60.0

  /// Detections a frame in the cell, as of frame `frame`.
  struct Cell: BitwiseCopyable {
    var rate = 0.0
    var frame = 0.0
  }

  /// Detections a frame as of `frame`, when the site expects `prior`: between visits a cell decays
  /// towards it.
  static func rate(_ cell: Cell, at frame: Double, prior: Double) -> Double {
    if cell.frame == 0 { return prior * priorFrames / (priorFrames + min(frame, framesMax)) }
    let past = min(cell.frame, framesMax) + priorFrames
    let gone = frame - cell.frame
    // As many empty frames as `gone` thin the average out.
    return cell.rate * past / (past + min(gone, 4 * framesMax))
  }

  /// The cell after one more detection that is clutter with probability `share`, in frame `frame`.
  static func adding(_ cell: Cell, share: Double, at frame: Double, prior: Double) -> Cell {
    let before = rate(cell, at: frame, prior: prior)
    let weight = share / (min(frame, framesMax) + priorFrames)
    return Cell(rate: before + weight, frame: max(frame, 1))
  }
}
