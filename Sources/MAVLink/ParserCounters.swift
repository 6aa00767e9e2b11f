/// What a parser has seen since its start. Counters never wrap in practice (64 bits).
///
/// `bytes` = bytes of valid frames + `bytesSkipped` + `bytesRefused` + bytes still waiting for their
/// frame's end.
public struct ParserCounters: Hashable, BitwiseCopyable, Sendable {
  /// Bytes taken in.
  public var bytes: UInt64 = 0
  /// Valid frames.
  public var frames: UInt64 = 0
  /// Valid frames with a signature, verified if the link's policy asks for it.
  public var signedFrames: UInt64 = 0
  /// Bytes that belong to no valid frame.
  public var bytesSkipped: UInt64 = 0
  /// Times that bytes which looked like a frame of a known message had a wrong CRC; in noise mostly
  /// chance, on a clean line a damaged frame or another dialect's layout.
  public var crcErrors: UInt64 = 0
  /// Times that bytes which looked like a frame had a message id without known CRC_EXTRA.
  public var unknownMessages: UInt64 = 0
  /// Times that bytes which looked like a frame had an incompatibility flag other than "signed".
  public var incompatibleFrames: UInt64 = 0
  /// Frames with a right CRC that were refused for want of a signature.
  public var unsignedFrames: UInt64 = 0
  /// Frames with a right CRC that were refused because their signature is not of the link's key.
  public var forgedFrames: UInt64 = 0
  /// Frames with a right signature that were refused because their time is not new.
  public var replayedFrames: UInt64 = 0
  /// Bytes of frames refused for these reasons.
  public var bytesRefused: UInt64 = 0
  /// Times that valid frames were found again after skipped bytes.
  public var resyncs: UInt64 = 0
  /// Times that a sender's running number was not the next one.
  public var sequenceGaps: UInt64 = 0
  /// Frames missing by the senders' running numbers, at most 254 per gap.
  public var framesLost: UInt64 = 0
  /// Frames of senders that found no room in the table of senders.
  public var untrackedFrames: UInt64 = 0

  /// Frames refused by the link's policy on signatures.
  public var refusedFrames: UInt64 { unsignedFrames &+ forgedFrames &+ replayedFrames }

  /// All zero.
  public init() {}
}
