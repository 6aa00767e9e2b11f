/// The fixed numbers of the wire format (MAVLink guide, "Packet Serialization").
public enum FrameFormat {
  /// First byte of a version 1 frame.
  public static let magicV1: UInt8 = 0xFE
  /// First byte of a version 2 frame.
  public static let magicV2: UInt8 = 0xFD
  /// Bytes before the payload in version 1.
  public static let headerLengthV1 = 6
  /// Bytes before the payload in version 2.
  public static let headerLengthV2 = 10
  /// Bytes of the CRC after the payload.
  public static let checksumLength = 2
  /// Bytes of the signature of a signed version 2 frame: link id 1, time 6, digest 6.
  public static let signatureLength = 13
  /// The incompatibility flag of a signed frame; a frame with any other is refused.
  public static let signedFlag: UInt8 = 0x01
  /// The longest payload, in bytes.
  public static let payloadLengthMax = 255
  /// The longest frame, in bytes: version 2, full payload, signed.
  public static let frameLengthMax = 280
}
