/// GPS_RAW_INT (24): what the satellite receiver says, before the autopilot's filter.
///
/// Source: MAVLink common.xml. The fields from `altitudeEllipsoidMillimetres` on are extensions:
/// zero if the sender has none, and always zero from a version 1 line.
public struct GPSRawInt: MAVLinkMessage {
  /// UTC since 1970-01-01 or time since boot, in microseconds; the magnitude tells which.
  public var timeMicros: UInt64
  /// Kind of fix (GPS_FIX_TYPE): 0 no receiver, 1 none, 2 two-dimensional, 3 three-dimensional,
  /// 4 differential, 5 RTK float, 6 RTK fixed, 7 static, 8 precise point positioning.
  public var fixType: UInt8
  /// WGS84 latitude in 1e-7 degrees, north positive.
  public var latitudeE7: Int32
  /// WGS84 longitude in 1e-7 degrees, east positive.
  public var longitudeE7: Int32
  /// Height above mean sea level, in millimetres, up positive.
  public var altitudeMillimetres: Int32
  /// Horizontal dilution of precision times 100; 65,535 if unknown.
  public var horizontalDilutionE2: UInt16
  /// Vertical dilution of precision times 100; 65,535 if unknown.
  public var verticalDilutionE2: UInt16
  /// Speed over ground in centimetres per second; 65,535 if unknown.
  public var groundSpeedCentimetresPerSecond: UInt16
  /// Course over ground in hundredths of a degree, 0 ... 35,999; 65,535 if unknown.
  public var courseCentidegrees: UInt16
  /// Satellites seen; 255 if unknown.
  public var satellitesVisible: UInt8
  /// Height above the WGS84 ellipsoid, in millimetres, up positive.
  public var altitudeEllipsoidMillimetres: Int32
  /// Uncertainty of the horizontal position, in millimetres.
  public var horizontalAccuracyMillimetres: UInt32
  /// Uncertainty of the height, in millimetres.
  public var verticalAccuracyMillimetres: UInt32
  /// Uncertainty of the speed, in millimetres per second.
  public var speedAccuracyMillimetresPerSecond: UInt32
  /// Uncertainty of the course, in 1e-5 degrees.
  public var courseAccuracyE5: UInt32
  /// Yaw from north in hundredths of a degree; 36,000 is north, 0 not provided, 65,535 not available
  /// at present.
  public var yawCentidegrees: UInt16

  /// A receiver's report; what is not given is unknown or, for extensions, zero.
  public init(
    timeMicros: UInt64, fixType: UInt8, latitudeE7: Int32, longitudeE7: Int32,
    altitudeMillimetres: Int32, horizontalDilutionE2: UInt16 = .max,
    verticalDilutionE2: UInt16 = .max, groundSpeedCentimetresPerSecond: UInt16 = .max,
    courseCentidegrees: UInt16 = .max, satellitesVisible: UInt8 = .max,
    altitudeEllipsoidMillimetres: Int32 = 0, horizontalAccuracyMillimetres: UInt32 = 0,
    verticalAccuracyMillimetres: UInt32 = 0, speedAccuracyMillimetresPerSecond: UInt32 = 0,
    courseAccuracyE5: UInt32 = 0, yawCentidegrees: UInt16 = 0
  ) {
    self.timeMicros = timeMicros
    self.fixType = fixType
    self.latitudeE7 = latitudeE7
    self.longitudeE7 = longitudeE7
    self.altitudeMillimetres = altitudeMillimetres
    self.horizontalDilutionE2 = horizontalDilutionE2
    self.verticalDilutionE2 = verticalDilutionE2
    self.groundSpeedCentimetresPerSecond = groundSpeedCentimetresPerSecond
    self.courseCentidegrees = courseCentidegrees
    self.satellitesVisible = satellitesVisible
    self.altitudeEllipsoidMillimetres = altitudeEllipsoidMillimetres
    self.horizontalAccuracyMillimetres = horizontalAccuracyMillimetres
    self.verticalAccuracyMillimetres = verticalAccuracyMillimetres
    self.speedAccuracyMillimetresPerSecond = speedAccuracyMillimetresPerSecond
    self.courseAccuracyE5 = courseAccuracyE5
    self.yawCentidegrees = yawCentidegrees
  }

  /// The type of the message.
  public static var messageID: MessageID { .gpsRawInt }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    timeMicros = fields.integer(at: 0)
    latitudeE7 = fields.integer(at: 8)
    longitudeE7 = fields.integer(at: 12)
    altitudeMillimetres = fields.integer(at: 16)
    horizontalDilutionE2 = fields.integer(at: 20)
    verticalDilutionE2 = fields.integer(at: 22)
    groundSpeedCentimetresPerSecond = fields.integer(at: 24)
    courseCentidegrees = fields.integer(at: 26)
    fixType = fields.integer(at: 28)
    satellitesVisible = fields.integer(at: 29)
    altitudeEllipsoidMillimetres = fields.integer(at: 30)
    horizontalAccuracyMillimetres = fields.integer(at: 34)
    verticalAccuracyMillimetres = fields.integer(at: 38)
    speedAccuracyMillimetresPerSecond = fields.integer(at: 42)
    courseAccuracyE5 = fields.integer(at: 46)
    yawCentidegrees = fields.integer(at: 50)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(timeMicros, at: 0)
    fields.set(latitudeE7, at: 8)
    fields.set(longitudeE7, at: 12)
    fields.set(altitudeMillimetres, at: 16)
    fields.set(horizontalDilutionE2, at: 20)
    fields.set(verticalDilutionE2, at: 22)
    fields.set(groundSpeedCentimetresPerSecond, at: 24)
    fields.set(courseCentidegrees, at: 26)
    fields.set(fixType, at: 28)
    fields.set(satellitesVisible, at: 29)
    fields.set(altitudeEllipsoidMillimetres, at: 30)
    fields.set(horizontalAccuracyMillimetres, at: 34)
    fields.set(verticalAccuracyMillimetres, at: 38)
    fields.set(speedAccuracyMillimetresPerSecond, at: 42)
    fields.set(courseAccuracyE5, at: 46)
    fields.set(yawCentidegrees, at: 50)
  }
}
