import CTurboJPEG

/// One libturbojpeg decompressor, which decodes JPEG images to luma.
///
/// The library allocates and frees its own working memory for each image, and a new decompressor is
/// made after a damaged one; nothing else is allocated.
@safe struct JPEGDecoder: ~Copyable {
  /// What became of an image.
  enum Outcome {
    case decoded
    /// No JPEG, cut off, or damaged.
    case damaged
    /// A JPEG of another size.
    case wrongSize
  }

  private var handle: tjhandle

  /// A decompressor. Programmer error if the library has no memory for one.
  init() { unsafe handle = Self.open() }

  deinit { unsafe _ = tjDestroy(handle) }

  /// Decodes `image` into `luma`, `height` rows of `width` bytes.
  ///
  /// An image with any sign of damage is refused, but for surplus bytes before a marker, which many
  /// USB cameras send. Progressive images are bounded to 500 scans by the library.
  mutating func decode(
    _ image: RawSpan, into luma: borrowing StateTable<UInt8>, width: Int, height: Int
  ) -> Outcome {
    precondition(luma.count >= width * height)
    let outcome = attempt(image, into: luma, width: width, height: height)
    if outcome == .damaged {
      // An image whose header does not parse leaves the library's decompressor in the middle of it
      // (2.1.5: tjDecompressHeader3 does not abort), and it would refuse all that follow.
      unsafe _ = tjDestroy(handle)
      unsafe handle = Self.open()
    }
    return outcome
  }

  private static func open() -> tjhandle {
    guard let handle = unsafe tjInitDecompress() else {
      preconditionFailure("libturbojpeg gave no decompressor: out of memory")
    }
    return unsafe handle
  }

  private func attempt(
    _ image: RawSpan, into luma: borrowing StateTable<UInt8>, width: Int, height: Int
  ) -> Outcome {
    guard image.byteCount >= 4 else { return .damaged }
    return unsafe image.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
      var imageWidth: Int32 = 0
      var imageHeight: Int32 = 0
      var subsampling: Int32 = 0
      var colourSpace: Int32 = 0
      guard
        unsafe tjDecompressHeader3(
          handle, start, UInt(bytes.count), &imageWidth, &imageHeight, &subsampling, &colourSpace)
          == 0
      else { return .damaged }
      guard imageWidth == width, imageHeight == height else { return .wrongSize }
      let result = unsafe tjDecompress2(
        handle, start, UInt(bytes.count), luma.base, Int32(width), Int32(width), Int32(height),
        Int32(TJPF_GRAY.rawValue), TJFLAG_FASTDCT | TJFLAG_LIMITSCANS)
      guard result != 0 else { return .decoded }
      let isWarning = unsafe tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue)
      let isSurplus = unsafe vdt_tj_message_contains(handle, "extraneous bytes") != 0
      return isWarning && isSurplus ? .decoded : .damaged
    }
  }
}
