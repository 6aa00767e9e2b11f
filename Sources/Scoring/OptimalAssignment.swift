/// The pairs of rows and columns of least total cost: as many as the shorter side has.
///
/// Shortest augmenting paths (Crouse, "On implementing 2D rectangular assignment algorithms", IEEE
/// TAES 52(4), 2016), the algorithm that SciPy's `linear_sum_assignment` follows, so that both choose
/// alike among equals. Cost: cubic.
enum OptimalAssignment {
  /// The column of each row, -1 for a row without one. `cost` holds `rows` times `columns` finite
  /// values, row by row.
  static func columns(of cost: [Double], rows: Int, columns: Int) -> [Int] {
    guard rows > 0, columns > 0 else { return Array(repeating: -1, count: rows) }
    guard rows > columns else { return wide(cost, rows, columns) }
    var turned = Array(repeating: 0.0, count: cost.count)
    for row in 0..<rows {
      for column in 0..<columns { turned[column * rows + row] = cost[row * columns + column] }
    }
    var result = Array(repeating: -1, count: rows)
    for (column, row) in wide(turned, columns, rows).enumerated() { result[row] = column }
    return result
  }

  private static func wide(_ cost: [Double], _ rows: Int, _ columns: Int) -> [Int] {
    var u = Array(repeating: 0.0, count: rows)
    var v = Array(repeating: 0.0, count: columns)
    var columnOfRow = Array(repeating: -1, count: rows)
    var rowOfColumn = Array(repeating: -1, count: columns)
    for first in 0..<rows {
      var shortest = Array(repeating: Double.infinity, count: columns)
      var path = Array(repeating: -1, count: columns)
      var remaining = Array((0..<columns).reversed())
      var usedRows: [Int] = []
      var usedColumns: [Int] = []
      var least = 0.0
      var row = first
      var sink = -1
      while sink < 0 {
        usedRows.append(row)
        var place = -1
        var lowest = Double.infinity
        for (index, column) in remaining.enumerated() {
          let reduced = least + cost[row * columns + column] - u[row] - v[column]
          if reduced < shortest[column] {
            path[column] = row
            shortest[column] = reduced
          }
          if shortest[column] < lowest || shortest[column] == lowest && rowOfColumn[column] < 0 {
            lowest = shortest[column]
            place = index
          }
        }
        least = lowest
        let column = remaining[place]
        usedColumns.append(column)
        remaining[place] = remaining[remaining.count - 1]
        remaining.removeLast()
        if rowOfColumn[column] < 0 { sink = column } else { row = rowOfColumn[column] }
      }
      u[first] += least
      for used in usedRows where used != first { u[used] += least - shortest[columnOfRow[used]] }
      for used in usedColumns { v[used] -= least - shortest[used] }
      var column = sink
      while true {
        let row = path[column]
        rowOfColumn[column] = row
        (column, columnOfRow[row]) = (columnOfRow[row], column)
        if row == first { break }
      }
    }
    return columnOfRow
  }
}

/// Distances between two lists, row by row.
struct DistanceTable {
  let rows: Int
  let columns: Int
  var values: [Double]

  init(rows: Int, columns: Int, _ value: (Int, Int) -> Double) {
    self.rows = rows
    self.columns = columns
    values = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows { for column in 0..<columns { values.append(value(row, column)) } }
  }

  subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  /// The pairs of least total cost among those whose own cost is below `limit`: what costs more
  /// counts as `limit` in the sum and is left out.
  func pairs(below limit: Double, cost: (Double) -> Double = { $0 }) -> [(row: Int, column: Int)] {
    let found = OptimalAssignment.columns(
      of: values.map { cost(min($0, limit)) }, rows: rows, columns: columns)
    return found.enumerated().compactMap { row, column in
      column >= 0 && self[row, column] < limit ? (row, column) : nil
    }
  }
}
