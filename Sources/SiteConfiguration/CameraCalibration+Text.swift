import Model

extension CameraCalibration {
  /// The file's text; `points` names what it was fitted to, for people.
  ///
  /// Correlations have all their digits: parameters bound to each other, such as the height and the
  /// tilt, are known together far better than each alone.
  public func text(points source: String) -> String {
    let degrees = 180 / Double.pi
    var compass = 90 - azimuth * degrees
    compass -= 360 * (compass / 360).rounded(.down)
    var text = """
      # Pose and lens of the camera \(camera), fitted by "vedette calibrate camera" to \(source).
      # Calibrate again rather than edit: the numbers belong together.
      version: 1
      kind: calibration
      camera: \(camera)
      picture: {width: \(width), height: \(height)}

      """
    if let origin {
      text += "origin: {lat: \(origin.latitudeDegrees), lon: \(origin.longitudeDegrees), "
      text += "height: \(origin.heightMetres) m}\n"
    }
    text += """
      place: {east: \(short(place.x)) m, north: \(short(place.y)) m, up: \(short(place.z)) m}
      azimuth: \(short(compass)) deg
      tilt: \(short(elevation * degrees)) deg
      roll: \(short(roll * degrees)) deg
      field_of_view: \(short(horizontalFieldOfView * degrees)) deg
      lens: {k1: \(short(lens.k1)), k2: \(short(lens.k2))}
      points: \(pointCount)
      rms: \(short(residualPixels))

      """
    let sigmas = PoseParameter.allCases.map { parameter -> String in
      let sigma = covariance.sigma(parameter)
      let name = Self.names[parameter.rawValue]
      return switch parameter {
      case .east, .north, .up: "\(name): \(fine(sigma)) m"
      case .k1, .k2: "\(name): \(fine(sigma))"
      default: "\(name): \(fine(sigma * degrees)) deg"
      }
    }
    text += "sigma: {\(sigmas.joined(separator: ", "))}\n"
    text += "# of north, up, azimuth, ... with those before each, in the order of sigma\n"
    text += "correlation:\n"
    for row in 1..<PoseParameter.count {
      let numbers = (0..<row).map { column -> String in
        let product = covariance[row, row] * covariance[column, column]
        let sign = Self.sign(row) * Self.sign(column)
        let value = product > 0 ? sign * covariance[row, column] / product.squareRoot() : 0
        return "\(min(max(value, -1), 1) + 0)"
      }
      text += "  - [\(numbers.joined(separator: ", "))]\n"
    }
    return text
  }

  /// To the sixth digit behind the point: a micrometre, 4 mm at 200 km.
  private func short(_ value: Double) -> String { "\((value * 1e6).rounded() / 1e6 + 0)" }

  /// To six digits or more, in plain or exponent form.
  private func fine(_ value: Double) -> String { "\(Float(value))" }
}
