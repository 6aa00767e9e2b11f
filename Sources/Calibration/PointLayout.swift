import SiteConfiguration

/// Whether points are spread well enough that a pose can be found at all.
enum PointLayout {
  /// Fewest points: eight numbers for a pose of six, a field of view and a first guess at the lens.
  static let pointsMin = 4
  /// Least part of the picture, as the square of its diagonal, that the points' spread must cover.
  static let spreadMin = 0.004
  /// Points are on a line when their spread across it is less than this part of that along it.
  static let widthMin = 0.03

  /// Refuses points with which no search need begin.
  static func check(_ points: CalibrationPoints) throws(CalibrationRefusal) {
    let all = points.points
    guard all.count >= pointsMin else {
      throw CalibrationRefusal(
        .tooFewPoints, "\(all.count) points are too few: a pose needs \(pointsMin)",
        remedy: "Measure at least \(pointsMin), better 8, spread over the picture")
    }
    for (index, point) in all.enumerated() {
      for other in all[..<index] {
        let isOnePixel = (point.pixel - other.pixel).length < 0.5
        let apart = (point.place - other.place).length
        guard isOnePixel || apart < 0.01 else { continue }
        throw CalibrationRefusal(
          .repeatedPoint,
          "\(other.name) and \(point.name) have the same \(isOnePixel ? "pixel" : "place")",
          remedy: "Keep one of them, or correct the other")
      }
    }
    let picture = spread(all.map { SIMD3($0.pixel.x, $0.pixel.y, 0) })
    let diagonal = Double(points.width * points.width + points.height * points.height)
    guard picture.along * picture.across >= spreadMin * spreadMin * diagonal * 4 else {
      throw CalibrationRefusal(
        picture.across < widthMin * picture.along ? .pointsOnALine : .pointsTooClose,
        picture.across < widthMin * picture.along
          ? "the points lie on one line in the picture"
          : "the points cover too small a part of the picture",
        remedy: "Add points near the picture's corners, near and far")
    }
    let ground = spread(all.map(\.place))
    guard ground.across >= widthMin * ground.along else {
      throw CalibrationRefusal(
        .pointsOnALine,
        "the points lie on one line on the ground: the camera could turn about it",
        remedy: "Add points to both sides of the line")
    }
  }

  /// The standard deviations of points along the direction in which they are spread most and along the
  /// second one.
  static func spread(_ points: [SIMD3<Double>]) -> (along: Double, across: Double) {
    let count = Double(points.count)
    let middle = points.reduce(SIMD3<Double>.zero, +) / count
    // The largest eigenvector by powers of the scatter matrix, then the largest of what is left.
    var scatter = [[Double]](repeating: [0, 0, 0], count: 3)
    for point in points {
      let away = point - middle
      for row in 0..<3 {
        for column in 0..<3 { scatter[row][column] += away[row] * away[column] / count }
      }
    }
    func largest() -> (value: Double, vector: SIMD3<Double>) {
      var vector = SIMD3(1.0, 0.7, 0.4)
      for _ in 0..<200 {
        let next = SIMD3(
          scatter[0][0] * vector.x + scatter[0][1] * vector.y + scatter[0][2] * vector.z,
          scatter[1][0] * vector.x + scatter[1][1] * vector.y + scatter[1][2] * vector.z,
          scatter[2][0] * vector.x + scatter[2][1] * vector.y + scatter[2][2] * vector.z)
        guard next.length > 0 else { return (0, vector) }
        vector = next / next.length
      }
      var value = 0.0
      for row in 0..<3 {
        for column in 0..<3 { value += scatter[row][column] * vector[row] * vector[column] }
      }
      return (value, vector)
    }
    let first = largest()
    for row in 0..<3 {
      for column in 0..<3 {
        scatter[row][column] -= first.value * first.vector[row] * first.vector[column]
      }
    }
    let second = largest()
    return (max(first.value, 0).squareRoot(), max(second.value, 0).squareRoot())
  }
}
