/// The latest running number of each sender, in fixed room.
///
/// Open addressing with linear probing; senders are never removed. A line carries a handful of
/// senders, so that 64 leave room for the false ones that noise makes (one candidate in 65,536
/// passes the CRC by chance).
struct SenderTable {
  static let capacity = 64

  private var slots = InlineArray<64, SenderStatistics>(
    repeating: SenderStatistics(
      systemID: 0, componentID: 0, lastSequence: 0, frames: 0, sequenceGaps: 0, framesLost: 0))

  /// What to do with a frame of a sender.
  enum Note {
    /// In order, or the sender's first, or the same number again.
    case inOrder
    /// This many frames are missing before it.
    case lost(UInt8)
    /// The table is full and the sender not in it.
    case untracked
  }

  @inline(__always)
  private static func home(_ systemID: UInt8, _ componentID: UInt8) -> Int {
    let key = UInt32(systemID) << 8 | UInt32(componentID)
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4).
    return Int((key &* 0x9E37_79B1) >> 26)
  }

  /// Notes a frame.
  @inline(__always)
  mutating func note(_ header: MAVLinkHeader) -> Note {
    var slot = Self.home(header.systemID, header.componentID)
    for _ in 0..<Self.capacity {
      if slots[slot].frames == 0 {
        slots[slot] = SenderStatistics(
          systemID: header.systemID, componentID: header.componentID,
          lastSequence: header.sequence, frames: 1, sequenceGaps: 0, framesLost: 0)
        return .inOrder
      }
      if slots[slot].systemID == header.systemID
        && slots[slot].componentID == header.componentID
      {
        let step = header.sequence &- slots[slot].lastSequence
        slots[slot].lastSequence = header.sequence
        slots[slot].frames &+= 1
        // A step of 0 is a frame that came twice (two radios, a repeated read), no loss.
        guard step > 1 else { return .inOrder }
        slots[slot].sequenceGaps &+= 1
        slots[slot].framesLost &+= UInt64(step &- 1)
        return .lost(step &- 1)
      }
      slot = (slot &+ 1) & (Self.capacity &- 1)
    }
    return .untracked
  }

  /// Calls `body` with each sender, in no particular order.
  func forEach(_ body: (SenderStatistics) -> Void) {
    for slot in slots.indices where slots[slot].frames > 0 { body(slots[slot]) }
  }
}
