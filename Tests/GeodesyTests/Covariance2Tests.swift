import Geodesy
import TestSupport
import Testing

@Suite("A covariance of two axes")
struct Covariance2Tests {
  @Test("times its inverse is one", arguments: 0..<8)
  func inverse(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let covariance = randomCovariance(&generator)
      let inverse = covariance.inverse
      #expect(abs(covariance.xx * inverse.xx + covariance.xy * inverse.xy - 1) < 1e-9)
      #expect(abs(covariance.xx * inverse.xy + covariance.xy * inverse.yy) < 1e-9)
    }
  }

  @Test("keeps determinant, trace and largest axis when rotated, and turns back", arguments: 0..<8)
  func rotation(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let covariance = randomCovariance(&generator)
      let tangent = Double.random(in: -5...5, using: &generator)
      let cosine = 1 / (1 + tangent * tangent).squareRoot()
      let turned = covariance.rotated(cosine: cosine, sine: tangent * cosine)
      #expect(abs(turned.determinant / covariance.determinant - 1) < 1e-9)
      #expect(abs(turned.trace / covariance.trace - 1) < 1e-12)
      #expect(abs(turned.largestSigma / covariance.largestSigma - 1) < 1e-9)
      let back = turned.rotated(cosine: cosine, sine: -tangent * cosine)
      #expect(abs(back.xy - covariance.xy) < 1e-9 * covariance.trace)
    }
  }

  @Test("has its largest axis and its variance where a quarter turn puts them")
  func quarterTurn() {
    let east = Covariance2(xx: 9, xy: 0, yy: 4)
    #expect(east.largestSigma == 3)
    #expect(east.rotated(cosine: 0, sine: 1) == Covariance2(xx: 4, xy: 0, yy: 9))
    #expect(east.variance(along: SIMD2(0, 1)) == 4)
    #expect(east.mahalanobisSquared(SIMD2(3, 2)) == 2)
    #expect(Covariance2(packed: east.packed) == east)
    #expect(east.adding(Covariance2(sigma: 2)) == Covariance2(xx: 13, xy: 0, yy: 8))
    #expect(east.scaled(by: 2).yy == 8)
  }

  @Test("knows when it is no covariance")
  func negativeSpace() {
    #expect(Covariance2(xx: 1, xy: 0.5, yy: 1).isPositiveDefinite)
    #expect(!Covariance2(xx: 1, xy: 1, yy: 1).isPositiveDefinite)
    #expect(!Covariance2(xx: -1, xy: 0, yy: -1).isPositiveDefinite)
    #expect(!Covariance2(xx: .nan, xy: 0, yy: 1).isPositiveDefinite)
    #expect(!Covariance2(xx: .infinity, xy: 0, yy: 1).isPositiveDefinite)
  }

  private func randomCovariance(_ generator: inout SeededGenerator) -> Covariance2 {
    let xx = Double.random(in: 0.01...100, using: &generator)
    let yy = Double.random(in: 0.01...100, using: &generator)
    let correlation = Double.random(in: -0.95...0.95, using: &generator)
    return Covariance2(xx: xx, xy: correlation * (xx * yy).squareRoot(), yy: yy)
  }
}
