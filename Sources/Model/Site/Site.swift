/// A post and its surroundings as the site file describes them, in plain values: what perception,
/// fusion, simulation and captures need to know. Read and checked by `SiteConfiguration`.
///
/// Frame: x east, y north, z up, metres from `origin`; angles in radians counter-clockwise from
/// east.
public struct Site: Sendable, Equatable {
  /// Name of the post on the wire: lower case letters, digits and hyphens.
  public var post: String
  /// Origin of the local frame.
  public var origin: GeographicOrigin
  /// Lines and zones whose crossing is an event.
  public var lines: [SiteLine]
  /// All sensors; `SensorID` is the place in this list.
  public var sensors: [Sensor]
  /// Serial links that carry telemetry.
  public var links: [SerialLink]
  /// Name of the exercise under way, or `nil`: events of an exercise are marked so.
  public var exercise: String?
  /// SHA-256 of the configuration in force (site, profiles), lower-case hexadecimal.
  public var configurationHash: String

  /// A site.
  public init(
    post: String, origin: GeographicOrigin, lines: [SiteLine], sensors: [Sensor],
    links: [SerialLink], exercise: String? = nil, configurationHash: String
  ) {
    self.post = post
    self.origin = origin
    self.lines = lines
    self.sensors = sensors
    self.links = links
    self.exercise = exercise
    self.configurationHash = configurationHash
  }

  /// The readers this site needs, in the order that `SourceID` counts: the clock, all GPIO lines
  /// together, each camera, each serial link.
  public var sources: [SourceDescription] {
    var all: [SourceDescription] = [.clock]
    if sensors.contains(where: { $0.motion != nil }) { all.append(.gpio) }
    for (index, sensor) in sensors.enumerated() where sensor.camera != nil {
      all.append(.camera(SensorID(UInt16(index))))
    }
    for index in links.indices { all.append(.serial(link: index)) }
    return all
  }

  /// What the sources are called, in their order: `clock`, `gpio`, `camera/<sensor>`, `serial/<link>`.
  public var sourceKeys: [String] {
    sources.map { source in
      switch source {
      case .clock: "clock"
      case .gpio: "gpio"
      case .camera(let sensor): "camera/\(sensors[sensor.index].name)"
      case .serial(let link): "serial/\(links[link].name)"
      }
    }
  }
}

/// What stands behind a `SourceID`.
public enum SourceDescription: Hashable, Sendable {
  /// The post's own clock.
  case clock
  /// All GPIO lines.
  case gpio
  /// One camera.
  case camera(SensorID)
  /// One serial link: its place in `Site.links`.
  case serial(link: Int)
}

/// Where the local frame is tied to the Earth.
public struct GeographicOrigin: Sendable, Equatable, BitwiseCopyable {
  /// WGS84 latitude, degrees, -85 ... 85.
  public var latitudeDegrees: Double
  /// WGS84 longitude, degrees, -180 ... 180.
  public var longitudeDegrees: Double
  /// Height above the WGS84 ellipsoid, metres.
  public var heightMetres: Double

  /// A place on the Earth.
  public init(latitudeDegrees: Double, longitudeDegrees: Double, heightMetres: Double) {
    self.latitudeDegrees = latitudeDegrees
    self.longitudeDegrees = longitudeDegrees
    self.heightMetres = heightMetres
  }
}

/// A line or a zone whose crossing is an event.
public struct SiteLine: Sendable, Equatable {
  /// Name on the wire.
  public var name: String
  /// Whether the last point joins the first: a zone, its points counter-clockwise, so that left is
  /// inside.
  public var isClosed: Bool
  /// At least 2 points (3 when closed), metres east and north.
  public var points: [SIMD2<Double>]
  /// Name of the side on the left hand of somebody who walks along the points.
  public var leftName: String
  /// Name of the other side.
  public var rightName: String
  /// Word for crossing from left to right: `in` or `out`.
  public var leftToRight: String
  /// Word for crossing from right to left.
  public var rightToLeft: String

  /// A line.
  public init(
    name: String, isClosed: Bool, points: [SIMD2<Double>], leftName: String, rightName: String,
    leftToRight: String, rightToLeft: String
  ) {
    self.name = name
    self.isClosed = isClosed
    self.points = points
    self.leftName = leftName
    self.rightName = rightName
    self.leftToRight = leftToRight
    self.rightToLeft = rightToLeft
  }
}

/// A serial link over which telemetry comes.
public struct SerialLink: Sendable, Equatable {
  /// Name in messages and captures.
  public var name: String
  /// How the port is found again after a replug: `serial:<USB serial number>`, a stable path under
  /// `/dev/serial`, or a device path.
  public var device: String
  /// Bits per second, 1,200 ... 3,000,000.
  public var baud: Int
  /// After so long without a byte the link is reported silent, nanoseconds.
  public var silenceNanosMax: Int64
  /// What it makes of signatures.
  public var signatures: SignaturePolicy
  /// Where the key of its signatures is, an absolute path or `credential:<name>`; `nil` when they are
  /// not looked at.
  public var signatureKey: String?
  /// Whether the vehicles on it are asked for their clocks: the only thing that is ever sent over it.
  public var asksTime: Bool
  /// A ground station to which its bytes are passed on, or `nil`.
  public var forward: ForwardTarget?

  /// A link.
  public init(
    name: String, device: String, baud: Int, silenceNanosMax: Int64 = 3_000_000_000,
    signatures: SignaturePolicy = .ignore, signatureKey: String? = nil, asksTime: Bool = false,
    forward: ForwardTarget? = nil
  ) {
    self.name = name
    self.device = device
    self.baud = baud
    self.silenceNanosMax = silenceNanosMax
    self.signatures = signatures
    self.signatureKey = signatureKey
    self.asksTime = asksTime
    self.forward = forward
  }
}
