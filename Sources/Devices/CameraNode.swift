import CV4L2
import Glibc
import Model

/// An open video node before it streams, with what its driver says of itself. Queries go to the
/// kernel directly.
struct CameraNode: ~Copyable {
  /// The descriptor, without waiting: a frame is only asked for after `poll`.
  let descriptor: OwnedDescriptor
  /// Where it was opened.
  let path: String
  /// The name of the card.
  let card: String
  /// Where it is attached.
  let bus: String
  /// Its driver.
  let driver: String
  /// What this node (not the whole device) can do, V4L2_CAP_*.
  let capabilities: UInt32

  /// Opens `path` and asks what it is; not being a video node is an error too.
  init(path: String) throws(DeviceError) {
    let descriptor = try OwnedDescriptor(path: path, flags: O_RDWR | O_NONBLOCK)
    var answer = v4l2_capability()
    let number = descriptor.number
    guard
      retryingInterrupts({ unsafe vdt_ioctl(number, vdt_vidioc_querycap(), &answer) }) == 0
    else {
      throw DeviceError(operation: "VIDIOC_QUERYCAP", subject: path, systemError: errno)
    }
    self.descriptor = descriptor
    self.path = path
    card = unsafe withUnsafeBytes(of: &answer.card) { unsafe text($0) }
    bus = unsafe withUnsafeBytes(of: &answer.bus_info) { unsafe text($0) }
    driver = unsafe withUnsafeBytes(of: &answer.driver) { unsafe text($0) }
    capabilities =
      answer.capabilities & vdt_cap_device_caps() != 0 ? answer.device_caps : answer.capabilities
  }

  /// Whether this node gives pictures by streaming. Multi-planar nodes count: libv4l2 makes them
  /// look single-planar. Metadata, output and radio nodes of the same device do not.
  var isCamera: Bool {
    capabilities & (vdt_cap_video_capture() | vdt_cap_video_capture_mplane()) != 0
      && capabilities & vdt_cap_streaming() != 0
  }

  /// Whether it can be asked for a format without libv4l2.
  var isSinglePlanar: Bool { capabilities & vdt_cap_video_capture() != 0 }

  /// The driver's format in force, or `nil` when it does not say.
  static func format(of number: CInt) -> V4L2Format? {
    var answer = unsafe v4l2_format()
    unsafe answer.type = vdt_buf_type_capture()
    guard retryingInterrupts({ unsafe vdt_ioctl(number, vdt_vidioc_g_fmt(), &answer) }) == 0 else {
      return nil
    }
    return unsafe V4L2Format(answer)
  }
}

extension V4L2Format {
  /// The kernel's words in plain numbers. Drivers that leave out the row length mean rows without
  /// padding.
  init(_ answer: v4l2_format) {
    let picture = unsafe answer.fmt.pix
    code = picture.pixelformat
    width = Int(picture.width)
    height = Int(picture.height)
    imageSize = Int(picture.sizeimage)
    stride = Int(picture.bytesperline)
    if pixelFormat == .mjpeg {
      stride = 0
    } else if stride == 0 {
      stride = pixelFormat == .yuyv ? 2 * width : width
    }
  }
}

/// A C string in a field of fixed size, ended by a zero byte or the field's end.
private func text(_ field: UnsafeRawBufferPointer) -> String {
  unsafe String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
}

/// How the site file names a camera.
enum CameraName: Equatable {
  /// By the place where it is attached.
  case bus(String)
  /// By the name of its card.
  case card(String)
  /// By a path, which should be a stable one under `/dev/v4l`.
  case path(String)

  /// Reads `bus:…`, `card:…` or a path.
  init(_ text: String) {
    if text.hasPrefix("bus:") {
      self = .bus(String(text.dropFirst(4)))
    } else if text.hasPrefix("card:") {
      self = .card(String(text.dropFirst(5)))
    } else {
      self = .path(text)
    }
  }

  /// Whether `node` is the one meant.
  func matches(_ node: borrowing CameraNode) -> Bool {
    switch self {
    case .bus(let bus): node.bus == bus
    case .card(let card): node.card == card
    case .path(let path): node.path == path
    }
  }

  /// Opens the camera of this name: the first video node that matches and gives pictures.
  ///
  /// - Throws: `absent`, or `accessDenied` when a node could not be looked at.
  func find(in folder: String) throws(DeviceError) -> CameraNode {
    if case .path(let path) = self {
      let node = try CameraNode(path: path)
      guard node.isCamera else {
        throw DeviceError(
          code: .unsupportedMode, operation: "opening a camera", subject: path,
          underlying: "the node gives no pictures (\(node.card), \(node.driver))")
      }
      return node
    }
    var refusal: DeviceError?
    for path in deviceNodes(prefix: "video", in: folder) {
      do throws(DeviceError) {
        let node = try CameraNode(path: path)
        if node.isCamera, matches(node) { return node }
      } catch {
        if error.code == .accessDenied { refusal = error }
      }
    }
    throw refusal
      ?? DeviceError(
        code: .absent, operation: "finding a camera", subject: description, systemError: ENOENT,
        underlying: "no video node in \(folder) is it")
  }

  private var description: String {
    switch self {
    case .bus(let bus): "bus:\(bus)"
    case .card(let card): "card:\(card)"
    case .path(let path): path
    }
  }
}
