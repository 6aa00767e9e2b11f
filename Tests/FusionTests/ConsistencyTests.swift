import Geodesy
import Glibc
import TestSupport
import Testing

@testable import Fusion

/// Whether the filter's covariance is the size of its errors, over 500 runs of a target that moves as
/// the filter believes: the normalised squares of estimation error (NEES) and innovation (NIS) follow
/// χ² of 4 and 2 degrees of freedom (Bar-Shalom, Li and Kirubarajan, *Estimation with Applications to
/// Tracking and Navigation*, 2001, 5.4.2). Bounds are at 3.3 standard deviations of the mean.
@Suite("The filter is consistent")
struct ConsistencyTests {
  private static let runs = 500
  private static let steps = 40
  private let motion = MotionModel(accelerationDensity: 0.5, turnDensity: 0)
  private let noise = Covariance2(xx: 0.5, xy: 0.2, yy: 0.8)

  /// A target and what is measured of it.
  private struct Target {
    var state = SIMD4<Double>.zero
    var random: SeededGenerator

    mutating func gauss() -> Double {
      let u = Double.random(in: 1e-300..<1, using: &random)
      return (-2 * log(u)).squareRoot()
        * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
    }

    /// White acceleration of density `q` for `dt` seconds: Cholesky's factor of
    /// q·[dt³/3 dt²/2; dt²/2 dt].
    mutating func move(_ dt: Double, q: Double) {
      state += SIMD4(state.z, state.w, 0, 0) * dt
      let a = (q * dt * dt * dt / 3).squareRoot()
      let b = q * dt * dt / 2 / a
      let c = (q * dt - b * b).squareRoot()
      for axis in 0..<2 {
        let (first, second) = (gauss(), gauss())
        state[axis] += a * first
        state[axis + 2] += b * first + c * second
      }
    }

    mutating func place(_ noise: Covariance2) -> SIMD2<Double> {
      let a = noise.xx.squareRoot()
      let b = noise.xy / a
      let (first, second) = (gauss(), gauss())
      return SIMD2(
        state.x + a * first, state.y + b * first + (noise.yy - b * b).squareRoot() * second)
    }
  }

  private func start(_ target: inout Target) -> KalmanState {
    let begin = target.place(noise)
    return KalmanState(position: begin, covariance: noise, speedSigma: 1.5)
  }

  private func target(_ run: Int) -> Target {
    var target = Target(random: SeededGenerator(seed: UInt64(run)))
    target.state = SIMD4(0, 0, 1.5 * target.gauss(), 1.5 * target.gauss())
    return target
  }

  /// e'·P⁻¹·e by elimination.
  private func normalised(_ error: SIMD4<Double>, _ state: KalmanState) -> Double {
    var rows = [state.row0, state.row1, state.row2, state.row3]
    var right = error
    for pivot in 0..<4 {
      for row in pivot + 1..<4 {
        let share = rows[row][pivot] / rows[pivot][pivot]
        rows[row] -= rows[pivot] * share
        right[row] -= right[pivot] * share
      }
    }
    // P = L·D·Lᵀ, and right = L⁻¹·e.
    return (0..<4).reduce(0) { $0 + right[$1] * right[$1] / rows[$1][$1] }
  }

  @Test("errors and innovations are as large as it says")
  func inOrder() {
    var nees = [Double](repeating: 0, count: Self.steps)
    var nis = 0.0
    for run in 0..<Self.runs {
      var target = target(run)
      var state = start(&target)
      for step in 0..<Self.steps {
        let dt = Double.random(in: 0.05..<0.6, using: &target.random)
        target.move(dt, q: motion.accelerationDensity)
        state.predict(seconds: dt, motion: motion)
        let innovation = state.innovation(
          ofPlace: target.place(noise), covariance: noise, age: 0, motion: motion)
        nis += innovation.mahalanobisSquared
        state.update(innovation)
        nees[step] += normalised(state.mean - target.state, state)
      }
    }
    let count = Double(Self.runs)
    // One step in 1,000 is beyond the bound by chance; 40 are looked at.
    for step in 0..<Self.steps {
      #expect(
        abs(nees[step] / count - 4) < 4 * (8 / count).squareRoot(),
        "NEES of step \(step): \(nees[step] / count)")
    }
    let all = count * Double(Self.steps)
    #expect(abs(nis / all - 2) < 3.3 * (4 / all).squareRoot(), "NIS \(nis / all)")
  }

  @Test("late places leave it no more sure than it may be")
  func late() {
    var nees = 0.0
    for run in 0..<Self.runs {
      var target = target(run)
      var state = start(&target)
      var waiting: (place: SIMD2<Double>, age: Double)?
      for step in 0..<Self.steps {
        let dt = Double.random(in: 0.05..<0.3, using: &target.random)
        target.move(dt, q: motion.accelerationDensity)
        state.predict(seconds: dt, motion: motion)
        waiting?.age += dt
        let place = target.place(noise)
        if step % 2 == 0 {
          // Comes after the next one.
          waiting = (place, 0)
          continue
        }
        state.update(
          state.innovation(ofPlace: place, covariance: noise, age: 0, motion: motion))
        guard let late = waiting else { continue }
        state.update(
          state.innovation(
            ofPlace: late.place, covariance: noise, age: late.age, motion: motion))
      }
      nees += normalised(state.mean - target.state, state)
    }
    let mean = nees / Double(Self.runs)
    #expect(mean > 2.5 && mean < 4 + 3.3 * (8 / Double(Self.runs)).squareRoot(), "NEES \(mean)")
  }
}
