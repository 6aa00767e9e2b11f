import CV4L2
import Glibc
import Model

/// A camera that streams into buffers mapped from its driver; ends with its owner.
///
/// The bytes are the driver's own: libv4l2's conversions are off, since none of them leads to a
/// layout the daemon reads.
struct CameraStream: ~Copyable {
  /// Buffers asked of the driver: one being read, one being filled, two for hiccups.
  static let bufferCount = 4

  /// The format agreed on.
  let format: V4L2Format
  /// Time between two frames as the driver says, or as was asked when it does not, nanoseconds.
  let intervalNanos: Int64
  /// Tells whether the same device still stands at its path.
  let presence: DevicePresence
  private let buffers: MappedBuffers
  private let descriptor: V4LDescriptor

  /// The number to `poll`.
  var descriptorNumber: CInt { descriptor.number }

  /// Sets the camera's mode, maps its buffers, starts the stream.
  ///
  /// - Throws: `busy` when another program streams, `unsupportedMode` when the driver gives another
  ///   layout or sizes that cannot be used, else what the system said.
  init(node: consuming CameraNode, camera: CameraDetail) throws(DeviceError) {
    let path = node.path
    let presence = DevicePresence(
      path: path, entry: "/sys/class/video4linux/\(lastComponent(resolvedPath(path) ?? path))")
    let descriptor = try V4LDescriptor(node: node)
    let format = try Self.setFormat(descriptor, camera)
    let intervalNanos = Self.setRate(descriptor, camera.framesPerSecond)
    let buffers = try MappedBuffers(descriptor, count: Self.bufferCount)
    guard buffers.sizeMin >= format.pictureSize else {
      throw DeviceError(
        code: .unsupportedMode, operation: "VIDIOC_QUERYBUF", subject: path,
        underlying: "buffers of \(buffers.sizeMin) bytes cannot hold a picture of "
          + "\(format.pictureSize)")
    }
    for index in 0..<buffers.count where !Self.queue(descriptor, index) {
      throw DeviceError(operation: "VIDIOC_QBUF", subject: path, systemError: errno)
    }
    var type = CInt(bitPattern: vdt_buf_type_capture())
    guard unsafe descriptor.control(vdt_vidioc_streamon(), &type) == 0 else {
      throw DeviceError(operation: "VIDIOC_STREAMON", subject: path, systemError: errno)
    }
    self.presence = presence
    self.format = format
    self.intervalNanos = intervalNanos
    self.buffers = buffers
    self.descriptor = descriptor
  }

  deinit {
    var type = CInt(bitPattern: vdt_buf_type_capture())
    _ = unsafe descriptor.control(vdt_vidioc_streamoff(), &type)
  }

  /// A filled buffer taken from the driver.
  struct Filled: BitwiseCopyable {
    /// Its place among the mapped ones.
    var index = 0
    /// Bytes the driver put into it.
    var size = 0
    /// The driver's number of the frame.
    var sequence: UInt32 = 0
    /// The driver's stamp.
    var stamp = Instant.distantPast
    /// Whether the stamp is of the monotonic clock.
    var isMonotonic = false
    /// Whether the driver flagged the bytes as damaged.
    var isDamaged = false
  }

  /// What asking for a filled buffer brought.
  enum Answer: BitwiseCopyable {
    case filled(Filled)
    case empty
    case failed(Int32)
  }

  /// Takes the oldest filled buffer, without waiting.
  func dequeue() -> Answer {
    var buffer = unsafe v4l2_buffer()
    unsafe buffer.type = vdt_buf_type_capture()
    unsafe buffer.memory = vdt_memory_mmap()
    guard unsafe descriptor.control(vdt_vidioc_dqbuf(), &buffer) == 0 else {
      return errno == EAGAIN ? .empty : .failed(errno)
    }
    guard unsafe Int(buffer.index) < buffers.count else { return .failed(EIO) }
    let flags = unsafe buffer.flags
    return unsafe .filled(
      Filled(
        index: Int(buffer.index), size: min(Int(buffer.bytesused), buffers.size(Int(buffer.index))),
        sequence: buffer.sequence,
        stamp: Instant(monotonicNanos: vdt_buffer_nanos(&buffer)),
        isMonotonic: flags & vdt_buf_flag_timestamp_mask() == vdt_buf_flag_timestamp_monotonic(),
        isDamaged: flags & vdt_buf_flag_error() != 0))
  }

