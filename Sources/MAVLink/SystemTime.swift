/// SYSTEM_TIME (2): the sender's clock, which ties its time since boot to UTC.
///
/// Source: MAVLink common.xml.
public struct SystemTime: MAVLinkMessage {
  /// UTC in microseconds since 1970-01-01; 0 or small while the sender does not know UTC.
  public var unixMicros: UInt64
  /// Time since the sender's boot, in milliseconds.
  public var bootMillis: UInt32

  /// A clock reading.
  public init(unixMicros: UInt64, bootMillis: UInt32) {
    self.unixMicros = unixMicros
    self.bootMillis = bootMillis
  }

  /// The type of the message.
  public static var messageID: MessageID { .systemTime }

  /// Reads the fields.
  public init(fields: PayloadFields) {
    unixMicros = fields.integer(at: 0)
    bootMillis = fields.integer(at: 8)
  }

  /// Writes the fields.
  public func write(to fields: inout PayloadFields) {
    fields.set(unixMicros, at: 0)
    fields.set(bootMillis, at: 8)
  }
}
