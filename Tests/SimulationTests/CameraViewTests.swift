import Model
import TestSupport
import Testing
import Vision

@testable import Simulation

@Suite("The simulated camera")
struct CameraViewTests {
  @Test("shows points where vision looks for them, through a bent lens too", arguments: 0..<40)
  func agreement(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    func between(_ low: Double, _ high: Double) -> Double {
      Double.random(in: low...high, using: &random)
    }
    let k1 = between(-0.3, 0.1)
    let camera = CameraDetail(
      device: "card:test", format: .grey, width: 1280, height: 720, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: between(-3, 3), elevation: between(-0.8, 0),
      roll: between(-0.3, 0.3), horizontalFieldOfView: between(0.5, 1.6), rangeMetres: 100,
      azimuthSigma: 0.01, elevationSigma: 0.01, lens: Lens(k1: k1, k2: -0.25 * k1))
    let place = SIMD3(between(-9, 9), between(-9, 9), between(2, 12))
    let view = CameraView(camera: camera, place: place)
    let model = CameraModel(camera: camera, place: place)
    for _ in 0..<50 {
      let point = SIMD3(between(-60, 60), between(-60, 60), between(0, 3))
      guard let shown = view.pixel(of: point) else { continue }
      let other = try #require(model.pixel(of: point))
      let error = shown.pixel - other
      // What lies close before the lens appears very far out of the picture.
      #expect((error * error).sum() < 1e-18 * (1e6 + (other * other).sum()), "seed \(seed)")
    }
  }
}
