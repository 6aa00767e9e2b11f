/// What must be known of a message type to judge a frame of it.
public struct MessageDefinition: Sendable {
  /// The number of the message.
  public let id: UInt32
  /// The byte that ends every CRC of this message: a digest of its name and fields, so that sender
  /// and receiver agree on the layout (MAVLink guide, "Packet Serialization", CRC_EXTRA).
  public let crcExtra: UInt8
  /// The payload's length in bytes without extension fields: what a version 1 frame carries.
  public let baseLength: UInt8
  /// The payload's length in bytes with all extension fields.
  public let fullLength: UInt8
  /// The name, such as `HEARTBEAT`.
  public let name: StaticString

  init(
    _ id: UInt32, crcExtra: UInt8, lengths: ClosedRange<UInt8>, _ name: StaticString
  ) {
    self.id = id
    self.crcExtra = crcExtra
    self.baseLength = lengths.lowerBound
    self.fullLength = lengths.upperBound
    self.name = name
  }
}
