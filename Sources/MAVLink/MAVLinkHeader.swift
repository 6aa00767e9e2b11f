/// What a valid frame says of itself, besides its payload.
///
/// Source: MAVLink guide, "Packet Serialization".
public struct MAVLinkHeader: Hashable, BitwiseCopyable, Sendable {
  /// The version of the protocol in which the frame came.
  public var version: ProtocolVersion
  /// The sender's running number of frames, modulo 256.
  public var sequence: UInt8
  /// The sending vehicle or station, 1 ... 255.
  public var systemID: UInt8
  /// The sending part of it, such as an autopilot (1) or a camera (100).
  public var componentID: UInt8
  /// The type of the message.
  public var messageID: MessageID
  /// The payload's length on the wire, 0 ... 255 bytes. Version 2 leaves out trailing zeros.
  public var payloadLength: UInt8
  /// Whether the frame carries a signature. `LinkSigning` says what it is worth.
  public var isSigned: Bool

  /// Describes a frame.
  @inlinable
  public init(
    version: ProtocolVersion, sequence: UInt8, systemID: UInt8, componentID: UInt8,
    messageID: MessageID, payloadLength: UInt8, isSigned: Bool
  ) {
    self.version = version
    self.sequence = sequence
    self.systemID = systemID
    self.componentID = componentID
    self.messageID = messageID
    self.payloadLength = payloadLength
    self.isSigned = isSigned
  }
}
