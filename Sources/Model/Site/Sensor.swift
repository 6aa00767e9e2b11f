/// A sensor of the site: where it is, what it covers, how good it is.
public struct Sensor: Sendable, Equatable {
  /// Name on the wire, unique in the site.
  public var name: String
  /// Profile it follows, as `<kind>/<model>`.
  public var profile: String
  /// Where it is: metres east, north, up.
  public var place: SIMD3<Double>
  /// What it covers on the ground, metres east and north, counter-clockwise, at least 3 points;
  /// empty for a platform that moves.
  public var coverage: [SIMD2<Double>]
  /// Probability that a target in the cover is detected: per passage for a motion sensor, per
  /// frame for a camera. 0 ... 1.
  public var detectionProbability: Double
  /// False alarms an hour for a motion sensor; mean clutter detections a frame for a camera.
  public var falseAlarmRate: Double
  /// Mean time from the event to its observation, nanoseconds.
  public var latencyNanos: Int64
  /// What is particular to its kind.
  public var detail: Detail

  /// What is particular to a kind of sensor.
  public enum Detail: Sendable, Equatable {
    /// A binary motion sensor on a GPIO line.
    case motion(MotionDetail)
    /// A CCTV camera.
    case camera(CameraDetail)
    /// A drone that reports its place and what it sees.
    case drone(PlatformDetail)
    /// A beacon of a patrol of our own.
    case beacon(PlatformDetail)
    /// A receiver of what aircraft broadcast. Of its detail only link and system id count.
    case receiver(PlatformDetail)
  }

  /// A sensor.
  public init(
    name: String, profile: String, place: SIMD3<Double>, coverage: [SIMD2<Double>],
    detectionProbability: Double, falseAlarmRate: Double, latencyNanos: Int64, detail: Detail
  ) {
    self.name = name
    self.profile = profile
    self.place = place
    self.coverage = coverage
    self.detectionProbability = detectionProbability
    self.falseAlarmRate = falseAlarmRate
    self.latencyNanos = latencyNanos
    self.detail = detail
  }

  /// Its detail if it is a motion sensor.
  public var motion: MotionDetail? {
    if case .motion(let detail) = detail { detail } else { nil }
  }

  /// Its detail if it is a camera.
  public var camera: CameraDetail? {
    if case .camera(let detail) = detail { detail } else { nil }
  }

  /// Its detail if it speaks over a link: a drone, a beacon or a receiver.
  public var platform: PlatformDetail? {
    switch detail {
    case .drone(let detail), .beacon(let detail), .receiver(let detail): detail
    case .motion, .camera: nil
    }
  }
}

/// A binary motion sensor on a GPIO line.
public struct MotionDetail: Sendable, Equatable {
  /// What the sensor reacts to.
  public enum Technology: String, Sendable, CaseIterable {
    /// Passive infrared: warm things that move.
    case pir
    /// Ground vibration.
    case seismic
    /// A light beam that is broken.
    case beam
    /// A microwave Doppler sensor.
    case microwave
  }

  /// What it reacts to.
  public var technology: Technology
  /// Label of the GPIO chip (stable across replugs), e.g. `pinctrl-bcm2711`.
  public var chip: String
  /// Name of the line on that chip, or its offset as a decimal number.
  public var line: String
  /// Whether the low level means motion.
  public var isActiveLow: Bool
  /// Edges closer than this to the last accepted one are contact bounce, nanoseconds.
  public var debounceNanos: Int64
  /// How long the output stays active after the last motion, nanoseconds.
  public var holdNanos: Int64
  /// Range by class, metres, where the sensor's cover depends on it (seismic); else empty.
  public var classRadii: [TargetClass: Double]
  /// More edges a second than this are chatter and mark the sensor implausible.
  public var edgesPerSecondMax: Int

  /// A motion sensor on line `line` of chip `chip`.
  public init(
    technology: Technology, chip: String, line: String, isActiveLow: Bool, debounceNanos: Int64,
    holdNanos: Int64, classRadii: [TargetClass: Double] = [:], edgesPerSecondMax: Int = 50
  ) {
    self.technology = technology
    self.chip = chip
    self.line = line
    self.isActiveLow = isActiveLow
    self.debounceNanos = debounceNanos
    self.holdNanos = holdNanos
    self.classRadii = classRadii
    self.edgesPerSecondMax = edgesPerSecondMax
  }
}

