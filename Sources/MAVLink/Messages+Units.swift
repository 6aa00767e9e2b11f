/// What is read from messages again and again, in whole units.
extension Heartbeat {
  /// Whether the motors are armed (MAV_MODE_FLAG_SAFETY_ARMED, bit 7 of `baseMode`).
  public var isArmed: Bool { baseMode & 0x80 != 0 }
}

extension GlobalPositionInt {
  /// WGS84 latitude in degrees, north positive. Exact to the wire's 1e-7.
  public var latitudeDegrees: Double { Double(latitudeE7) / 1e7 }
  /// WGS84 longitude in degrees, east positive. Exact to the wire's 1e-7.
  public var longitudeDegrees: Double { Double(longitudeE7) / 1e7 }
  /// Height above mean sea level, in metres.
  public var altitudeMetres: Double { Double(altitudeMillimetres) / 1000 }
  /// Heading from north in degrees, or nil if unknown.
  public var headingDegrees: Double? { headingCentidegrees.map { Double($0) / 100 } }
}

extension CameraTrackingGeoStatus {
  /// Whether the camera has a target in view (bit 0 of `trackingStatus`).
  public var isActive: Bool { trackingStatus & 0x01 != 0 }
  /// Whether the camera guesses where its target is behind something (bit 3).
  public var isCoasting: Bool { trackingStatus & 0x08 != 0 }
  /// WGS84 latitude in degrees, north positive. Exact to the wire's 1e-7.
  public var latitudeDegrees: Double { Double(latitudeE7) / 1e7 }
  /// WGS84 longitude in degrees, east positive. Exact to the wire's 1e-7.
  public var longitudeDegrees: Double { Double(longitudeE7) / 1e7 }
}

extension CameraTrackingImageStatus {
  /// Whether the camera has a target in view (bit 0 of `trackingStatus`).
  public var isActive: Bool { trackingStatus & 0x01 != 0 }
  /// Whether the camera guesses where its target is behind something (bit 3).
  public var isCoasting: Bool { trackingStatus & 0x08 != 0 }
}
