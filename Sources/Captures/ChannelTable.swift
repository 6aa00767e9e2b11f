import Model

/// Which channel of the file carries what, found without allocation once it is known.
struct ChannelTable: Sendable {
  /// What channels carry that are one for a source.
  enum Kind: Int, CaseIterable {
    case edges
    case bytes
    case health
    case clock
    case observations
    case events
  }

  private struct Slot {
    var channel: UInt16 = 0
    var sequence: UInt32 = 0
  }

  private struct FrameSlot {
    var channel: UInt16
    var source: SourceID
    var frame: FrameHeader
  }

  private var slots: [Slot] = []
  private var frames: [FrameSlot] = []

  /// The place of a kind and source.
  mutating func slot(_ kind: Kind, _ source: SourceID) -> Int {
    let slot = source.index * Kind.allCases.count + kind.rawValue
    while slots.count <= slot { slots.append(Slot()) }
    return slot
  }

  /// Whether the place has a channel yet.
  func isOpen(_ slot: Int) -> Bool { slots[slot].channel != 0 }

  /// Gives the place its channel.
  mutating func open(_ slot: Int, _ channel: UInt16) { slots[slot].channel = channel }

  /// The place's channel and its next count, from 1.
  mutating func take(_ slot: Int) -> (channel: UInt16, sequence: UInt32) {
    slots[slot].sequence &+= 1
    return (slots[slot].channel, slots[slot].sequence)
  }

  /// The channel for frames like this one.
  func channel(for frame: FrameHeader, _ source: SourceID) -> UInt16? {
    for slot in frames where slot.source == source && Self.isAlike(slot.frame, frame) {
      return slot.channel
    }
    return nil
  }

  /// Keeps the channel for frames like this one.
  mutating func keep(_ channel: UInt16, for frame: FrameHeader, _ source: SourceID) {
    frames.append(FrameSlot(channel: channel, source: source, frame: frame))
  }

  private static func isAlike(_ a: FrameHeader, _ b: FrameHeader) -> Bool {
    a.sensor == b.sensor && a.width == b.width && a.height == b.height && a.stride == b.stride
      && a.format == b.format && a.isDamaged == b.isDamaged
  }
}
