import Model
import TestSupport
import Testing
import Vision

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

private func camera(
  azimuth: Double = 0, elevation: Double = -0.3, roll: Double = 0, isGroundCalibrated: Bool = true,
  width: Int = 1280, height: Int = 720
) -> CameraDetail {
  CameraDetail(
    device: "card:test", format: .grey, width: width, height: height, framesPerSecond: 25,
    isGroundCalibrated: isGroundCalibrated, azimuth: azimuth, elevation: elevation, roll: roll,
    horizontalFieldOfView: 1.2, rangeMetres: 120, azimuthSigma: 0.01, elevationSigma: 0.005)
}

@Suite("The ground projection")
struct GroundProjectionTests {
  @Test("from pixel to ground and back gives the pixel", arguments: 0..<200)
  func roundTrip(seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let projection = GroundProjection(
      camera: camera(
        azimuth: Double.random(in: -4...4, using: &random),
        elevation: Double.random(in: -1.4...0.2, using: &random),
        roll: Double.random(in: -0.5...0.5, using: &random)),
      place: SIMD3(
        Double.random(in: -500...500, using: &random),
        Double.random(in: -500...500, using: &random),
        Double.random(in: 2...30, using: &random)))
    for _ in 0..<20 {
      let pixel = SIMD2(
        Double.random(in: 0...1280, using: &random), Double.random(in: 0...720, using: &random))
      let sighting = projection.sighting(of: pixel)
      guard sighting.hasPosition else {
        #expect(sighting.elevation > -0.0011)
        continue
      }
      let back = try #require(projection.pixel(of: sighting.position))
      let error = back - pixel
      #expect((error * error).sum() < 1e-8, "seed \(seed)")
      let away = sighting.position - SIMD2(projection.place.x, projection.place.y)
      #expect(abs((away * away).sum().squareRoot() - sighting.range) < 1e-6 * sighting.range)
      #expect(abs(remainder(atan2(away.y, away.x) - sighting.azimuth, 2 * .pi)) < 1e-9)
    }
  }

  @Test("agrees with the closed form on the optical axis and beside it")
  func closedForm() {
    // 6 m high, looking north-west and 0.2 rad down: the axis meets the ground at 6 / tan 0.2.
    let projection = GroundProjection(
      camera: camera(azimuth: 3 * .pi / 4, elevation: -0.2), place: SIMD3(10, 20, 6))
    let axis = projection.sighting(of: SIMD2(640, 360))
    let range = 6 / tan(0.2)
    #expect(abs(axis.range - range) < 1e-9)
    #expect(abs(axis.position.x - (10 - range / 2.0.squareRoot())) < 1e-9)
    #expect(abs(axis.position.y - (20 + range / 2.0.squareRoot())) < 1e-9)
    // The picture's right is clockwise: a smaller azimuth.
    #expect(projection.sighting(of: SIMD2(900, 360)).azimuth < axis.azimuth)
    #expect(projection.sighting(of: SIMD2(640, 500)).range < range)
    // Covariance along the line of sight and across it.
    let along = SIMD2(-1.0, 1.0) / 2.0.squareRoot()
    let across = SIMD2(1.0, 1.0) / 2.0.squareRoot()
    func variance(_ u: SIMD2<Double>) -> Double {
      u.x * u.x * axis.covariance.x + 2 * u.x * u.y * axis.covariance.y
        + u.y * u.y * axis.covariance.z
    }
    let foot = GroundProjection.footSigmaMetres * GroundProjection.footSigmaMetres
    let far = (36 + range * range) / 6 * 0.005
    #expect(abs(variance(along) - (far * far + foot)) < 1e-9)
    #expect(abs(variance(across) - (range * 0.01 * range * 0.01 + foot)) < 1e-9)
  }

  @Test("turns the picture's right side down with a positive roll")
  func roll() throws {
    let level = GroundProjection(camera: camera(), place: SIMD3(0, 0, 6))
    let rolled = GroundProjection(camera: camera(roll: 0.1), place: SIMD3(0, 0, 6))
    // What is right of the axis lies lower on the ground's side: the right border sees nearer.
    #expect(
      rolled.sighting(of: SIMD2(1200, 360)).range < level.sighting(of: SIMD2(1200, 360)).range)
  }

  @Test("gives a bearing only above the horizon and without calibration")
  func bearings() {
    let projection = GroundProjection(camera: camera(elevation: 0), place: SIMD3(0, 0, 6))
    #expect(!projection.sighting(of: SIMD2(640, 100)).hasPosition)
    #expect(!projection.sighting(of: SIMD2(640, 360)).hasPosition)
    let far = projection.sighting(of: SIMD2(640, 370))
    #expect(far.hasPosition && far.isBeyondRange)
    let bearing = GroundProjection(
      camera: camera(isGroundCalibrated: false), place: SIMD3(0, 0, 6))
    let sighting = bearing.sighting(of: SIMD2(640, 600))
    #expect(!sighting.hasPosition && abs(sighting.azimuth) < 1e-12)
    #expect(projection.pixel(of: SIMD2(-5, 0)) == nil)
  }

  @Test("lets the error grow by a third of the range for a target that is cut off")
  func cut() {
    let projection = GroundProjection(camera: camera(), place: SIMD3(0, 0, 6))
    let whole = projection.sighting(of: SIMD2(640, 720))
    let cut = projection.sighting(of: SIMD2(640, 720), isCut: true)
    #expect(abs(cut.covariance.x - whole.covariance.x - whole.range * whole.range / 9) < 1e-9)
  }

  @Test("and the size likelihood prefers the class of that size, mildly")
  func sizes() {
    let cases: [(Double, Double, TargetClass)] = [
      (0.6, 1.75, .person), (2.2, 1.8, .group), (4, 1.6, .vehicle), (0.9, 0.7, .animal),
    ]
    for (width, height, expected) in cases {
      let scores = SizeLikelihood.scores(widthMetres: width, heightMetres: height)
      #expect(scores.best == expected)
      for target in TargetClass.allCases {
        #expect(scores[target] >= 0.19 && scores[target] <= 1.3)
      }
    }
    for bad in [0, -1, Double.nan, .infinity] {
      #expect(SizeLikelihood.scores(widthMetres: bad, heightMetres: 1) == .uninformative)
    }
  }
}
