import Geodesy
import TestSupport
import Testing

@Suite("A polygon")
struct PolygonTests {
  let notched: [SIMD2<Double>] = [
    SIMD2(0, 0), SIMD2(10, 0), SIMD2(10, 10), SIMD2(5, 4), SIMD2(0, 10),
  ]

  @Test("holds the points inside it and not those in its notch")
  func contains() {
    #expect(polygonContains(notched, SIMD2(5, 2)))
    #expect(polygonContains(notched, SIMD2(1, 7)))
    #expect(!polygonContains(notched, SIMD2(5, 6)))
    #expect(!polygonContains(notched, SIMD2(-1, 0)))
    #expect(polygonContains(notched.reversed(), SIMD2(5, 2)))
  }

  @Test("holds nothing when it has no area or the point is none")
  func containsNothing() {
    #expect(!polygonContains([SIMD2<Double>](), SIMD2(0, 0)))
    #expect(!polygonContains([SIMD2(0, 0), SIMD2(1, 1)], SIMD2(0.5, 0.5)))
    #expect(!polygonContains(notched, SIMD2(.nan, 2)))
  }

  @Test("has an area whose sign tells the sense")
  func area() {
    #expect(signedArea(of: notched) == 70)
    #expect(signedArea(of: notched.reversed()) == -70)
    #expect(signedArea(of: [SIMD2(0, 0), SIMD2(1, 1)]) == 0)
  }

  @Test("has the moments of a rectangle, wherever it lies")
  func rectangleMoments() throws {
    let far = SIMD2(50_000.0, -80_000.0)
    let corners = [SIMD2(0.0, 0), SIMD2(6, 0), SIMD2(6, 2), SIMD2(0, 2)].map { $0 + far }
    let (centroid, covariance) = try #require(centroidAndCovariance(of: corners))
    #expect(centroid == SIMD2(3, 1) + far)
    #expect(abs(covariance.xx - 3) < 1e-9)
    #expect(abs(covariance.yy - 1.0 / 3) < 1e-9)
    #expect(abs(covariance.xy) < 1e-9)
  }

  @Test("has the moments that many random points inside it show")
  func sampledMoments() throws {
    var generator = SeededGenerator(seed: 7)
    var points: [SIMD2<Double>] = []
    while points.count < 20_000 {
      let candidate = SIMD2<Double>.random(in: 0...10, using: &generator)
      if polygonContains(notched, candidate) { points.append(candidate) }
    }
    let mean = points.reduce(.zero, +) / 20_000
    let spread = points.reduce(SIMD2<Double>.zero) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    let (centroid, covariance) = try #require(centroidAndCovariance(of: notched))
    #expect(abs(centroid.x - mean.x) < 0.1 && abs(centroid.y - mean.y) < 0.1)
    #expect(abs(covariance.xx - spread.x) < 0.3 && abs(covariance.yy - spread.y) < 0.3)
  }

  @Test("without area has the moments of its corners")
  func degenerateMoments() throws {
    let (centroid, covariance) = try #require(
      centroidAndCovariance(of: [SIMD2(0, 0), SIMD2(2, 0), SIMD2(4, 0)]))
    #expect(centroid == SIMD2(2, 0))
    #expect(abs(covariance.xx - 8.0 / 3) < 1e-9 && covariance.yy == 0)
    #expect(centroidAndCovariance(of: [SIMD2<Double>]()) == nil)
  }
}
