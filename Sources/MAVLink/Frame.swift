/// A valid frame as a value of its own, for keeping or passing on: 265 bytes, no references.
///
/// The hot path reads payloads in the parser's buffer instead (`FrameParser.parse(_:_:)`).
public struct Frame: BitwiseCopyable, Sendable {
  /// What the frame says of itself.
  public let header: MAVLinkHeader
  private var storage: InlineArray<255, UInt8>

  /// A frame with `payload`, of which at most 255 bytes are taken.
  ///
  /// The header's payload length is set to the number of bytes taken.
  public init(header: MAVLinkHeader, payload: RawSpan) {
    var header = header
    header.payloadLength = UInt8(min(payload.byteCount, FrameFormat.payloadLengthMax))
    self.header = header
    var storage = InlineArray<255, UInt8>(repeating: 0)
    var bytes = storage.mutableSpan
    unsafe bytes.withUnsafeMutableBytes { target in
      unsafe payload.withUnsafeBytes { source in
        unsafe target.copyMemory(from: .init(rebasing: source.prefix(Int(header.payloadLength))))
      }
    }
    self.storage = storage
  }

  /// Calls `body` with the payload as it was on the wire.
  public func withPayload<Result>(_ body: (RawSpan) -> Result) -> Result {
    // Every bit pattern of a byte is a value and none is padding, so that the raw view is safe.
    unsafe body(storage.span.bytes.extracting(first: Int(header.payloadLength)))
  }

  /// The message in the frame, or nil if the frame carries another type of message.
  public func decode<Message: MAVLinkMessage>(_: Message.Type) -> Message? {
    guard header.messageID == Message.messageID else { return nil }
    return withPayload { Message(payload: $0) }
  }
}
