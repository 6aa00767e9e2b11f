import Geodesy
import Glibc
import TestSupport
import Testing

@testable import Fusion

/// The numbers are those of NumPy with the textbook matrices: F, Q, K = P·Hᵀ·S⁻¹ and Joseph's form.
@Suite("The Kalman filter")
struct FilterTests {
  private func initial() -> KalmanState {
    var state = KalmanState(
      position: SIMD2(10, -4), covariance: Covariance2(xx: 2, xy: 0.4, yy: 3), speedSigma: 1)
    state.mean = SIMD4(10, -4, 1.2, 0.7)
    state.row0.z = 0.3
    state.row2.x = 0.3
    state.row3.w = 1.5
    return state
  }

  private let motion = MotionModel(accelerationDensity: 0.5, turnDensity: 0)

  private func expect(
    _ state: KalmanState, _ mean: SIMD4<Double>, _ rows: [SIMD4<Double>],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let found = [state.row0, state.row1, state.row2, state.row3]
    for axis in 0..<4 {
      #expect(abs(state.mean[axis] - mean[axis]) < 1e-9, sourceLocation: sourceLocation)
      for other in 0..<4 {
        #expect(
          abs(found[axis][other] - rows[axis][other]) < 1e-9, sourceLocation: sourceLocation)
      }
    }
  }

  @Test("predicts and updates as NumPy does")
  func fixture() throws {
    var state = initial()
    state.predict(seconds: 0.2, motion: motion)
    expect(
      state, SIMD4(10.24, -3.86, 1.2, 0.7),
      [
        SIMD4(2.1613333333333333, 0.4, 0.51, 0), SIMD4(0.4, 3.0613333333333332, 0, 0.31),
        SIMD4(0.51, 0, 1.1, 0), SIMD4(0, 0.31, 0, 1.6),
      ])
    state.update(
      state.innovation(
        ofPlace: SIMD2(10.9, -3.1), covariance: Covariance2(xx: 0.5, xy: 0.2, yy: 0.8), age: 0,
        motion: motion))
    expect(
      state,
      SIMD4(10.76168597734351, -3.273430363598161, 1.3076172893245435, 0.7508506582028126),
      [
        SIMD4(0.40401791636876566, 0.14474280358470798, 0.09312348913106615, 0.007261045164538156),
        SIMD4(0.14474280358470798, 0.6320232861161768, 0.015031420336914354, 0.06280679020623474),
        SIMD4(0.09312348913106616, 0.015031420336914361, 0.9987189480802509, 0.009566072705289936),
        SIMD4(0.0072610451645381555, 0.06280679020623475, 0.009566072705289936, 1.5742087008839862),
      ])
    let bearing = try #require(
      state.innovation(
        ofAzimuth: 0.72, sigma: 0.01, from: SIMD2(-20, -30), age: 0, motion: motion))
    state.update(bearing)
    expect(
      state,
      SIMD4(10.708371894495446, -3.1425823584519117, 1.2905910130954177, 0.7654529895373802),
      [
        SIMD4(0.3604607462646017, 0.25164455474467756, 0.07921316055867003, 0.019191030562012216),
        SIMD4(0.25164455474467756, 0.3696558188601817, 0.04917134448817474, 0.03352719451044083),
        SIMD4(0.07921316055867003, 0.049171344488174756, 0.9942765740571157, 0.013376008390870378),
        SIMD4(0.019191030562012223, 0.03352719451044084, 0.01337600839087038, 1.5709411664862376),
      ])
  }

  @Test("gains nothing from a bearing at the sensor itself")
  func bearingAtSensor() {
    #expect(
      initial().innovation(
        ofAzimuth: 0, sigma: 0.01, from: SIMD2(10, -4), age: 0, motion: motion) == nil)
  }

  @Test("stays a covariance over thousands of steps", arguments: 0..<5)
  func soundness(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var state = initial()
    for _ in 0..<5000 {
      state.predict(seconds: .random(in: 0..<3, using: &generator), motion: motion)
      let sigma = Double.random(in: 0.01..<20, using: &generator)
      state.update(
        state.innovation(
          ofPlace: state.position + SIMD2(0.1, -0.2), covariance: Covariance2(sigma: sigma),
          age: .random(in: 0..<4, using: &generator), motion: motion))
      #expect(state.isSound, "seed \(seed)")
    }
  }

  @Test("learns of a late place where the target was, not where it is")
  func latePlace() {
    var state = initial()
    state.mean = SIMD4(10, 0, 2, 0)
    state.update(
      state.innovation(
        ofPlace: SIMD2(6, 0), covariance: Covariance2(sigma: 1), age: 2, motion: motion))
    #expect(abs(state.mean.x - 10) < 1e-9 && abs(state.mean.z - 2) < 1e-9)
  }
}

