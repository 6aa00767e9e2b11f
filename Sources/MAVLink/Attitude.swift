/// ATTITUDE (30): how the vehicle is turned, from its body axes (front, right, down) to north, east,
/// down.
///
/// Source: MAVLink common.xml.
public struct Attitude: MAVLinkMessage {
  /// Time since the sender's boot, in milliseconds.
  public var bootMillis: UInt32
  /// Roll in radians, -pi ... pi.
  public var rollRadians: Float
  /// Pitch in radians, -pi ... pi.
  public var pitchRadians: Float
  /// Yaw from north in radians, -pi ... pi.
  public var yawRadians: Float
  /// Rate of roll, in radians per second.
  public var rollRadiansPerSecond: Float
  /// Rate of pitch, in radians per second.
  public var pitchRadiansPerSecond: Float
  /// Rate of yaw, in radians per second.
  public var yawRadiansPerSecond: Float

  /// An attitude; rates are zero if not given.
  public init(
    bootMillis: UInt32, rollRadians: Float, pitchRadians: Float, yawRadians: Float,
    rollRadiansPerSecond: Float = 0, pitchRadiansPerSecond: Float = 0,
    yawRadiansPerSecond: Float = 0
  ) {
    self.bootMillis = bootMillis
    self.rollRadians = rollRadians
    self.pitchRadians = pitchRadians
    self.yawRadians = yawRadians
    self.rollRadiansPerSecond = rollRadiansPerSecond
    self.pitchRadiansPerSecond = pitchRadiansPerSecond
    self.yawRadiansPerSecond = yawRadiansPerSecond
  }

  /// The type of the message.
  public static var messageID: MessageID { .attitude }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    bootMillis = fields.integer(at: 0)
    rollRadians = fields.float(at: 4)
    pitchRadians = fields.float(at: 8)
    yawRadians = fields.float(at: 12)
    rollRadiansPerSecond = fields.float(at: 16)
    pitchRadiansPerSecond = fields.float(at: 20)
    yawRadiansPerSecond = fields.float(at: 24)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(bootMillis, at: 0)
    fields.set(rollRadians, at: 4)
    fields.set(pitchRadians, at: 8)
    fields.set(yawRadians, at: 12)
    fields.set(rollRadiansPerSecond, at: 16)
    fields.set(pitchRadiansPerSecond, at: 20)
    fields.set(yawRadiansPerSecond, at: 24)
  }
}
