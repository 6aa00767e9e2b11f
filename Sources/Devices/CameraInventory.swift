import CV4L2
import Glibc

extension CameraRecord {
  /// Limits of what is asked of a driver, against drivers that never end a list.
  private static let formatsMax: UInt32 = 32
  private static let sizesMax: UInt32 = 64

  /// What the open node says of itself.
  init(_ node: borrowing CameraNode) {
    path = node.path
    card = node.card
    bus = node.bus
    driver = node.driver
    formats = []
    let number = node.descriptor.number
    for index in 0..<Self.formatsMax {
      var answer = v4l2_fmtdesc()
      answer.index = index
      answer.type = vdt_buf_type_capture()
      guard unsafe vdt_ioctl(number, vdt_vidioc_enum_fmt(), &answer) == 0 else { break }
      let words = unsafe withUnsafeBytes(of: &answer.description) { field in
        unsafe String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
      }
      formats.append(
        CameraFormatRecord(
          code: V4L2Format.name(code: answer.pixelformat), description: words,
          isUsable: V4L2Format.pixelFormat(code: answer.pixelformat) != nil,
          sizes: Self.sizes(of: answer.pixelformat, number)))
    }
    if formats.isEmpty { problem = "it lists no formats now; a loopback device has no source yet" }
  }

  private static func sizes(of code: UInt32, _ number: CInt) -> [CameraFormatRecord.Size] {
    var all: [CameraFormatRecord.Size] = []
    for index in 0..<sizesMax {
      var answer = v4l2_frmsizeenum()
      answer.index = index
      answer.pixel_format = code
      guard unsafe vdt_ioctl(number, vdt_vidioc_enum_framesizes(), &answer) == 0 else { break }
      if answer.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue {
        all.append(size(answer.discrete.width, answer.discrete.height, code, number))
      } else {
        // A range: its ends.
        let range = answer.stepwise
        all.append(size(range.min_width, range.min_height, code, number))
        all.append(size(range.max_width, range.max_height, code, number))
        break
      }
    }
    return all
  }

  private static func size(
    _ width: UInt32, _ height: UInt32, _ code: UInt32, _ number: CInt
  ) -> CameraFormatRecord.Size {
    var rate = 0.0
    for index in 0..<sizesMax {
      var answer = v4l2_frmivalenum()
      answer.index = index
      answer.pixel_format = code
      answer.width = width
      answer.height = height
      guard unsafe vdt_ioctl(number, vdt_vidioc_enum_frameintervals(), &answer) == 0 else { break }
      let isDiscrete = answer.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
      let interval = isDiscrete ? answer.discrete : answer.stepwise.min
      if interval.numerator > 0 {
        rate = max(rate, Double(interval.denominator) / Double(interval.numerator))
      }
      if !isDiscrete { break }
    }
    return CameraFormatRecord.Size(
      width: Int(width), height: Int(height), framesPerSecondMax: rate)
  }
}