  /// Gives a buffer back to the driver: 0, or the system's `errno`.
  func requeue(_ index: Int) -> Int32 { Self.queue(descriptor, index) ? 0 : errno }

  /// Lends the first `size` bytes of a buffer to `body`.
  func lend(_ filled: Filled, _ body: (RawSpan) -> Void) {
    buffers.lend(filled.index, filled.size, body)
  }

  /// Whether the driver still gives what was agreed on. Drivers that do not say are believed.
  var isFormatInForce: Bool {
    guard let current = CameraNode.format(of: descriptor.number) else { return true }
    return current.code == format.code && current.width == format.width
      && current.height == format.height
      && (format.pixelFormat == .mjpeg || current.stride == format.stride)
  }

  // MARK: - Setting up

  private static func setFormat(
    _ descriptor: borrowing V4LDescriptor, _ camera: CameraDetail
  ) throws(DeviceError) -> V4L2Format {
    var request = unsafe v4l2_format()
    unsafe request.type = vdt_buf_type_capture()
    unsafe request.fmt.pix = v4l2_pix_format()
    unsafe request.fmt.pix.width = UInt32(clamping: camera.width)
    unsafe request.fmt.pix.height = UInt32(clamping: camera.height)
    unsafe request.fmt.pix.pixelformat = V4L2Format.code(of: camera.format)
    unsafe request.fmt.pix.field = vdt_field_none()
    guard unsafe descriptor.control(vdt_vidioc_s_fmt(), &request) == 0 else {
      throw DeviceError(operation: "VIDIOC_S_FMT", subject: descriptor.path, systemError: errno)
    }
    let format = unsafe V4L2Format(request)
    let defect =
      format.pixelFormat == camera.format
      ? format.defect
      : "\(camera.format.name) was asked for and \(V4L2Format.name(code: format.code)) is given"
    if let defect {
      throw DeviceError(
        code: .unsupportedMode, operation: "VIDIOC_S_FMT", subject: descriptor.path,
        underlying: defect)
    }
    return format
  }

  /// Asks for a rate; drivers may not know rates or give another one.
  private static func setRate(
    _ descriptor: borrowing V4LDescriptor, _ framesPerSecond: Double
  ) -> Int64 {
    let rate = min(max(framesPerSecond, 0.1), 1_000)
    var request = v4l2_streamparm()
    request.type = vdt_buf_type_capture()
    unsafe request.parm.capture = v4l2_captureparm()
    unsafe request.parm.capture.timeperframe = v4l2_fract(
      numerator: 1_000, denominator: UInt32((rate * 1_000).rounded()))
    let asked = Int64((1e9 / rate).rounded())
    guard unsafe descriptor.control(vdt_vidioc_s_parm(), &request) == 0 else { return asked }
    let given = unsafe request.parm.capture.timeperframe
    guard given.numerator > 0, given.denominator > 0 else { return asked }
    let nanos = 1e9 * Double(given.numerator) / Double(given.denominator)
    return Int64(min(max(nanos, 1e6), 60e9))
  }

  private static func queue(_ descriptor: borrowing V4LDescriptor, _ index: Int) -> Bool {
    var buffer = unsafe v4l2_buffer()
    unsafe buffer.type = vdt_buf_type_capture()
    unsafe buffer.memory = vdt_memory_mmap()
    unsafe buffer.index = UInt32(index)
    return unsafe descriptor.control(vdt_vidioc_qbuf(), &buffer) == 0
  }
}
