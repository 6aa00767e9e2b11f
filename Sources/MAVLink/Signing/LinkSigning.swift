/// Judges the signatures of one link's frames, by its policy and the rules against replay.
///
/// A signed frame is refused if
/// - its 48-bit signature is not that of the link's key,
/// - its time is not later than the last one of the same stream (system, component, link id), or
/// - it begins a stream with a time more than a minute behind the newest that is known.
///
/// Only frames that hold move any of this state, so that a forger can neither fill the table of
/// streams nor set its clock. Source: MAVLink guide, "Message Signing".
///
/// Allocates nothing; about five rounds of SHA-256 a frame.
public struct LinkSigning: Sendable {
  /// The most streams of one link; a further one is refused.
  public static let streamsMax = 32

  /// What the link makes of signatures.
  public let policy: SigningPolicy
  private let key: SigningKey?
  /// The newest time known, in steps of ten microseconds: that of our own clock when it was told last, or
  /// of a frame that held.
  public var newest: UInt64 { max(own, heard) }
  private var own: UInt64
  private var heard: UInt64 = 0
  private var streams = InlineArray<32, Stream>(repeating: Stream())
  private var streamsCount = 0

  private struct Stream: BitwiseCopyable {
    var name: UInt32 = 0
    var timestamp: UInt64 = 0
  }

  /// Why a frame is refused.
  public enum Refusal: BitwiseCopyable, Sendable {
    /// It carries no signature though the link requires one.
    case unsigned
    /// The signature is not of this key over these bytes.
    case forged
    /// The time says that it was sent before.
    case replayed
  }

  /// No signatures are looked at.
  public init() {
    policy = .ignore
    key = nil
    own = 0
  }

  /// Signatures of `key`, of which none older than a minute before `newest` begins a stream
  /// (`SigningClock`); zero if the time is not known.
  public init(policy: SigningPolicy, key: SigningKey, newest: UInt64 = 0) {
    self.policy = policy
    self.key = key
    own = newest
  }

  /// Tells the time of our own clock anew, zero if it is not known (any more): it may lie before the one
  /// that was told last, which was wrong then. What was heard from holders of the key stays.
  public mutating func tell(time: UInt64) { own = time }

  /// Whether a frame, all of whose bytes are `frame`, is refused.
  @inline(__always)
  mutating func refusal(of header: MAVLinkHeader, frame: RawSpan) -> Refusal? {
    guard policy != .ignore else { return nil }
    guard header.isSigned else { return policy == .require ? .unsigned : nil }
    return signedRefusal(of: header, frame: frame)
  }

  private mutating func signedRefusal(of header: MAVLinkHeader, frame: RawSpan) -> Refusal? {
    guard let key else { return .forged }
    let start = frame.byteCount - FrameFormat.signatureLength
    let linkID = frame.wireInteger(at: start, as: UInt8.self)
    let timestamp = frame.wireInteger(at: start - 1, as: UInt64.self) >> 16
    let sent = frame.wireInteger(at: start + 5, as: UInt64.self).byteSwapped & SigningClock.max
    guard key.signature(over: frame.extracting(first: start + 7)) == sent else { return .forged }
    let name = UInt32(header.systemID) << 16 | UInt32(header.componentID) << 8 | UInt32(linkID)
    for index in 0..<streamsCount where streams[index].name == name {
      guard timestamp > streams[index].timestamp else { return .replayed }
      streams[index].timestamp = timestamp
      heard = max(heard, timestamp)
      return nil
    }
    guard timestamp &+ SigningClock.minute >= newest, streamsCount < Self.streamsMax else {
      return .replayed
    }
    streams[streamsCount] = Stream(name: name, timestamp: timestamp)
    streamsCount += 1
    heard = max(heard, timestamp)
    return nil
  }
}