/// A CCTV camera.
public struct CameraDetail: Sendable, Equatable {
  /// How the device is found again after a replug: `bus:<V4L2 bus info>`, `card:<card name>`, or a
  /// device path.
  public var device: String
  /// Format asked of the driver.
  public var format: PixelFormat
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int
  /// Frames a second asked of the driver.
  public var framesPerSecond: Double
  /// Whether the pose is good enough to place targets on the ground; else only bearings are given.
  public var isGroundCalibrated: Bool
  /// Direction of the optical axis, radians counter-clockwise from east.
  public var azimuth: Double
  /// Angle of the optical axis above the horizon, radians; negative looks down.
  public var elevation: Double
  /// Rotation about the optical axis, radians; positive turns the picture's right side down.
  public var roll: Double
  /// Horizontal field of view, radians: what the picture shows at half its height, with the lens's
  /// distortion.
  public var horizontalFieldOfView: Double
  /// How the lens bends the picture.
  public var lens: Lens
  /// What is not known about pose, field of view and lens, the same in every picture; `nil` when
  /// nobody measured it.
  public var poseCovariance: PoseCovariance?
  /// Largest distance at which a target is believed, metres.
  public var rangeMetres: Double
  /// Standard deviation of a detection's azimuth, radians.
  public var azimuthSigma: Double
  /// Standard deviation of a detection's elevation angle, radians.
  public var elevationSigma: Double
  /// Parts of the picture that are never looked at (privacy), polygons in fractions of width and
  /// height, 0 ... 1.
  public var privacyMasks: [[SIMD2<Double>]]

  /// A camera.
  public init(
    device: String, format: PixelFormat, width: Int, height: Int, framesPerSecond: Double,
    isGroundCalibrated: Bool, azimuth: Double, elevation: Double, roll: Double,
    horizontalFieldOfView: Double, rangeMetres: Double, azimuthSigma: Double,
    elevationSigma: Double, privacyMasks: [[SIMD2<Double>]] = [], lens: Lens = .straight,
    poseCovariance: PoseCovariance? = nil
  ) {
    self.device = device
    self.format = format
    self.width = width
    self.height = height
    self.framesPerSecond = framesPerSecond
    self.isGroundCalibrated = isGroundCalibrated
    self.azimuth = azimuth
    self.elevation = elevation
    self.roll = roll
    self.horizontalFieldOfView = horizontalFieldOfView
    self.rangeMetres = rangeMetres
    self.azimuthSigma = azimuthSigma
    self.elevationSigma = elevationSigma
    self.privacyMasks = privacyMasks
    self.lens = lens
    self.poseCovariance = poseCovariance
  }
}

/// A drone or a beacon that tells its place over a serial link, or a receiver of broadcasts on one.
public struct PlatformDetail: Sendable, Equatable {
  /// Name of the `SerialLink` it is heard on.
  public var link: String
  /// Its MAVLink system id, 1 ... 255.
  public var systemID: UInt8
  /// Radius of its camera's cover on the ground from 50 m height, metres; 0 when it has none.
  public var footprintRadius: Double
  /// Standard deviation of the position it reports, metres.
  public var positionSigma: Double
  /// What it carries to look with.
  public var payload: PayloadDetail
  /// Name of a second link on which it is heard too, or `nil`.
  public var secondLink: String?
  /// The identification that it broadcasts as Remote ID, at most 20 characters, or `nil`.
  public var remoteID: String?
  /// The 24-bit address that its transponder sends, or `nil`.
  public var icaoAddress: UInt32?
  /// Whether its words have the vehicle's own time, where its clock is known, instead of the time at
  /// which they were read.
  public var usesOwnTime: Bool

  /// A platform heard on `link`.
  public init(
    link: String, systemID: UInt8, footprintRadius: Double, positionSigma: Double,
    payload: PayloadDetail = PayloadDetail(), secondLink: String? = nil, remoteID: String? = nil,
    icaoAddress: UInt32? = nil, usesOwnTime: Bool = false
  ) {
    self.link = link
    self.systemID = systemID
    self.footprintRadius = footprintRadius
    self.positionSigma = positionSigma
    self.payload = payload
    self.secondLink = secondLink
    self.remoteID = remoteID
    self.icaoAddress = icaoAddress
    self.usesOwnTime = usesOwnTime
  }

  /// Whether it is heard on the link of that name.
  public func isHeard(on link: String) -> Bool { self.link == link || secondLink == link }
}
