import Geodesy
import Glibc
import Model
public import SiteConfiguration
import Vision

/// The picture by which people judge a calibration: the frame with a metric grid on the ground.
///
/// Blue lines run north, each at its metres east of the origin, orange ones run east. Green crosses are
/// the measured pixels, red circles where the fitted camera shows the same places, yellow the horizon,
/// white ellipses where 19 of 20 places lie by what is not known about the pose.
public enum CalibrationPicture {
  static let east = Canvas.Colour(90, 170, 255)
  static let north = Canvas.Colour(255, 150, 50)
  static let measured = Canvas.Colour(60, 255, 60)
  static let fitted = Canvas.Colour(255, 60, 60)
  static let horizon = Canvas.Colour(255, 240, 60)
  static let doubt = Canvas.Colour(255, 255, 255)

  /// Draws `fit` over `canvas`.
  public static func draw(_ fit: CameraFit, _ points: CalibrationPoints, on canvas: inout Canvas) {
    let drawing = Drawing(fit, points)
    drawing.grid(&canvas)
    drawing.horizon(&canvas)
    drawing.ellipses(&canvas)
    for (point, shown) in zip(points.points, fit.shown) {
      canvas.cross(point.pixel, size: 7, measured)
      canvas.circle(shown, radius: 5, fitted)
    }
  }

  /// Metres between two lines of the grid for points out to `reach` metres: 4 to 10 lines.
  static func step(reach: Double) -> Double {
    var step = 0.1
    for factor in [2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2, 2, 2.5, 2] where reach / step > 10 {
      step *= factor
    }
    return step
  }

  /// What is drawn, with the sizes it needs.
  private struct Drawing {
    let fit: CameraFit
    let ground: SIMD2<Double>
    /// How far the grid goes.
    let reach: Double
    let step: Double

    init(_ fit: CameraFit, _ points: CalibrationPoints) {
      self.fit = fit
      ground = SIMD2(fit.model.place.x, fit.model.place.y)
      let ground = ground
      let farthest = points.points.map { (SIMD2($0.place.x, $0.place.y) - ground).length }.max()
      reach = max(2, 1.3 * (farthest ?? 0))
      step = CalibrationPicture.step(reach: reach)
    }

    func grid(_ canvas: inout Canvas) {
      let count = Int(reach / step)
      let firstEast = Int((ground.x / step).rounded())
      let firstNorth = Int((ground.y / step).rounded())
      var labels: [(String, SIMD2<Double>, Canvas.Colour)] = []
      for index in -count...count {
        let east = Double(firstEast + index) * step
        let north = Double(firstNorth + index) * step
        if let end = run(&canvas, east: east, CalibrationPicture.east) {
          labels.append(("E\(metres(east))", end, CalibrationPicture.east))
        }
        if let end = run(&canvas, north: north, CalibrationPicture.north) {
          labels.append(("N\(metres(north))", end, CalibrationPicture.north))
        }
      }
      for (text, at, colour) in labels { canvas.write(text, at: at, colour) }
    }

    /// Draws a line of the grid; returns where its label fits: its place in the picture that is
    /// nearest to the camera, moved off the border.
    private func run(
      _ canvas: inout Canvas, east: Double? = nil, north: Double? = nil, _ colour: Canvas.Colour
    ) -> SIMD2<Double>? {
      // Short pieces near the camera, where the lens bends them most.
      let pieces = 400
      var last: SIMD2<Double>?
      var nearest: (range: Double, pixel: SIMD2<Double>)?
      for piece in 0...pieces {
        let along = reach * (2 * Double(piece) / Double(pieces) - 1)
        let place = SIMD2(east ?? ground.x + along, north ?? ground.y + along)
        let range = (place - ground).length
        let pixel = range <= reach ? fit.model.pixel(of: SIMD3(place.x, place.y, 0)) : nil
        if let pixel, let last { canvas.line(last, pixel, colour) }
        last = pixel
        guard let pixel, pixel.x >= 4, pixel.y >= 4, pixel.x < Double(canvas.width) - 44,
          pixel.y < Double(canvas.height) - 14, range < nearest?.range ?? .infinity
        else { continue }
        nearest = (range, pixel)
      }
      return nearest?.pixel
    }

    func horizon(_ canvas: inout Canvas) {
      // Very far on level ground in all directions.
      var last: SIMD2<Double>?
      for step in 0...720 {
        let angle = Double(step) * .pi / 360
        let far = SIMD3(
          fit.model.place.x + 1e6 * sin(angle + .pi / 2), fit.model.place.y + 1e6 * sin(angle),
          fit.model.place.z)
        let pixel = fit.model.pixel(of: far)
        if let pixel, let last, (pixel - last).length < Double(canvas.width) {
          canvas.line(last, pixel, CalibrationPicture.horizon)
        }
        last = pixel
      }
    }

    func ellipses(_ canvas: inout Canvas) {
      let count = Int(reach / step)
      let firstEast = Int((ground.x / step).rounded())
      let firstNorth = Int((ground.y / step).rounded())
      for column in -count...count {
        for row in -count...count {
          let place = SIMD2(Double(firstEast + column) * step, Double(firstNorth + row) * step)
          guard (place - ground).length <= reach,
            let packed = fit.model.groundCovariance(
              at: place, from: fit.calibration.covariance)
          else { continue }
          ellipse(&canvas, place, Covariance2(packed: packed))
        }
      }
    }

    private func ellipse(_ canvas: inout Canvas, _ place: SIMD2<Double>, _ c: Covariance2) {
      // L·(cos, sin) runs around the ellipse of L·Lᵀ = C.
      guard c.isPositiveDefinite else { return }
      let first = c.xx.squareRoot()
      let mixed = c.xy / first
      let second = max(c.yy - mixed * mixed, 0).squareRoot()
      var last: SIMD2<Double>?
      for step in 0...36 {
        let angle = Double(step) * .pi / 18
        let (x, y) = (sin(angle + .pi / 2), sin(angle))
        let edge =
          place + SIMD2(first * x, mixed * x + second * y) * PoseCheck.ellipse95
        let pixel = fit.model.pixel(of: SIMD3(edge.x, edge.y, 0))
        if let pixel, let last { canvas.line(last, pixel, CalibrationPicture.doubt) }
        last = pixel
      }
    }

    private func metres(_ value: Double) -> String {
      step >= 1 ? rounded(value, 0) : rounded(value, 1)
    }
  }
}
