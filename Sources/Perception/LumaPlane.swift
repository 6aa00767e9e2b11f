import Model

/// Where the luma of a frame lies.
enum LumaPlane {
  /// In the frame's own bytes, rows `stride` apart.
  case inPlace(stride: Int)
  /// To be unpacked from every second byte, rows `stride` apart.
  case packed(stride: Int)
  /// To be decoded.
  case compressed
  /// Nowhere: the header contradicts the bytes or the camera.
  case missing

  /// Finds the luma of a frame that must be `width` by `height` pixels and has `byteCount` bytes.
  init(_ header: FrameHeader, byteCount: Int, width: Int, height: Int) {
    guard Int(header.width) == width, Int(header.height) == height else {
      self = .missing
      return
    }
    let stride = Int(header.stride)
    switch header.format {
    case .mjpeg: self = .compressed
    case .grey, .nv12:
      let isWhole = stride >= width && byteCount >= stride * (height - 1) + width
      self = isWhole ? .inPlace(stride: stride) : .missing
    case .yuyv:
      // Luma of the last pixel is the last byte looked at.
      let isWhole = stride >= 2 * width && byteCount >= stride * (height - 1) + 2 * width - 1
      self = isWhole ? .packed(stride: stride) : .missing
    }
  }

  /// Copies the even bytes of each row of a YUYV picture.
  static func unpack(
    _ bytes: RawSpan, stride: Int, into luma: borrowing StateTable<UInt8>, width: Int, height: Int
  ) {
    precondition(luma.count >= width * height)
    precondition(bytes.byteCount >= stride * (height - 1) + 2 * width - 1)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      for row in 0..<height {
        let from = unsafe (start + row &* stride).assumingMemoryBound(to: UInt8.self)
        let to = unsafe luma.base + row &* width
        for column in 0..<width { unsafe to[column] = from[2 &* column] }
      }
    }
  }

  /// Copies the luma plane of a picture, without the gaps between its rows.
  static func copy(
    _ bytes: RawSpan, stride: Int, into luma: borrowing StateTable<UInt8>, width: Int, height: Int
  ) {
    precondition(luma.count >= width * height)
    precondition(stride >= width && bytes.byteCount >= stride * (height - 1) + width)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      for row in 0..<height {
        unsafe UnsafeMutableRawPointer(luma.base + row &* width)
          .copyMemory(from: start + row &* stride, byteCount: width)
      }
    }
  }
}
