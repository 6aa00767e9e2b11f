import Geodesy
import Model
import TestSupport
import Testing
import Vision

@Suite("The camera model")
struct CameraModelTests {
  /// The parameters of a random camera, in the order of `PoseParameter`.
  private func parameters(_ random: inout SeededGenerator) -> [Double] {
    func between(_ low: Double, _ high: Double) -> Double {
      Double.random(in: low...high, using: &random)
    }
    let k1 = between(-0.3, 0.05)
    return [
      between(-50, 50), between(-50, 50), between(3, 12), between(-3, 3), between(-0.7, -0.1),
      between(-0.2, 0.2), between(0.6, 1.7), k1, -0.25 * k1,
    ]
  }

  private func model(_ q: [Double]) -> CameraModel {
    CameraModel(
      place: SIMD3(q[0], q[1], q[2]), azimuth: q[3], elevation: q[4], roll: q[5],
      horizontalFieldOfView: q[6], lens: Lens(k1: q[7], k2: q[8]), width: 1280, height: 720)
  }

  /// A place that the camera sees on the ground.
  private func place(_ camera: CameraModel, _ random: inout SeededGenerator) -> SIMD3<Double> {
    while true {
      let pixel = SIMD2(
        Double.random(in: 0...1280, using: &random), Double.random(in: 0...720, using: &random))
      if let ray = camera.ray(of: pixel), ray.z < -0.05 {
        return camera.place + ray * (camera.place.z / -ray.z)
      }
    }
  }

  @Test("from pixel to ray and back gives the pixel, through a bent lens", arguments: 0..<50)
  func roundTrip(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let camera = model(parameters(&random))
    for _ in 0..<20 {
      let pixel = SIMD2(
        Double.random(in: 0...1280, using: &random), Double.random(in: 0...720, using: &random))
      let ray = try #require(camera.ray(of: pixel))
      let back = try #require(camera.pixel(of: camera.place + ray * 7))
      let error = back - pixel
      #expect((error * error).sum() < 1e-12, "seed \(seed)")
    }
  }

  @Test("has the derivatives that differences show", arguments: 0..<50)
  func derivatives(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let q = parameters(&random)
    let camera = model(q)
    let point = place(camera, &random)
    let change = try #require(camera.derivatives(at: point))
    for index in 0..<PoseParameter.count {
      var (less, more) = (q, q)
      less[index] -= 1e-6
      more[index] += 1e-6
      let slope =
        (try #require(model(more).pixel(of: point)) - #require(model(less).pixel(of: point))) / 2e-6
      let told = SIMD2(change.columnByPose[index], change.rowByPose[index])
      let error = slope - told
      let size = 1 + (slope * slope).sum().squareRoot()
      #expect((error * error).sum().squareRoot() < 1e-5 * size, "seed \(seed), \(index)")
    }
    for axis in 0..<3 {
      var step = SIMD3<Double>.zero
      step[axis] = 1e-6
      let slope =
        (try #require(camera.pixel(of: point + step)) - #require(camera.pixel(of: point - step)))
        / 2e-6
      #expect(abs(slope.x - change.columnByPoint[axis]) < 1e-3, "seed \(seed)")
      #expect(abs(slope.y - change.rowByPoint[axis]) < 1e-3, "seed \(seed)")
    }
  }

  @Test("carries the doubt about each parameter to the ground", arguments: 0..<30)
  func groundCovariance(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let q = parameters(&random)
    let camera = model(q)
    let point = place(camera, &random)
    let ground = SIMD2(point.x, point.y)
    let pixel = try #require(camera.pixel(of: point))
    for index in 0..<PoseParameter.count {
      var moved = q
      moved[index] += 1e-6
      let other = model(moved)
      let ray = try #require(other.ray(of: pixel))
      let reach = other.place.z / -ray.z
      let shift =
        (SIMD2(other.place.x + ray.x * reach, other.place.y + ray.y * reach) - ground) / 1e-6
      var sigmas = [Double](repeating: 0, count: 9)
      sigmas[index] = 1
      let covariance = PoseCovariance(sigmas: sigmas) { _, _ in 0 }
      let told = try #require(camera.groundCovariance(at: ground, from: covariance))
      let expected = SIMD3(shift.x * shift.x, shift.x * shift.y, shift.y * shift.y)
      let error = told - expected
      let size = 1 + (expected * expected).sum().squareRoot()
      #expect((error * error).sum().squareRoot() < 1e-3 * size, "seed \(seed), \(index)")
    }
  }

  @Test("the doubt about the pose is a part of the doubt about a place")
  func sighting() throws {
    let q = [0, 0, 6, 0.4, -0.3, 0.02, 1.2, -0.2, 0.05]
    var detail = CameraDetail(
      device: "card:test", format: .grey, width: 1280, height: 720, framesPerSecond: 25,
      isGroundCalibrated: true, azimuth: q[3], elevation: q[4], roll: q[5],
      horizontalFieldOfView: q[6], rangeMetres: 120, azimuthSigma: 0.01, elevationSigma: 0.005,
      lens: Lens(k1: q[7], k2: q[8]))
    let pixel = SIMD2(900.0, 500)
    let alone = GroundProjection(camera: detail, place: SIMD3(0, 0, 6)).sighting(of: pixel)
    #expect(alone.poseCovariance == .zero)
    detail.poseCovariance = PoseCovariance(
      sigmas: [0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.02, 0.05, 0.02]
    ) { _, _ in 0 }
    let both = GroundProjection(camera: detail, place: SIMD3(0, 0, 6)).sighting(of: pixel)
    #expect(both.position == alone.position)
    #expect(Covariance2(packed: both.poseCovariance).isPositiveDefinite)
    let sum = alone.covariance + both.poseCovariance - both.covariance
    #expect((sum * sum).sum() < 1e-20)
  }
}
