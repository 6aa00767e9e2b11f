/// What a calibration finds about a camera, in the order of its covariance.
public enum PoseParameter: Int, CaseIterable, Sendable {
  /// Metres east of the origin.
  case east
  /// Metres north of the origin.
  case north
  /// Metres above the origin.
  case up
  /// Direction of the optical axis, radians counter-clockwise from east.
  case azimuth
  /// Angle of the optical axis above the horizon, radians.
  case elevation
  /// Rotation about the optical axis, radians.
  case roll
  /// Horizontal field of view, radians.
  case fieldOfView
  /// First radial distortion.
  case k1
  /// Second radial distortion.
  case k2

  /// How many there are.
  public static let count = 9
}
