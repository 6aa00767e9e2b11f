import Glibc
import Model
import SiteConfiguration
import TestSupport
import Vision

@testable import Simulation

/// A camera of the simulation and what a technician would measure before it.
struct SimulatedSurvey {
  let camera: CameraDetail
  let place: SIMD3<Double>
  let view: CameraView
  let points: CalibrationPoints
  /// True pixels on the ground with their places, other than the points.
  let checks: [(pixel: SIMD2<Double>, ground: SIMD2<Double>)]

  /// A random camera on a mast with `count` points in its view, each measured with a random error of
  /// the stated size.
  init(
    seed: Int, count: Int = 10, pixelSigma: Double = 1, groundSigma: Double = 0.05,
    isLensKnown: Bool = true
  ) {
    var random = SeededGenerator(seed: UInt64(seed))
    func between(_ low: Double, _ high: Double) -> Double {
      Double.random(in: low...high, using: &random)
    }
    func normal() -> Double {
      // Box and Muller.
      (-2 * log(between(1e-12, 1))).squareRoot() * cos(2 * .pi * between(0, 1))
    }
    let size = [(1280, 720), (1920, 1080), (640, 480)].randomElement(using: &random)!
    let field = between(45, 100) * .pi / 180
    let elevation = -between(8, 40) * .pi / 180
    let k1 = between(-0.3, 0.05)
    let camera = CameraDetail(
      device: "card:test", format: .grey, width: size.0, height: size.1, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: between(-3, 3), elevation: elevation,
      roll: between(-0.06, 0.06), horizontalFieldOfView: field, rangeMetres: 100,
      azimuthSigma: 0.001, elevationSigma: 0.001, lens: Lens(k1: k1, k2: -0.2 * k1))
    let place = SIMD3(between(-50, 50), between(-50, 50), between(3, 12))
    let view = CameraView(camera: camera, place: place)
    func visible() -> (pixel: SIMD2<Double>, ground: SIMD2<Double>) {
      while true {
        let range = between(0.3 * place.z, 7 * place.z)
        let bearing = camera.azimuth + between(-1, 1)
        let ground = SIMD2(place.x + range * cos(bearing), place.y + range * sin(bearing))
        if let shown = view.pixel(of: SIMD3(ground.x, ground.y, 0))?.pixel, shown.x > 5,
          shown.y > 5, shown.x < Double(size.0) - 5, shown.y < Double(size.1) - 5
        {
          return (shown, ground)
        }
      }
    }
    var points: [CalibrationPoints.Point] = []
    while points.count < count {
      // Spread evenly over the picture, as somebody does who was told to.
      let candidates = (0..<12).map { _ in visible() }
      let best = candidates.max { a, b in
        func gap(_ p: SIMD2<Double>) -> Double {
          points.map {
            let d = $0.pixel - p
            return (d * d).sum()
          }.min() ?? .infinity
        }
        return gap(a.pixel) < gap(b.pixel)
      }!
      points.append(
        CalibrationPoints.Point(
          name: "point \(points.count + 1)",
          pixel: best.pixel + SIMD2(normal(), normal()) * pixelSigma,
          place: SIMD3(best.ground.x, best.ground.y, 0)
            + SIMD3(normal(), normal(), normal()) * groundSigma,
          sigmaMetres: groundSigma))
    }
    for index in points.indices {
      points[index].pixel.clamp(
        lowerBound: .zero, upperBound: SIMD2(Double(size.0), Double(size.1)))
    }
    self.camera = camera
    self.place = place
    self.view = view
    self.points = CalibrationPoints(
      width: size.0, height: size.1, pixelSigma: pixelSigma,
      fieldOfView: isLensKnown ? field * (1 + 0.05 * normal()) : nil, points: points)
    checks = (0..<8).map { _ in visible() }
  }

  /// Ground `ahead` and `left` of the optical axis's direction, metres from below the lens.
  func ground(ahead: Double, left: Double) -> SIMD2<Double> {
    let (c, s) = (cos(camera.azimuth), sin(camera.azimuth))
    return SIMD2(place.x + ahead * c - left * s, place.y + ahead * s + left * c)
  }

  /// Where the simulation shows `ground`.
  func pixel(of ground: SIMD2<Double>) -> SIMD2<Double> {
    view.pixel(of: SIMD3(ground.x, ground.y, 0))?.pixel ?? SIMD2(.nan, .nan)
  }
}
