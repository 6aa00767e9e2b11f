/// What is not known about a camera's pose and lens: the covariance of its `PoseParameter`s, in
/// their units and order.
///
/// It is the same error in every picture of the camera, unlike that of a single detection.
public struct PoseCovariance: BitwiseCopyable, Sendable, Equatable {
  /// The lower triangle row by row: row i holds columns 0 ... i.
  private var packed: InlineArray<45, Double>

  /// Nothing unknown.
  public static let zero = PoseCovariance()

  private init() { packed = InlineArray(repeating: 0) }

  /// The covariance of errors with standard deviations `sigmas` and correlations `correlation`,
  /// which is asked for pairs (row, column) with row > column.
  ///
  /// Precondition: as many sigmas as there are parameters.
  public init(sigmas: [Double], correlation: (Int, Int) -> Double) {
    precondition(sigmas.count == PoseParameter.count, "a pose has nine parameters")
    self.init()
    for row in 0..<PoseParameter.count {
      for column in 0...row {
        let shared = row == column ? 1 : correlation(row, column)
        packed[Self.slot(row, column)] = sigmas[row] * sigmas[column] * shared
      }
    }
  }

  /// The covariance of parameters `row` and `column`, 0 ..< 9 each.
  public subscript(row: Int, column: Int) -> Double {
    row >= column ? packed[Self.slot(row, column)] : packed[Self.slot(column, row)]
  }

  /// Standard deviation of a parameter.
  public func sigma(_ parameter: PoseParameter) -> Double {
    self[parameter.rawValue, parameter.rawValue].squareRoot()
  }

  /// J·C·Jᵀ for the two rows of a Jacobian: the covariance of two numbers, as xx, xy, yy.
  public func carried(
    by x: InlineArray<9, Double>, _ y: InlineArray<9, Double>
  ) -> SIMD3<Double> {
    var sum = SIMD3<Double>.zero
    for row in 0..<PoseParameter.count {
      for column in 0..<PoseParameter.count {
        let shared = self[row, column]
        sum += SIMD3(x[row] * x[column], x[row] * y[column], y[row] * y[column]) * shared
      }
    }
    return sum
  }

  /// Whether it can be a covariance: finite, and no combination of errors has a negative variance.
  ///
  /// Cholesky's decomposition of the correlations, with room for rounding: parameters of a pose can be
  /// so bound to each other that one of them is almost determined by the others.
  public var isPositiveSemidefinite: Bool {
    let count = PoseParameter.count
    var sigmas: [Double] = []
    for index in 0..<count {
      let variance = self[index, index]
      guard variance >= 0, variance.isFinite else { return false }
      sigmas.append(variance > 0 ? variance.squareRoot() : 1)
    }
    var factor = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0...row {
        var rest = self[row, column] / (sigmas[row] * sigmas[column])
        guard rest.isFinite else { return false }
        if row == column { rest += Self.roundingMargin }
        for inner in 0..<column {
          rest -= factor[row * count + inner] * factor[column * count + inner]
        }
        if row == column {
          guard rest > 0 else { return false }
          factor[row * count + row] = rest.squareRoot()
        } else {
          factor[row * count + column] = rest / factor[column * count + column]
        }
      }
    }
    return true
  }

  /// The numbers are the same.
  public static func == (a: PoseCovariance, b: PoseCovariance) -> Bool {
    a.packed.indices.allSatisfy { a.packed[$0] == b.packed[$0] }
  }

  private static let roundingMargin = 1e-9

  private static func slot(_ row: Int, _ column: Int) -> Int { row * (row + 1) / 2 + column }
}
