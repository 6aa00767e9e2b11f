/// Writes the frames of one sender, with its running number.
///
/// One owner: it holds the sequence number of one (system, component) on one link, and what signs its
/// frames if they are to be signed.
public struct FrameEncoder: Sendable {
  /// The version in which frames are written.
  public let version: ProtocolVersion
  /// The sending system, 1 ... 255.
  public let systemID: UInt8
  /// The sending component.
  public let componentID: UInt8
  /// The number that the next frame carries.
  public private(set) var sequence: UInt8
  /// Signs the frames; nil for unsigned ones. Version 1 has no signatures.
  public var signer: FrameSigner?

  /// A sender whose next frame carries the number `sequence`.
  public init(
    version: ProtocolVersion, systemID: UInt8, componentID: UInt8, sequence: UInt8 = 0,
    signer: FrameSigner? = nil
  ) {
    self.version = version
    self.systemID = systemID
    self.componentID = componentID
    self.sequence = sequence
    self.signer = signer
  }

  /// Appends one frame with `message` to `bytes` and moves the running number on.
  ///
  /// Version 1 leaves extension fields out; version 2 leaves trailing zero bytes out, but for the
  /// first byte (MAVLink guide, "Empty-Byte Payload Truncation").
  /// Throws `needsVersion2`, with nothing written, for a message id above 255 in version 1.
  public mutating func append<Message: MAVLinkMessage>(
    _ message: Message, to bytes: inout [UInt8]
  ) throws(MAVLinkError) {
    guard let definition = Message.messageID.definition else {
      preconditionFailure("\(Message.self) is missing in MessageTable.swift: generate it anew")
    }
    var fields = PayloadFields()
    message.write(to: &fields)
    let start = bytes.count + 1
    var length: Int
    switch version {
    case .v1:
      guard definition.id <= UInt32(UInt8.max) else {
        throw MAVLinkError(
          code: .needsVersion2, operation: "encode", subject: "\(definition.name)",
          reason: "the id \(definition.id) does not fit a version 1 frame (at most 255); "
            + "use an encoder of version 2")
      }
      length = Int(definition.baseLength)
      bytes += [
        FrameFormat.magicV1, UInt8(length), sequence, systemID, componentID,
        UInt8(definition.id),
      ]
    case .v2:
      length = Int(definition.fullLength)
      while length > 1 && fields[length - 1] == 0 { length -= 1 }
      bytes += [
        FrameFormat.magicV2, UInt8(length), signer == nil ? 0 : FrameFormat.signedFlag, 0, sequence,
        systemID, componentID,
        UInt8(truncatingIfNeeded: definition.id), UInt8(truncatingIfNeeded: definition.id >> 8),
        UInt8(truncatingIfNeeded: definition.id >> 16),
      ]
    }
    for offset in 0..<length { bytes.append(fields[offset]) }
    var checksum = Checksum()
    unsafe checksum.update(bytes.span.bytes.extracting(start..<bytes.count))
    checksum.update(definition.crcExtra)
    bytes.append(UInt8(truncatingIfNeeded: checksum.value))
    bytes.append(UInt8(truncatingIfNeeded: checksum.value >> 8))
    if version == .v2 { signer?.sign(&bytes, from: start - 1) }
    sequence &+= 1
  }
}
