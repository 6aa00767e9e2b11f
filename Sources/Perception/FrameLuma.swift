public import Model

/// The luma of a recorded frame, of whichever format it is, in rows without gaps.
///
/// One owner, one thread at a time; memory grows with the largest picture.
public struct FrameLuma: ~Copyable {
  /// How the frame's own bytes hold it.
  enum Layout: Equatable {
    case compressed
    /// Rows `stride` apart; packed: in every second byte.
    case rows(stride: Int, isPacked: Bool)
  }

  var plane = StateTable<UInt8>(count: 0, repeating: 0)
  private var decoder = JPEGDecoder()

  /// A reader of frames.
  public init() {}

  /// Puts the luma into `plane`; nothing for a frame that holds no picture: a damaged one, or one whose
  /// header contradicts its bytes.
  mutating func read(_ header: FrameHeader, _ bytes: RawSpan) -> Layout? {
    let (width, height) = (Int(header.width), Int(header.height))
    guard !header.isDamaged, width > 0, height > 0 else { return nil }
    if plane.count < width * height { plane = StateTable(count: width * height, repeating: 0) }
    switch LumaPlane(header, byteCount: bytes.byteCount, width: width, height: height) {
    case .missing: return nil
    case .compressed:
      let outcome = decoder.decode(bytes, into: plane, width: width, height: height)
      return outcome == .decoded ? .compressed : nil
    case .inPlace(let stride):
      LumaPlane.copy(bytes, stride: stride, into: plane, width: width, height: height)
      return .rows(stride: stride, isPacked: false)
    case .packed(let stride):
      LumaPlane.unpack(bytes, stride: stride, into: plane, width: width, height: height)
      return .rows(stride: stride, isPacked: true)
    }
  }

  /// The luma, `height` rows of `width` bytes; nothing for a frame that holds no picture.
  public mutating func luma(of header: FrameHeader, _ bytes: RawSpan) -> [UInt8]? {
    guard read(header, bytes) != nil else { return nil }
    let plane = unsafe UnsafeRawBufferPointer(
      start: plane.base, count: Int(header.width) * Int(header.height))
    return unsafe Array(plane)
  }
}
