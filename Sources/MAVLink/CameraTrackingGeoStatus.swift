/// CAMERA_TRACKING_GEO_STATUS (276): the place and motion of the object that a camera tracks.
///
/// Source: MAVLink common.xml. The id needs a version 2 line. Numbers that the sender does not know
/// are NaN.
public struct CameraTrackingGeoStatus: MAVLinkMessage {
  /// State of tracking, a bit map (CAMERA_TRACKING_STATUS_FLAGS): 0 idle, 1 active, 2 error,
  /// 4 moving target indication, 8 coasting.
  public var trackingStatus: UInt8
  /// The object's WGS84 latitude in 1e-7 degrees, north positive.
  public var latitudeE7: Int32
  /// The object's WGS84 longitude in 1e-7 degrees, east positive.
  public var longitudeE7: Int32
  /// The object's height above mean sea level, in metres.
  public var altitudeMetres: Float
  /// Horizontal accuracy in metres; NaN if unknown.
  public var horizontalAccuracyMetres: Float
  /// Vertical accuracy in metres; NaN if unknown.
  public var verticalAccuracyMetres: Float
  /// The object's speed to the north, in metres per second; NaN if unknown.
  public var northMetresPerSecond: Float
  /// The object's speed to the east, in metres per second; NaN if unknown.
  public var eastMetresPerSecond: Float
  /// The object's speed downwards, in metres per second; NaN if unknown.
  public var downMetresPerSecond: Float
  /// Accuracy of the velocity, in metres per second; NaN if unknown.
  public var velocityAccuracyMetresPerSecond: Float
  /// Distance between camera and object, in metres; NaN if unknown.
  public var distanceMetres: Float
  /// Heading from north in radians; NaN if unknown.
  public var headingRadians: Float
  /// Accuracy of the heading, in radians; NaN if unknown.
  public var headingAccuracyRadians: Float
  /// Extension: which camera of an autopilot (1 ... 6); 0 if the sender itself is the camera.
  public var cameraDeviceID: UInt8

  /// A tracked object's place; what is not given is unknown.
  public init(
    trackingStatus: UInt8, latitudeE7: Int32, longitudeE7: Int32, altitudeMetres: Float,
    horizontalAccuracyMetres: Float = .nan, verticalAccuracyMetres: Float = .nan,
    northMetresPerSecond: Float = .nan, eastMetresPerSecond: Float = .nan,
    downMetresPerSecond: Float = .nan, velocityAccuracyMetresPerSecond: Float = .nan,
    distanceMetres: Float = .nan, headingRadians: Float = .nan,
    headingAccuracyRadians: Float = .nan, cameraDeviceID: UInt8 = 0
  ) {
    self.trackingStatus = trackingStatus
    self.latitudeE7 = latitudeE7
    self.longitudeE7 = longitudeE7
    self.altitudeMetres = altitudeMetres
    self.horizontalAccuracyMetres = horizontalAccuracyMetres
    self.verticalAccuracyMetres = verticalAccuracyMetres
    self.northMetresPerSecond = northMetresPerSecond
    self.eastMetresPerSecond = eastMetresPerSecond
    self.downMetresPerSecond = downMetresPerSecond
    self.velocityAccuracyMetresPerSecond = velocityAccuracyMetresPerSecond
    self.distanceMetres = distanceMetres
    self.headingRadians = headingRadians
    self.headingAccuracyRadians = headingAccuracyRadians
    self.cameraDeviceID = cameraDeviceID
  }

  /// Whether the camera has a target in view (bit 0 of `trackingStatus`).
  public var isActive: Bool { trackingStatus & 0x01 != 0 }
  /// WGS84 latitude in degrees, north positive. Exact to the wire's 1e-7.
  public var latitudeDegrees: Double { Double(latitudeE7) / 1e7 }
  /// WGS84 longitude in degrees, east positive. Exact to the wire's 1e-7.
  public var longitudeDegrees: Double { Double(longitudeE7) / 1e7 }

  /// The type of the message.
  public static var messageID: MessageID { .cameraTrackingGeoStatus }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    latitudeE7 = fields.integer(at: 0)
    longitudeE7 = fields.integer(at: 4)
    altitudeMetres = fields.float(at: 8)
    horizontalAccuracyMetres = fields.float(at: 12)
    verticalAccuracyMetres = fields.float(at: 16)
    northMetresPerSecond = fields.float(at: 20)
    eastMetresPerSecond = fields.float(at: 24)
    downMetresPerSecond = fields.float(at: 28)
    velocityAccuracyMetresPerSecond = fields.float(at: 32)
    distanceMetres = fields.float(at: 36)
    headingRadians = fields.float(at: 40)
    headingAccuracyRadians = fields.float(at: 44)
    trackingStatus = fields.integer(at: 48)
    cameraDeviceID = fields.integer(at: 49)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(latitudeE7, at: 0)
    fields.set(longitudeE7, at: 4)
    fields.set(altitudeMetres, at: 8)
    fields.set(horizontalAccuracyMetres, at: 12)
    fields.set(verticalAccuracyMetres, at: 16)
    fields.set(northMetresPerSecond, at: 20)
    fields.set(eastMetresPerSecond, at: 24)
    fields.set(downMetresPerSecond, at: 28)
    fields.set(velocityAccuracyMetresPerSecond, at: 32)
    fields.set(distanceMetres, at: 36)
    fields.set(headingRadians, at: 40)
    fields.set(headingAccuracyRadians, at: 44)
    fields.set(trackingStatus, at: 48)
    fields.set(cameraDeviceID, at: 49)
  }
}
