/// One thing one sensor said, after perception and before fusion: fixed size, so that it travels in
/// a ring.
///
/// Frame: the post's local metric frame, x east, y north, metres from `Site.origin`; angles in
/// radians counter-clockwise from east.
public struct Observation: BitwiseCopyable, Sendable {
  /// The source whose ring it came through.
  public var source: SourceID
  /// The sensor that said it.
  public var sensor: SensorID
  /// Count of observations of this source from 1, without gap: (source, sequence) names it.
  public var sequence: UInt64
  /// When it was true: the raw sample's own time.
  public var time: Instant
  /// What was said.
  public var content: Content

  /// What a sensor can say.
  public enum Content: BitwiseCopyable, Sendable {
    /// A binary sensor turned active or inactive, after polarity and debounce.
    case area(isActive: Bool)
    /// One target in the scan that is being told; scans end with `.scanEnd`.
    case detection(Detection)
    /// All detections of the scan were told: `count` of them, possibly none. Nothing seen is
    /// information. `frame` is the camera's frame number.
    case scanEnd(count: UInt16, frame: UInt32)
    /// Where a drone, a patrol or a beacon of our own is.
    case platform(PlatformState)
    /// What an aircraft that is not ours broadcasts of itself.
    case air(AirReport)
    /// A change of a sensor's health.
    case health(HealthReport)
    /// The post's clock ticked: the map to UTC that holds from here on. Lets time pass in fusion
    /// when nothing is seen.
    case clock(ClockMap)
  }

  /// Something said by `sensor` at `time`.
  public init(
    source: SourceID, sensor: SensorID, sequence: UInt64, time: Instant, content: Content
  ) {
    self.source = source
    self.sensor = sensor
    self.sequence = sequence
    self.time = time
    self.content = content
  }
}

/// One target in one scan of a camera or of a drone's payload.
public struct Detection: BitwiseCopyable, Sendable, Equatable {
  /// Whether `position` and `covariance` hold: false for a camera that gives bearings only.
  public var hasPosition: Bool
  /// Foot point on the ground, metres east and north.
  public var position: SIMD2<Double>
  /// Covariance of `position`, square metres: xx, xy, yy.
  public var covariance: SIMD3<Double>
  /// Direction from the sensor, radians counter-clockwise from east; NaN when there is none.
  public var azimuth: Float
  /// Standard deviation of `azimuth`, radians.
  public var azimuthSigma: Float
  /// Apparent width, radians; 0 when not known.
  public var angularWidth: Float
  /// Likelihood of each class.
  public var classScores: ClassScores
  /// How sure the detector is that this is no clutter, 0 ... 1.
  public var quality: Float
  /// Box in the picture, pixels: left, top, width, height; all 0 when there is none.
  public var box: SIMD4<UInt16>

  /// A detection with a place on the ground.
  public init(
    position: SIMD2<Double>, covariance: SIMD3<Double>, azimuth: Float = .nan,
    azimuthSigma: Float = 0, angularWidth: Float = 0,
    classScores: ClassScores = .uninformative, quality: Float = 1, box: SIMD4<UInt16> = .zero
  ) {
    self.hasPosition = true
    self.position = position
    self.covariance = covariance
    self.azimuth = azimuth
    self.azimuthSigma = azimuthSigma
    self.angularWidth = angularWidth
    self.classScores = classScores
    self.quality = quality
    self.box = box
  }

  /// A detection of which only the direction is known.
  public init(
    azimuth: Float, azimuthSigma: Float, angularWidth: Float = 0,
    classScores: ClassScores = .uninformative, quality: Float = 1, box: SIMD4<UInt16> = .zero
  ) {
    self.init(
      position: .zero, covariance: .zero, azimuth: azimuth, azimuthSigma: azimuthSigma,
      angularWidth: angularWidth, classScores: classScores, quality: quality, box: box)
    self.hasPosition = false
  }
}

/// Where something of our own is, as it says itself.
public struct PlatformState: BitwiseCopyable, Sendable, Equatable {
  /// Metres east, north, and above the origin's height.
  public var position: SIMD3<Double>
  /// Metres per second east, north, up.
  public var velocity: SIMD3<Float>
  /// Heading, radians counter-clockwise from east; NaN when not known.
  public var heading: Float
  /// Standard deviation of the horizontal position, metres.
  public var positionSigma: Float
  /// Centre of what its camera covers on the ground, metres east and north; NaN when not known.
  public var footprintCentre: SIMD2<Double>
  /// Radius of that cover, metres; 0 when it sees nothing.
  public var footprintRadius: Float

  /// A platform at `position`.
  public init(
    position: SIMD3<Double>, velocity: SIMD3<Float>, heading: Float, positionSigma: Float,
    footprintCentre: SIMD2<Double> = SIMD2(.nan, .nan), footprintRadius: Float = 0
  ) {
    self.position = position
    self.velocity = velocity
    self.heading = heading
    self.positionSigma = positionSigma
    self.footprintCentre = footprintCentre
    self.footprintRadius = footprintRadius
  }
}
