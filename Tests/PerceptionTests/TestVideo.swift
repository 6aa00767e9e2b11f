import Model
import TestSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A frame with its bytes.
struct TestFrame: Equatable {
  var header: FrameHeader
  var bytes: [UInt8]
}

/// Short videos of 160 by 120 pixels at 25 frames/s.
enum TestVideo {
  static let width = 160
  static let height = 120

  /// Angle of so many pixels beside the axis of a camera with a field of view of 1 rad.
  static func angle(ofPixels pixels: Double) -> Double { atan(pixels / (80 / tan(0.5))) }

  static func tangent(_ angle: Double) -> Double { tan(angle) }

  /// Noise over texture, and from frame 40 on a walker 10 pixels wide and 32 high, its feet at row
  /// 100, who goes right from column 85 on and leaves the picture in time.
  static func walker(format: PixelFormat, count: Int, padding: Int = 0) -> [TestFrame] {
    var random = SeededGenerator(seed: 11)
    return (0..<count).map { index in
      var luma = [UInt8](repeating: 0, count: width * height)
      for y in 0..<height {
        var noise = random.next()
        for x in 0..<width {
          if x % 32 == 0 { noise = random.next() }
          luma[y * width + x] = UInt8(70 + (x / 12 * 9 + y / 10 * 5) % 60) + UInt8(noise & 3)
          noise >>= 2
        }
      }
      if index >= 40 {
        let left = 85 + (index - 40) * 2
        for y in 68..<100 {
          for x in max(left, 0)..<max(min(left + 10, width), left) where x < width {
            luma[y * width + x] = 225 + UInt8(x & 3)
          }
        }
      }
      return frame(luma, format: format, index: index, padding: padding)
    }
  }

  private static func frame(
    _ luma: [UInt8], format: PixelFormat, index: Int, padding: Int
  ) -> TestFrame {
    var stride = width + padding
    var bytes: [UInt8] = []
    switch format {
    case .grey, .nv12:
      for y in 0..<height {
        bytes += luma[y * width..<(y + 1) * width]
        bytes += [UInt8](repeating: 255, count: padding)
      }
      if format == .nv12 { bytes += [UInt8](repeating: 128, count: stride * height / 2) }
    case .yuyv:
      stride = 2 * width + padding
      for y in 0..<height {
        for x in 0..<width { bytes += [luma[y * width + x], UInt8(100 + x % 50)] }
        bytes += [UInt8](repeating: 255, count: padding)
      }
    case .mjpeg:
      stride = 0
      bytes = JPEGWriter.grey(luma, width: width, height: height)
    }
    return TestFrame(
      header: FrameHeader(
        sensor: TestSite.camera, sequence: UInt32(index),
        time: at(1_000_000_000 + Int64(index) * 40_000_000), width: Int32(width),
        height: Int32(height), stride: Int32(stride), format: format),
      bytes: bytes)
  }
}
