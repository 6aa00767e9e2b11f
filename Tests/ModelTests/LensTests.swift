import Model
import TestSupport
import Testing

@Suite struct LensTests {
  @Test func `a bent point straightens to where it came from`() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let lens = Lens(
        k1: Double.random(in: -0.5...0.5, using: &random),
        k2: Double.random(in: -0.1...0.2, using: &random))
      let reach = min(lens.tangentMax, 3) * 0.99
      let p =
        SIMD2(
          Double.random(in: -0.7...0.7, using: &random),
          Double.random(in: -0.7...0.7, using: &random))
        * reach
      let back = try #require(lens.straightened(lens.bent(p)), "\(lens)")
      let error = back - p
      #expect((error * error).sum().squareRoot() < 1e-7, "\(lens) \(p)")
    }
    #expect(Lens.straight.straightened(SIMD2(3, 4)) == SIMD2(3, 4))
  }

  @Test func `the picture folds back where its slope is zero`() {
    #expect(Lens.straight.tangentMax == .infinity)
    #expect(Lens(k1: 0.1, k2: 0.1).tangentMax == .infinity)
    // 1 - 3 · 0.1 t² = 0.
    #expect(abs(Lens(k1: -0.1, k2: 0).tangentMax - (1 / 0.3).squareRoot()) < 1e-12)
    // 1 + 0.6 s - 2 s² = 0 at s = (0.6 + √(0.36 + 8)) / 4.
    let s = (0.6 + 8.36.squareRoot()) / 4
    #expect(abs(Lens(k1: 0.2, k2: -0.4).tangentMax - s.squareRoot()) < 1e-12)
    let barrel = Lens(k1: -0.3, k2: 0)
    #expect(barrel.straightened(SIMD2(0.75, 0)) == nil)
    #expect(!barrel.shows(width: 1280, height: 720, halfTangent: 1.2))
    #expect(barrel.shows(width: 1280, height: 720, halfTangent: 0.5))
  }

  @Test func `a field of view is what the borders see`() throws {
    let lens = Lens(k1: -0.2, k2: 0.04)
    let focal = lens.focalLength(width: 1280, halfTangent: 0.9)
    #expect(abs(try #require(lens.straightened(SIMD2(640 / focal, 0))).x - 0.9) < 1e-12)
  }

  @Test func `a covariance must be one`() {
    let sigmas = [1.0, 2, 3, 0.1, 0.1, 0.1, 0.1, 0.5, 0.2]
    let sound = PoseCovariance(sigmas: sigmas) { $0 == 1 && $1 == 0 ? 0.9999999 : 0 }
    #expect(sound.isPositiveSemidefinite && sound[0, 1] == sound[1, 0])
    #expect(abs(sound.sigma(.up) - 3) < 1e-12)
    #expect(PoseCovariance.zero.isPositiveSemidefinite)
    // Each pair can hold, all three together cannot.
    let torn = PoseCovariance(sigmas: sigmas) { row, column in
      row == 2 && column == 1 ? -0.9 : row < 3 ? 0.9 : 0
    }
    #expect(!torn.isPositiveSemidefinite)
  }
}
