import CV4L2
import Glibc

/// A video node's descriptor in the care of libv4l2.
struct V4LDescriptor: ~Copyable {
  /// The number, for calls made while the owner lives.
  let number: CInt
  /// Where it was opened.
  let path: String

  /// Hands a node over to libv4l2, which may refuse it (not a capture node, or over 16 of them).
  init(node: consuming CameraNode) throws(DeviceError) {
    let path = node.path
    // libv4l2 would say the same, but on standard error.
    if node.isSinglePlanar, CameraNode.format(of: node.descriptor.number) == nil {
      throw DeviceError(
        code: .absent, operation: "VIDIOC_G_FMT", subject: path, systemError: errno,
        underlying: "it has no format now; a loopback device has no source yet")
    }
    guard v4l2_fd_open(node.descriptor.number, V4L2_DISABLE_CONVERSION) >= 0 else {
      throw DeviceError(operation: "v4l2_fd_open", subject: path, systemError: errno)
    }
    self.path = path
    number = node.descriptor.release()
  }

  deinit { _ = v4l2_close(number) }

  /// An ioctl through libv4l2, made again while a signal interrupts it.
  func control(_ request: UInt, _ argument: UnsafeMutableRawPointer) -> CInt {
    retryingInterrupts { unsafe vdt_v4l2_ioctl(number, request, argument) }
  }
}

/// A driver's buffers in our address space, unmapped with their owner.
@safe
struct MappedBuffers: ~Copyable {
  /// Most buffers that are mapped, whatever the driver gives.
  static let countMax = 8

  /// How many there are.
  private(set) var count = 0
  private var regions = unsafe InlineArray<8, UnsafeMutableRawBufferPointer>(
    repeating: UnsafeMutableRawBufferPointer(start: nil, count: 0))

  /// Asks for `count` buffers and maps what the driver gives, 2 ... 8.
  init(_ descriptor: borrowing V4LDescriptor, count wanted: Int) throws(DeviceError) {
    var request = v4l2_requestbuffers()
    request.count = UInt32(wanted)
    request.type = vdt_buf_type_capture()
    request.memory = vdt_memory_mmap()
    guard unsafe descriptor.control(vdt_vidioc_reqbufs(), &request) == 0 else {
      throw DeviceError(operation: "VIDIOC_REQBUFS", subject: descriptor.path, systemError: errno)
    }
    guard request.count >= 2 else {
      throw DeviceError(
        code: .exhausted, operation: "VIDIOC_REQBUFS", subject: descriptor.path,
        underlying: "the driver gives \(request.count) buffers, at least 2 are needed")
    }
    for index in 0..<min(Int(request.count), Self.countMax) {
      var buffer = unsafe v4l2_buffer()
      unsafe buffer.type = vdt_buf_type_capture()
      unsafe buffer.memory = vdt_memory_mmap()
      unsafe buffer.index = UInt32(index)
      guard unsafe descriptor.control(vdt_vidioc_querybuf(), &buffer) == 0 else {
        throw DeviceError(
          operation: "VIDIOC_QUERYBUF", subject: descriptor.path, systemError: errno)
      }
      let size = unsafe Int(buffer.length)
      let start = unsafe v4l2_mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.number, Int64(buffer.m.offset))
      guard let start = unsafe start, unsafe start != MAP_FAILED else {
        throw DeviceError(operation: "mmap", subject: descriptor.path, systemError: errno)
      }
      unsafe regions[index] = UnsafeMutableRawBufferPointer(start: start, count: size)
      count = index + 1
    }
  }

  deinit {
    for index in 0..<count {
      unsafe v4l2_munmap(regions[index].baseAddress, regions[index].count)
    }
  }

  /// Bytes of the buffer at `index`.
  func size(_ index: Int) -> Int {
    precondition(index >= 0 && index < count, "No buffer \(index) of \(count).")
    return unsafe regions[index].count
  }

  /// Bytes of the smallest buffer.
  var sizeMin: Int { (0..<count).map { size($0) }.min() ?? 0 }

  /// Lends the first `length` bytes of the buffer at `index` to `body`.
  func lend(_ index: Int, _ length: Int, _ body: (RawSpan) -> Void) {
    precondition(length >= 0 && length <= size(index), "A buffer is not so long.")
    unsafe body(UnsafeRawBufferPointer(start: regions[index].baseAddress, count: length).bytes)
  }
}
