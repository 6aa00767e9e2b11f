import Glibc

/// A small symmetric positive definite matrix: normal equations and covariances.
struct NormalMatrix {
  let count: Int
  /// All elements, row by row.
  private(set) var elements: [Double]
  /// Of a factor: the first element of each row that is not 0.
  private var firsts: [Int] = []

  init(count: Int) {
    self.count = count
    elements = Array(repeating: 0, count: count * count)
  }

  subscript(row: Int, column: Int) -> Double {
    get { elements[row * count + column] }
    set { elements[row * count + column] = newValue }
  }

  /// Adds weight · a·aᵀ.
  mutating func add(_ a: [Double], weight: Double) {
    for row in 0..<count {
      for column in 0..<count { elements[row * count + column] += weight * a[row] * a[column] }
    }
  }

  /// The lower triangular L with L·Lᵀ = self; `nil` when the matrix is not positive definite.
  ///
  /// Cholesky's decomposition of the matrix scaled to a unit diagonal, so that metres and radians
  /// compare; the scale is put back.
  func factor() -> NormalMatrix? {
    var scale = [Double](repeating: 1, count: count)
    for index in 0..<count {
      let diagonal = self[index, index]
      guard diagonal > 0, diagonal.isFinite else { return nil }
      scale[index] = diagonal.squareRoot()
    }
    var lower = NormalMatrix(count: count)
    // A row of the factor is 0 up to where the matrix is: chains stay cheap.
    lower.firsts = (0..<count).map { row in (0...row).first { self[row, $0] != 0 } ?? row }
    for row in 0..<count {
      let first = lower.firsts[row]
      for column in first...row {
        var rest = self[row, column] / (scale[row] * scale[column])
        for inner in max(first, lower.firsts[column])..<column {
          rest -= lower[row, inner] * lower[column, inner]
        }
        if row == column {
          guard rest > 1e-14 else { return nil }
          lower[row, row] = rest.squareRoot()
        } else {
          lower[row, column] = rest / lower[column, column]
        }
      }
    }
    for row in 0..<count {
      for column in lower.firsts[row]...row { lower[row, column] *= scale[row] }
    }
    return lower
  }

  /// Logarithm of the determinant of a factor, half of that of the matrix.
  var logDeterminant: Double { (0..<count).reduce(0) { $0 + log(self[$1, $1]) } }

  /// The solution of L·Lᵀ·x = b, where self is L.
  func solve(_ b: [Double]) -> [Double] {
    var x = forward(b)
    for row in stride(from: count - 1, through: 0, by: -1) {
      x[row] /= self[row, row]
      for column in firsts[row]..<row { x[column] -= self[row, column] * x[row] }
    }
    return x
  }

  /// The solution of L·x = b, where self is L.
  func forward(_ b: [Double]) -> [Double] {
    var x = b
    for row in 0..<count {
      for column in firsts[row]..<row { x[row] -= self[row, column] * x[column] }
      x[row] /= self[row, row]
    }
    return x
  }

  /// The inverse matrix; `nil` when the matrix is not positive definite.
  func inverse() -> NormalMatrix? {
    guard let lower = factor() else { return nil }
    var inverse = NormalMatrix(count: count)
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      let solved = lower.solve(unit)
      for row in 0..<count { inverse[row, column] = solved[row] }
    }
    return inverse
  }
}
