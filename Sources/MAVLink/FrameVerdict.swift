/// What the bytes at a frame's first byte turn out to be.
enum FrameVerdict {
  /// A frame with a right CRC: its header, the lengths in bytes of what stands before the payload
  /// and of the whole.
  case frame(MAVLinkHeader, headerLength: Int, length: Int)
  /// Too few bytes to say.
  case incomplete
  /// No frame. `length` is what the bytes claim as the length of the whole.
  case refused(Refusal, length: Int)

  /// Why bytes that begin like a frame are none.
  enum Refusal {
    /// The first byte is neither 0xFE nor 0xFD.
    case noMagic
    /// No CRC_EXTRA is known for the id: a newer dialect's message, or chance.
    case unknownMessage
    /// An incompatibility flag other than "signed" is set.
    case incompatible
    /// The CRC is wrong.
    case checksum
  }

  /// Whether `byte` can begin a frame.
  @inline(__always)
  static func isMagic(_ byte: UInt8) -> Bool { byte &- FrameFormat.magicV2 <= 1 }

  /// The first index from `index` on, before `end`, at whose byte a frame can begin, or `end`.
  ///
  /// Eight bytes a step: a byte of a word is zero after an exclusive or with the wanted one, and
  /// subtracting one borrows into its top bit (Mycroft's test for zero bytes; the lowest hit is
  /// exact).
  @inline(__always)
  static func firstMagic(_ bytes: UnsafeRawPointer, _ index: Int, _ end: Int) -> Int {
    var index = index
    guard index < end, unsafe !isMagic(bytes.load(fromByteOffset: index, as: UInt8.self)) else {
      return index
    }
    let ones: UInt64 = 0x0101_0101_0101_0101
    while index &+ 8 <= end {
      let word = unsafe UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      let second = word ^ (ones &* UInt64(FrameFormat.magicV2))
      let first = word ^ (ones &* UInt64(FrameFormat.magicV1))
      let hits =
        (((second &- ones) & ~second) | ((first &- ones) & ~first)) & (ones &* 0x80)
      if hits != 0 { return index &+ hits.trailingZeroBitCount >> 3 }
      index &+= 8
    }
    while unsafe index < end && !isMagic(bytes.load(fromByteOffset: index, as: UInt8.self)) {
      index &+= 1
    }
    return index
  }

  /// Judges the `available` bytes from `start` on.
  ///
  /// Final whenever it is not `.incomplete`: more bytes would not change it, which is why the
  /// parser's answers do not depend on how the stream was cut into reads. A payload may be shorter
  /// than the message's (version 2 trims zeros) or longer (a sender with newer extension fields).
  @inline(__always)
  static func judge(
    _ start: UnsafeRawPointer, available: Int, tables: LookupTables
  ) -> FrameVerdict {
    guard available > 0 else { return .incomplete }
    switch unsafe start.load(as: UInt8.self) {
    case FrameFormat.magicV1:
      guard available >= FrameFormat.headerLengthV1 else { return .incomplete }
      let payloadLength = unsafe start.load(fromByteOffset: 1, as: UInt8.self)
      return unsafe finish(
        start, available: available, tables: tables,
        header: MAVLinkHeader(
          version: .v1,
          sequence: start.load(fromByteOffset: 2, as: UInt8.self),
          systemID: start.load(fromByteOffset: 3, as: UInt8.self),
          componentID: start.load(fromByteOffset: 4, as: UInt8.self),
          messageID: MessageID(UInt32(start.load(fromByteOffset: 5, as: UInt8.self))),
          payloadLength: payloadLength, isSigned: false),
        headerLength: FrameFormat.headerLengthV1)
    case FrameFormat.magicV2:
      guard available >= FrameFormat.headerLengthV2 else { return .incomplete }
      let payloadLength = unsafe start.load(fromByteOffset: 1, as: UInt8.self)
      let flags = unsafe start.load(fromByteOffset: 2, as: UInt8.self)
      let isSigned = flags & FrameFormat.signedFlag != 0
      guard flags & ~FrameFormat.signedFlag == 0 else {
        let length =
          FrameFormat.headerLengthV2 + Int(payloadLength) + FrameFormat.checksumLength
          + (isSigned ? FrameFormat.signatureLength : 0)
        return .refused(.incompatible, length: length)
      }
      // The id's three bytes stand at offset 7; the word from offset 6 holds them above the
      // component's byte.
      let word = unsafe UInt32(
        littleEndian: start.loadUnaligned(fromByteOffset: 6, as: UInt32.self))
      return unsafe finish(
        start, available: available, tables: tables,
        header: MAVLinkHeader(
          version: .v2,
          sequence: start.load(fromByteOffset: 4, as: UInt8.self),
          systemID: start.load(fromByteOffset: 5, as: UInt8.self),
          componentID: UInt8(truncatingIfNeeded: word),
          messageID: MessageID(word >> 8),
          payloadLength: payloadLength, isSigned: isSigned),
        headerLength: FrameFormat.headerLengthV2)
    default:
      return .refused(.noMagic, length: 1)
    }
  }

  /// Judges a frame whose header is read: is the id known, is all of it there, is the CRC right?
  @inline(__always)
  private static func finish(
    _ start: UnsafeRawPointer, available: Int, tables: LookupTables,
    header: MAVLinkHeader, headerLength: Int
  ) -> FrameVerdict {
    let checkedLength = headerLength &+ Int(header.payloadLength)
    let length =
      checkedLength &+ FrameFormat.checksumLength
      &+ (header.isSigned ? FrameFormat.signatureLength : 0)
    let entry = tables.entry(of: header.messageID.rawValue)
    guard entry != 0 else { return .refused(.unknownMessage, length: length) }
    guard available >= length else { return .incomplete }
    var crc = unsafe Checksum.extend(
      0xFFFF, over: start + 1, count: checkedLength &- 1, tables: tables)
    crc = unsafe Checksum.extend(
      crc, by: UInt8(truncatingIfNeeded: entry), tables: tables.slices)
    let sent = unsafe UInt16(
      littleEndian: start.loadUnaligned(fromByteOffset: checkedLength, as: UInt16.self))
    guard crc == sent else { return .refused(.checksum, length: length) }
    return .frame(header, headerLength: headerLength, length: length)
  }
}
