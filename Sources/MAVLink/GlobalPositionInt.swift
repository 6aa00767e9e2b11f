/// GLOBAL_POSITION_INT (33): where the vehicle is and how it moves, by the autopilot's filter.
///
/// Source: MAVLink common.xml (in newer sets standard.xml).
public struct GlobalPositionInt: MAVLinkMessage {
  /// Time since the sender's boot, in milliseconds.
  public var bootMillis: UInt32
  /// WGS84 latitude in 1e-7 degrees, north positive.
  public var latitudeE7: Int32
  /// WGS84 longitude in 1e-7 degrees, east positive.
  public var longitudeE7: Int32
  /// Height above mean sea level, in millimetres, up positive.
  public var altitudeMillimetres: Int32
  /// Height above the home position, in millimetres, up positive.
  public var relativeAltitudeMillimetres: Int32
  /// Speed to the north, in centimetres per second.
  public var northCentimetresPerSecond: Int16
  /// Speed to the east, in centimetres per second.
  public var eastCentimetresPerSecond: Int16
  /// Speed downwards, in centimetres per second.
  public var downCentimetresPerSecond: Int16
  /// Heading (yaw) from north in hundredths of a degree, 0 ... 35,999; 65,535 if unknown.
  public var headingCentidegrees: UInt16

  /// A position; the heading is unknown if not given.
  public init(
    bootMillis: UInt32, latitudeE7: Int32, longitudeE7: Int32, altitudeMillimetres: Int32,
    relativeAltitudeMillimetres: Int32, northCentimetresPerSecond: Int16,
    eastCentimetresPerSecond: Int16, downCentimetresPerSecond: Int16,
    headingCentidegrees: UInt16 = .max
  ) {
    self.bootMillis = bootMillis
    self.latitudeE7 = latitudeE7
    self.longitudeE7 = longitudeE7
    self.altitudeMillimetres = altitudeMillimetres
    self.relativeAltitudeMillimetres = relativeAltitudeMillimetres
    self.northCentimetresPerSecond = northCentimetresPerSecond
    self.eastCentimetresPerSecond = eastCentimetresPerSecond
    self.downCentimetresPerSecond = downCentimetresPerSecond
    self.headingCentidegrees = headingCentidegrees
  }

  /// WGS84 latitude in degrees, north positive. Exact to the wire's 1e-7.
  public var latitudeDegrees: Double { Double(latitudeE7) / 1e7 }
  /// WGS84 longitude in degrees, east positive. Exact to the wire's 1e-7.
  public var longitudeDegrees: Double { Double(longitudeE7) / 1e7 }
  /// Height above mean sea level, in metres.
  public var altitudeMetres: Double { Double(altitudeMillimetres) / 1000 }
  /// Heading from north in degrees, or nil if unknown.
  public var headingDegrees: Double? {
    headingCentidegrees == .max ? nil : Double(headingCentidegrees) / 100
  }

  /// The type of the message.
  public static var messageID: MessageID { .globalPositionInt }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    bootMillis = fields.integer(at: 0)
    latitudeE7 = fields.integer(at: 4)
    longitudeE7 = fields.integer(at: 8)
    altitudeMillimetres = fields.integer(at: 12)
    relativeAltitudeMillimetres = fields.integer(at: 16)
    northCentimetresPerSecond = fields.integer(at: 20)
    eastCentimetresPerSecond = fields.integer(at: 22)
    downCentimetresPerSecond = fields.integer(at: 24)
    headingCentidegrees = fields.integer(at: 26)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(bootMillis, at: 0)
    fields.set(latitudeE7, at: 4)
    fields.set(longitudeE7, at: 8)
    fields.set(altitudeMillimetres, at: 12)
    fields.set(relativeAltitudeMillimetres, at: 16)
    fields.set(northCentimetresPerSecond, at: 20)
    fields.set(eastCentimetresPerSecond, at: 22)
    fields.set(downCentimetresPerSecond, at: 24)
    fields.set(headingCentidegrees, at: 26)
  }
}
