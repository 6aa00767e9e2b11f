/// A typed MAVLink message: plain numbers, in the units of the wire.
///
/// Called through generics only, so that decoding is a few loads with no dispatch.
public protocol MAVLinkMessage: BitwiseCopyable, Hashable, Sendable {
  /// The type of the message.
  static var messageID: MessageID { get }

  /// Reads the fields.
  init(fields: PayloadFields)

  /// Writes the fields; `fields` is all zeros before.
  func write(to fields: inout PayloadFields)
}

extension MAVLinkMessage {
  /// Reads the message from a payload as it was on the wire.
  ///
  /// Never fails: missing bytes read as zero, surplus bytes (newer extension fields) are left alone.
  /// The frame's CRC has already proved that sender and receiver mean the same layout.
  public init(payload: RawSpan) {
    self.init(fields: PayloadFields(payload))
  }
}
