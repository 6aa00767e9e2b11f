/// HEARTBEAT (0): a system is there, and in which mode. Sent about once a second.
///
/// Source: MAVLink minimal.xml.
public struct Heartbeat: MAVLinkMessage {
  /// Type of vehicle or component (MAV_TYPE).
  public var type: UInt8
  /// Kind of autopilot (MAV_AUTOPILOT); 8 for what is no flight controller.
  public var autopilot: UInt8
  /// System mode, a bit map (MAV_MODE_FLAG).
  public var baseMode: UInt8
  /// Mode in the autopilot's own numbers.
  public var customMode: UInt32
  /// State of the system (MAV_STATE).
  public var systemStatus: UInt8
  /// Version of the message set, 3 at present.
  public var mavlinkVersion: UInt8

  /// A heartbeat with these fields.
  public init(
    type: UInt8, autopilot: UInt8, baseMode: UInt8, customMode: UInt32, systemStatus: UInt8,
    mavlinkVersion: UInt8 = 3
  ) {
    self.type = type
    self.autopilot = autopilot
    self.baseMode = baseMode
    self.customMode = customMode
    self.systemStatus = systemStatus
    self.mavlinkVersion = mavlinkVersion
  }

  /// Whether the motors are armed (MAV_MODE_FLAG_SAFETY_ARMED, bit 7 of `baseMode`).
  public var isArmed: Bool { baseMode & 0x80 != 0 }

  /// The type of the message.
  public static var messageID: MessageID { .heartbeat }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    customMode = fields.integer(at: 0)
    type = fields.integer(at: 4)
    autopilot = fields.integer(at: 5)
    baseMode = fields.integer(at: 6)
    systemStatus = fields.integer(at: 7)
    mavlinkVersion = fields.integer(at: 8)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(customMode, at: 0)
    fields.set(type, at: 4)
    fields.set(autopilot, at: 5)
    fields.set(baseMode, at: 6)
    fields.set(systemStatus, at: 7)
    fields.set(mavlinkVersion, at: 8)
  }
}
