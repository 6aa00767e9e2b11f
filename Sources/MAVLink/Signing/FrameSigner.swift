/// Signs the frames of one sender on one link.
///
/// Each frame's time is later than the one before, as receivers demand. Source: MAVLink guide,
/// "Message Signing".
public struct FrameSigner: Sendable {
  private let key: SigningKey
  /// The number of the link, which tells the streams of one sender apart.
  public let linkID: UInt8
  /// The time that the next frame carries, in steps of ten microseconds (`SigningClock`).
  public private(set) var timestamp: UInt64

  /// A signer whose next frame carries `timestamp`.
  public init(key: SigningKey, linkID: UInt8, timestamp: UInt64) {
    self.key = key
    self.linkID = linkID
    self.timestamp = timestamp & SigningClock.max
  }

  /// Sets the time of the next frame forward to `timestamp`; an earlier one changes nothing.
  public mutating func advance(to timestamp: UInt64) {
    self.timestamp = max(self.timestamp, timestamp & SigningClock.max)
  }

  /// Appends the signature of the frame that begins at `start` in `bytes`, which carries the flag of
  /// a signed frame and ends with its CRC.
  mutating func sign(_ bytes: inout [UInt8], from start: Int) {
    bytes.append(linkID)
    for shift in stride(from: UInt64(0), to: 48, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: timestamp >> shift))
    }
    let signature = unsafe key.signature(over: bytes.span.bytes.extracting(droppingFirst: start))
    for shift in stride(from: UInt64(40), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: signature >> shift))
    }
    timestamp = min(timestamp + 1, SigningClock.max)
  }
}