@Suite("The assignment")
struct AssignmentTests {
  @Test("is as cheap as the cheapest of all", arguments: 0..<10)
  func bruteForce(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var assignment = Assignment(rowsMax: 8, tracksMax: 8)
    for _ in 0..<40 {
      let rows = Int.random(in: 1...5, using: &generator)
      let tracks = Int.random(in: 1...5, using: &generator)
      var costs = [[Double?]](repeating: [Double?](repeating: nil, count: tracks), count: rows)
      assignment.begin(rows: rows, tracks: tracks)
      for row in 0..<rows {
        for track in 0..<tracks where Bool.random(using: &generator) {
          let cost = Double.random(in: -10...2, using: &generator)
          costs[row][track] = cost
          assignment.setCost(cost, row: row, track: track)
        }
      }
      assignment.solve()
      var total = 0.0
      var used = Set<Int>()
      for track in 0..<tracks {
        guard let row = assignment.row(ofTrack: track) else { continue }
        #expect(used.insert(row).inserted)
        total += costs[row][track] ?? .infinity
      }
      #expect(abs(total - cheapest(costs, from: 0, free: Set(0..<tracks))) < 1e-9, "seed \(seed)")
    }
  }

  private func cheapest(_ costs: [[Double?]], from row: Int, free: Set<Int>) -> Double {
    guard row < costs.count else { return 0 }
    var best = cheapest(costs, from: row + 1, free: free)
    for track in free {
      guard let cost = costs[row][track] else { continue }
      best = min(best, cost + cheapest(costs, from: row + 1, free: free.subtracting([track])))
    }
    return best
  }
}

@Suite("The probabilities of association")
struct MarginalsTests {
  /// Sums over all ways by trying each.
  private func brute(_ weights: [[Double]]) -> [[Double]] {
    let (tracks, rows) = (weights.count, weights[0].count)
    var sums = [[Double]](repeating: [Double](repeating: 0, count: rows), count: tracks)
    var total = 0.0
    func go(_ track: Int, _ free: Set<Int>, _ weight: Double, _ chosen: [Int?]) {
      guard track < tracks else {
        total += weight
        for (track, row) in chosen.enumerated() { if let row { sums[track][row] += weight } }
        return
      }
      go(track + 1, free, weight, chosen + [nil])
      for row in free where weights[track][row] > 0 {
        go(track + 1, free.subtracting([row]), weight * weights[track][row], chosen + [row])
      }
    }
    go(0, Set(0..<rows), 1, [])
    return sums.map { $0.map { $0 / total } }
  }

  private func solved(_ weights: [[Double]]) -> [[Double]] {
    var marginals = AssociationMarginals(rowsMax: 64, tracksMax: 64)
    marginals.begin(rows: weights[0].count, tracks: weights.count)
    for (track, row) in weights.enumerated() {
      for (place, weight) in row.enumerated() where weight > 0 {
        marginals.add(weight: weight, row: place, track: track)
      }
    }
    marginals.solve()
    return weights.indices.map { track in
      weights[track].indices.map { marginals.probability(row: $0, track: track) }
    }
  }

  @Test("are those of all ways tried one by one, up to 6 by 6", arguments: 0..<12)
  func bruteForce(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<12 {
      let tracks = Int.random(in: 1...6, using: &generator)
      let rows = Int.random(in: 1...6, using: &generator)
      let weights = (0..<tracks).map { _ in
        (0..<rows).map { _ in
          Bool.random(using: &generator)
            ? 0 : Double.random(in: -4...6, using: &generator).exponential
        }
      }
      for (mine, true_) in zip(solved(weights).joined(), brute(weights).joined()) {
        #expect(abs(mine - true_) < 1e-9, "seed \(seed): \(weights)")
      }
    }
  }

  @Test("in groups larger than that are nearly so, and none has more than one of anything")
  func large() {
    var generator = SeededGenerator(seed: 5)
    // A ring of nine tracks and detections, each track with two of them.
    let weights = (0..<9).map { track in
      (0..<9).map { row in
        row == track || row == (track + 1) % 9 ? Double.random(in: 0.2...4, using: &generator) : 0
      }
    }
    let mine = solved(weights)
    for (mine, true_) in zip(mine.joined(), brute(weights).joined()) {
      #expect(abs(mine - true_) < 0.03)
    }
    for track in 0..<9 {
      #expect(mine[track].reduce(0, +) < 1 + 1e-9)
      #expect(mine.map { $0[track] }.reduce(0, +) < 1.03)
    }
  }

  @Test("a detection that is only perhaps the track's moves it less, and leaves it in doubt")
  func mixture() {
    let motion = MotionModel(accelerationDensity: 0.5, turnDensity: 0)
    let before = KalmanState(position: .zero, covariance: Covariance2(sigma: 8), speedSigma: 1)
    var sure = before
    sure.update(
      before.innovation(
        ofPlace: SIMD2(14, 0), covariance: Covariance2(sigma: 1), age: 0, motion: motion))
    var unsure = sure
    unsure.mix(with: before, share: 0.5)
    #expect(abs(unsure.position.x - sure.position.x / 2) < 1e-12)
    // Half of each covariance, and a quarter of the squared step between the means.
    let expected =
      (before.positionCovariance.xx + sure.positionCovariance.xx) / 2
      + sure.position.x * sure.position.x / 4
    #expect(abs(unsure.positionCovariance.xx - expected) < 1e-9)
    #expect(unsure.isSound)
    var whole = sure
    whole.mix(with: before, share: 1)
    #expect(whole == sure)
  }
}

extension Double {
  /// e to this.
  fileprivate var exponential: Double { exp(self) }
}
