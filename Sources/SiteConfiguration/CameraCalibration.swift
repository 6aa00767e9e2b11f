public import Model

/// What a calibration found about a camera: pose, field of view, lens, and how sure it is of them.
///
/// The file `calibration/<name>.yaml` beside the site file, written by `vedette calibrate camera` and
/// named by the camera's key `calibration`.
public struct CameraCalibration: Sendable, Equatable {
  /// Largest file that is read, bytes.
  public static let bytesMax = 65_536

  /// Name of the camera that was calibrated.
  public var camera: String
  /// Size of the pictures in which the points were found, pixels; a mode of another size with the
  /// same shape shows the same.
  public var width: Int
  /// Height of the pictures, pixels.
  public var height: Int
  /// Where the local frame is tied to the Earth; `nil` where the points were told in metres from a
  /// place that nobody named.
  public var origin: GeographicOrigin?
  /// Where the lens is: metres east, north, up.
  public var place: SIMD3<Double>
  /// Direction of the optical axis, radians counter-clockwise from east.
  public var azimuth: Double
  /// Angle of the optical axis above the horizon, radians.
  public var elevation: Double
  /// Rotation about the optical axis, radians; positive turns the picture's right side down.
  public var roll: Double
  /// Horizontal field of view, radians.
  public var horizontalFieldOfView: Double
  /// How the lens bends the picture.
  public var lens: Lens
  /// What is not known about all these.
  public var covariance: PoseCovariance
  /// How many points it stands on.
  public var pointCount: Int
  /// Root of the mean squared distance between measured and fitted pixels.
  public var residualPixels: Double

  /// A calibration.
  public init(
    camera: String, width: Int, height: Int, origin: GeographicOrigin?, place: SIMD3<Double>,
    azimuth: Double, elevation: Double, roll: Double, horizontalFieldOfView: Double, lens: Lens,
    covariance: PoseCovariance, pointCount: Int, residualPixels: Double
  ) {
    self.camera = camera
    self.width = width
    self.height = height
    self.origin = origin
    self.place = place
    self.azimuth = azimuth
    self.elevation = elevation
    self.roll = roll
    self.horizontalFieldOfView = horizontalFieldOfView
    self.lens = lens
    self.covariance = covariance
    self.pointCount = pointCount
    self.residualPixels = residualPixels
  }

  /// Whether pictures of `width` by `height` pixels have the shape of those that were calibrated, to a
  /// pixel.
  public func fits(width: Int, height: Int) -> Bool {
    abs(Double(width * self.height) / Double(self.width) - Double(height)) <= 1
  }

  /// Gives `camera` what was found.
  public func apply(to camera: inout CameraDetail) {
    camera.isGroundCalibrated = true
    camera.azimuth = azimuth
    camera.elevation = elevation
    camera.roll = roll
    camera.horizontalFieldOfView = horizontalFieldOfView
    camera.lens = lens
    camera.poseCovariance = covariance
  }

  /// Whether `name` is `calibration/<name>.yaml`, which cannot lead out of that folder.
  static func isFileName(_ name: String) -> Bool {
    guard name.hasPrefix("calibration/"), name.hasSuffix(".yaml") else { return false }
    return ProfileReferences.isFileStem(name.dropFirst(12).dropLast(5))
  }

  /// How the file names the parameters, in their order.
  static let names = [
    "east", "north", "up", "azimuth", "tilt", "roll", "field_of_view", "k1", "k2",
  ]

  /// The sign with which the file tells a parameter: a compass turns the other way round.
  static func sign(_ index: Int) -> Double {
    index == PoseParameter.azimuth.rawValue ? -1 : 1
  }
}
