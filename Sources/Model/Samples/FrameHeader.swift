/// How a frame's bytes are laid out.
public enum PixelFormat: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// 8-bit luma, one plane (V4L2_PIX_FMT_GREY).
  case grey = 0
  /// Packed 4:2:2, luma in the even bytes (V4L2_PIX_FMT_YUYV).
  case yuyv = 1
  /// 8-bit luma plane, then interleaved chroma (V4L2_PIX_FMT_NV12).
  case nv12 = 2
  /// A JPEG image (V4L2_PIX_FMT_MJPEG).
  case mjpeg = 3

  /// The name in `site.yaml`, profiles and captures.
  public var name: StaticString {
    switch self {
    case .grey: "grey"
    case .yuyv: "yuyv"
    case .nv12: "nv12"
    case .mjpeg: "mjpeg"
    }
  }
}

/// What a camera says of one frame; the bytes travel beside it as a span and are never copied into
/// a ring.
public struct FrameHeader: BitwiseCopyable, Sendable, Equatable {
  /// The camera.
  public var sensor: SensorID
  /// The driver's frame counter; a gap is a dropped frame.
  public var sequence: UInt32
  /// Start of exposure or end of frame, as the driver stamps it, on the monotonic clock.
  public var time: Instant
  /// Width in pixels, 16 ... 8192.
  public var width: Int32
  /// Height in pixels, 16 ... 8192.
  public var height: Int32
  /// Bytes from one row of the luma plane (or of the packed image) to the next; 0 for `mjpeg`.
  public var stride: Int32
  /// Layout of the bytes.
  public var format: PixelFormat
  /// Whether the driver flagged the buffer as damaged (V4L2_BUF_FLAG_ERROR).
  public var isDamaged: Bool

  /// A frame's description.
  public init(
    sensor: SensorID, sequence: UInt32, time: Instant, width: Int32, height: Int32, stride: Int32,
    format: PixelFormat, isDamaged: Bool = false
  ) {
    self.sensor = sensor
    self.sequence = sequence
    self.time = time
    self.width = width
    self.height = height
    self.stride = stride
    self.format = format
    self.isDamaged = isDamaged
  }
}
