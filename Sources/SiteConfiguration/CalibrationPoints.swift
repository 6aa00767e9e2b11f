import Geodesy
public import Model

/// What a technician measured to calibrate a camera: pixels and the places they show.
///
/// ```yaml
/// version: 1
/// kind: calibration-points
/// picture: {width: 1280, height: 720}
/// ground_sigma: 3 cm       # how exactly the places were measured, a standard deviation
/// pixel_sigma: 1           # how exactly the pixels were, in pixels; 1 if absent
/// field_of_view: 70 deg    # from the data sheet; the site's if absent
/// origin: {lat: 47.6521, lon: 9.1713, height: 402 m}   # the site's if absent
/// place: {east: 0 m, north: 0 m, up: 5.8 m, sigma: 10 cm}   # of the lens, where it was measured
/// horizon: [[3, 121], [1270, 118]]   # pixels on a level horizon, to check the result
/// points:
///   - {pixel: [412.5, 633], east: 12.41 m, north: 5.20 m}
///   - {pixel: [902, 410.5], lat: 47.65241, lon: 9.17162, up: 0.4 m, sigma: 1 m, name: gate post}
/// ```
public struct CalibrationPoints: Sendable, Equatable {
  /// A pixel and what it shows.
  public struct Point: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// Column and row, pixels from the upper left corner of the picture.
    public var pixel: SIMD2<Double>
    /// What is seen there: metres east, north, up.
    public var place: SIMD3<Double>
    /// Standard deviation of `place` in each direction, metres.
    public var sigmaMetres: Double

    /// A point.
    public init(
      name: String, pixel: SIMD2<Double>, place: SIMD3<Double>, sigmaMetres: Double
    ) {
      self.name = name
      self.pixel = pixel
      self.place = place
      self.sigmaMetres = sigmaMetres
    }
  }

  /// Width of the picture, pixels.
  public var width: Int
  /// Height of the picture, pixels.
  public var height: Int
  /// Standard deviation of a pixel in each direction, pixels.
  public var pixelSigma: Double
  /// Horizontal field of view as the maker tells it, radians.
  public var fieldOfView: Double?
  /// Where the local frame is tied to the Earth, if that is known.
  public var origin: GeographicOrigin?
  /// Where the lens is, metres east, north, up, with its standard deviation, if it was measured.
  public var lensPlace: (place: SIMD3<Double>, sigmaMetres: Double)?
  /// Pixels on the horizon of level ground.
  public var horizon: [SIMD2<Double>]
  /// The points, 1 ... `pointsMax`.
  public var points: [Point]

  /// The most points of a file.
  public static let pointsMax = 200
  /// Standard deviation of a pixel that says nothing of its own: somebody clicked on it.
  public static let pixelSigmaDefault = 1.0

  /// Points in a picture of `width` by `height` pixels.
  public init(
    width: Int, height: Int, pixelSigma: Double = pixelSigmaDefault, fieldOfView: Double? = nil,
    origin: GeographicOrigin? = nil,
    lensPlace: (place: SIMD3<Double>, sigmaMetres: Double)? = nil,
    horizon: [SIMD2<Double>] = [], points: [Point]
  ) {
    self.width = width
    self.height = height
    self.pixelSigma = pixelSigma
    self.fieldOfView = fieldOfView
    self.origin = origin
    self.lensPlace = lensPlace
    self.horizon = horizon
    self.points = points
  }

  /// The same numbers.
  public static func == (a: CalibrationPoints, b: CalibrationPoints) -> Bool {
    a.width == b.width && a.height == b.height && a.pixelSigma == b.pixelSigma
      && a.fieldOfView == b.fieldOfView && a.origin == b.origin
      && a.lensPlace?.place == b.lensPlace?.place
      && a.lensPlace?.sigmaMetres == b.lensPlace?.sigmaMetres && a.horizon == b.horizon
      && a.points == b.points
  }
}
