import CV4L2
import Model

/// The picture format a driver agreed to, in plain numbers.
struct V4L2Format: Equatable, BitwiseCopyable {
  /// Four-character code.
  var code: UInt32
  /// Pixels across.
  var width: Int
  /// Pixels down.
  var height: Int
  /// Bytes from a row to the next, as the driver says; 0 for compressed formats.
  var stride: Int
  /// Bytes of a buffer, as the driver says.
  var imageSize: Int

  /// The layout, if the daemon can use it. A camera's `JPEG` is what others call `MJPG`.
  var pixelFormat: PixelFormat? { Self.pixelFormat(code: code) }

  static func pixelFormat(code: UInt32) -> PixelFormat? {
    switch code {
    case vdt_pix_fmt_grey(): .grey
    case vdt_pix_fmt_yuyv(): .yuyv
    case vdt_pix_fmt_nv12(): .nv12
    case vdt_pix_fmt_mjpeg(), vdt_pix_fmt_jpeg(): .mjpeg
    default: nil
    }
  }

  static func code(of format: PixelFormat) -> UInt32 {
    switch format {
    case .grey: vdt_pix_fmt_grey()
    case .yuyv: vdt_pix_fmt_yuyv()
    case .nv12: vdt_pix_fmt_nv12()
    case .mjpeg: vdt_pix_fmt_mjpeg()
    }
  }

  /// The code as its letters, for people: at most four.
  static func name(code: UInt32) -> String {
    let letters = String(
      String.UnicodeScalarView(
        (0..<4).map { shift in
          let byte = UInt8(truncatingIfNeeded: code >> (8 * UInt32(shift)))
          return byte >= 32 && byte < 127 ? Unicode.Scalar(byte) : "?"
        }))
    return String(letters.reversed().drop { $0 == " " }.reversed())
  }

  /// Bytes that a whole picture takes in a buffer; the smallest a JPEG image can be is 4 (its
  /// first and last marker).
  var pictureSize: Int {
    switch pixelFormat {
    case .grey?, .yuyv?: stride * height
    case .nv12?: stride * height + stride * ((height + 1) / 2)
    case .mjpeg?: 4
    case nil: 0
    }
  }

  /// What is wrong with the format, or `nil` when frames of it can be handed on.
  var defect: String? {
    guard let pixelFormat else { return "the layout \(Self.name(code: code)) is not supported" }
    guard 16...8_192 ~= width, 16...8_192 ~= height else {
      return "the size \(width)x\(height) is outside 16 ... 8,192"
    }
    let rowSize = pixelFormat == .yuyv ? 2 * width : width
    guard pixelFormat == .mjpeg || rowSize...65_536 ~= stride else {
      return "rows of \(stride) bytes cannot hold \(width) pixels"
    }
    return nil
  }
}
