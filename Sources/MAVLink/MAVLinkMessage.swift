/// A typed MAVLink message: plain numbers, in the units of the wire, nil where the sender says that
/// it does not know.
///
/// Called through generics only, so that decoding is a few loads with no dispatch.
public protocol MAVLinkMessage: BitwiseCopyable, Hashable, Sendable {
  /// The type of the message.
  static var messageID: MessageID { get }

  /// Reads the message from a payload as it was on the wire.
  ///
  /// Never fails: missing bytes read as zero, surplus bytes (newer extension fields) are left alone.
  /// The frame's CRC has already proved that sender and receiver mean the same layout.
  init(payload: RawSpan)

  /// Writes the fields; `fields` is all zeros before.
  func write(to fields: inout PayloadFields)

  /// Calls `body` with each field's name in the dialect and its value, in the dialect's order. For
  /// display, not for the hot path.
  func forEachField(_ body: (StaticString, FieldValue) -> Void)
}

/// What is done with a message of whatever type: see `Frame.visitMessage(_:)`.
public protocol MessageVisitor {
  /// Takes the message.
  mutating func visit<Message: MAVLinkMessage>(_ message: Message)
}
