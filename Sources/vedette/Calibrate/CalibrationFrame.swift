import Calibration
import Captures
import Glibc
import Model

/// The frame that a calibration is drawn on.
enum CalibrationFrame {
  /// The first frame of the picture, video or capture at `path`, `width` by `height` pixels.
  static func canvas(
    of path: String, camera: String, width: Int, height: Int
  ) throws -> Canvas {
    let isCapture = CaptureInfo.file(of: path).hasSuffix(".mcap")
    let (luma, size) = try isCapture ? captured(path, camera: camera) : filmed(path)
    guard size == SIMD2(width, height) else {
      throw CaptureError(
        .badInput, operation: "take a frame from", subject: path,
        reason: "it is \(size.x) x \(size.y) pixels, the points' picture \(width) x \(height)")
    }
    return Canvas(luma: luma, width: width, height: height)
  }

  private static func filmed(_ path: String) throws(CaptureError) -> ([UInt8], SIMD2<Int>) {
    var reader = try VideoReader(path: path)
    guard try reader.next() else {
      throw CaptureError(
        .badInput, operation: "take a frame from", subject: path, reason: "it holds no frame")
    }
    return (reader.luma, SIMD2(reader.width, reader.height))
  }

  /// The first sound frame of `camera` in a capture.
  private static func captured(_ path: String, camera: String) throws -> ([UInt8], SIMD2<Int>) {
    var reader = try CaptureReader(path: path)
    let sensors = reader.sensors
    while let item = try reader.next() {
      guard case .frame(let header, _) = item, sensors[header.sensor.index] == camera,
        !header.isDamaged
      else { continue }
      let bytes = reader.withPayload { $0.withUnsafeBytes { Array($0) } }
      let size = SIMD2(Int(header.width), Int(header.height))
      if header.format == .mjpeg { return try decoded(bytes) }
      let step = header.format == .yuyv ? 2 : 1
      let stride = Int(header.stride)
      guard bytes.count >= stride * (size.y - 1) + step * (size.x - 1) + 1 else { continue }
      var luma: [UInt8] = []
      luma.reserveCapacity(size.x * size.y)
      for row in 0..<size.y {
        for column in 0..<size.x { luma.append(bytes[row * stride + column * step]) }
      }
      return (luma, size)
    }
    throw CaptureError(
      .badInput, operation: "take a frame from", subject: path,
      reason: "it holds no frame of the camera \"\(camera)\"; its sensors are "
        + sensors.joined(separator: ", "))
  }

  /// A JPEG picture's luma, decoded as a film of one frame.
  private static func decoded(_ bytes: [UInt8]) throws -> ([UInt8], SIMD2<Int>) {
    var name = Array("/tmp/vedette-frame-XXXXXX.jpg".utf8CString)
    let descriptor = mkstemps(&name, 4)
    guard descriptor >= 0 else {
      throw TextOutput.Failure(
        description: "cannot make a file in /tmp: \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    try TextOutput.write(bytes, to: path)
    return try filmed(path)
  }
}
