import Model
import Vision

/// The parameters of a camera in the order of `PoseParameter`, as the solver moves them.
struct PoseVector: Equatable {
  var values: [Double]

  init(
    place: SIMD3<Double>, azimuth: Double, elevation: Double, roll: Double, fieldOfView: Double,
    lens: Lens = .straight
  ) {
    values = [
      place.x, place.y, place.z, azimuth, elevation, roll, fieldOfView, lens.k1, lens.k2,
    ]
  }

  subscript(parameter: PoseParameter) -> Double { values[parameter.rawValue] }

  var place: SIMD3<Double> { SIMD3(values[0], values[1], values[2]) }
  var lens: Lens { Lens(k1: self[.k1], k2: self[.k2]) }

  /// The camera with pictures of `width` by `height` pixels; `nil` for a field of view or a lens that
  /// no camera has.
  func model(width: Int, height: Int) -> CameraModel? {
    // 1 to 165 degrees: wider ones need another model of the lens.
    guard self[.fieldOfView] > 0.017, self[.fieldOfView] < 2.88, values.allSatisfy(\.isFinite)
    else { return nil }
    let model = CameraModel(
      place: place, azimuth: self[.azimuth], elevation: self[.elevation], roll: self[.roll],
      horizontalFieldOfView: self[.fieldOfView], lens: lens, width: width, height: height)
    guard model.focalLength > 0, model.showsCorners else { return nil }
    return model
  }

  /// The same after a step.
  func moved(by step: [Double]) -> PoseVector {
    var moved = self
    for index in values.indices { moved.values[index] += step[index] }
    return moved
  }
}

extension CameraModel {
  /// Whether the lens shows the picture out to its corners.
  var showsCorners: Bool { lens.isStraight || ray(of: .zero) != nil }
}
