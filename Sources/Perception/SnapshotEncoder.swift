import CTurboJPEG
public import Model

/// Makes a picture for people, a JPEG of the luma, of a frame as it was recorded.
///
/// What a capture holds of a camera with privacy masks is luma with black pixels behind the masks, so
/// a snapshot of a recorded frame cannot show what they cover. A frame that was recorded as a JPEG is
/// given as it is. One owner, one thread at a time; off the road of the data, and memory grows with
/// the largest picture.
@safe public struct SnapshotEncoder: ~Copyable {
  /// Quality of the JPEG, 1 ... 100: from here on the eye sees no blocks in a camera's picture.
  static let quality: Int32 = 90

  private let handle: tjhandle
  private var output: UnsafeMutablePointer<UInt8>
  private var capacity = 0
  private var luma = StateTable<UInt8>(count: 0, repeating: 0)

  /// An encoder. Programmer error if the library has no memory for one.
  public init() {
    guard let handle = unsafe tjInitCompress() else {
      preconditionFailure("libturbojpeg gave no compressor: out of memory")
    }
    unsafe self.handle = handle
    unsafe output = .allocate(capacity: 1)
  }

  deinit {
    unsafe _ = tjDestroy(handle)
    unsafe output.deallocate()
  }

  /// Lends `body` the picture of a recorded frame.
  ///
  /// - Returns: false, without a call of `body`, for a frame that holds no picture: a damaged one, or
  ///   one whose header contradicts its bytes.
  public mutating func encode(
    _ header: FrameHeader, _ bytes: RawSpan, _ body: (RawSpan) -> Void
  ) -> Bool {
    let (width, height) = (Int(header.width), Int(header.height))
    guard !header.isDamaged, width > 0, height > 0 else { return false }
    switch LumaPlane(header, byteCount: bytes.byteCount, width: width, height: height) {
    case .missing: return false
    case .compressed:
      guard bytes.byteCount > 0 else { return false }
      body(bytes)
      return true
    case .inPlace(let stride):
      return compress(bytes, stride: stride, width: width, height: height, body)
    case .packed(let stride):
      if luma.count < width * height {
        luma = StateTable(count: width * height, repeating: 0)
      }
      LumaPlane.unpack(bytes, stride: stride, into: luma, width: width, height: height)
      let plane = unsafe UnsafeRawBufferPointer(start: luma.base, count: width * height)
      return compress(unsafe plane.bytes, stride: width, width: width, height: height, body)
    }
  }

  private mutating func compress(
    _ luma: RawSpan, stride: Int, width: Int, height: Int, _ body: (RawSpan) -> Void
  ) -> Bool {
    let grey = Int32(TJSAMP_GRAY.rawValue)
    let most = Int(tjBufSize(Int32(width), Int32(height), grey))
    if capacity < most {
      unsafe output.deallocate()
      unsafe output = .allocate(capacity: most)
      capacity = most
    }
    var target: UnsafeMutablePointer<UInt8>? = unsafe output
    var count = UInt(capacity)
    let status = unsafe luma.withUnsafeBytes { bytes in
      unsafe tjCompress2(
        handle, bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), Int32(width),
        Int32(stride), Int32(height), Int32(TJPF_GRAY.rawValue), &target, &count, grey,
        Self.quality, TJFLAG_NOREALLOC)
    }
    guard status == 0 else { return false }
    let made = unsafe UnsafeRawBufferPointer(start: output, count: Int(count))
    body(unsafe made.bytes)
    return true
  }
}
