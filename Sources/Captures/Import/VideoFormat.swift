/// What the first line of a YUV4MPEG2 stream says.
///
/// Source: yuv4mpeg(5) of mjpegtools.
struct VideoFormat: Equatable {
  var width: Int
  var height: Int
  var framesPerSecond: (numerator: Int64, denominator: Int64)
  var chromaBytes: Int
  var lumaBytes: Int { width * height }

  static func == (a: VideoFormat, b: VideoFormat) -> Bool {
    a.width == b.width && a.height == b.height && a.framesPerSecond == b.framesPerSecond
      && a.chromaBytes == b.chromaBytes
  }

  /// Reads the line, without its line feed.
  init(line: [UInt8], path: String) throws(CaptureError) {
    func wrong(_ reason: String) -> CaptureError {
      CaptureError(.badInput, operation: "import", subject: path, reason: reason)
    }
    let fields = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard fields.first == "YUV4MPEG2" else { throw wrong("no YUV4MPEG2 stream") }
    var (width, height) = (0, 0)
    var rate: (Int64, Int64) = (25, 1)
    var chroma: Substring = "420"
    for field in fields.dropFirst() {
      let value = field.dropFirst()
      switch field.first {
      case "W": width = Int(value) ?? 0
      case "H": height = Int(value) ?? 0
      case "C": chroma = value
      case "F":
        let parts = value.split(separator: ":").map { Int64($0) ?? 0 }
        guard parts.count == 2, (1...1_000_000_000).contains(parts[0]),
          (1...1_000_000_000).contains(parts[1])
        else { throw wrong("the frame rate \(value) is not a ratio such as 25:1") }
        rate = (parts[0], parts[1])
      default: break
      }
    }
    guard (16...8_192).contains(width), (16...8_192).contains(height) else {
      throw wrong("the size \(width)x\(height) is not within 16 ... 8,192")
    }
    let half = ((width + 1) / 2, (height + 1) / 2)
    switch chroma {
    case "mono": chromaBytes = 0
    case "420", "420jpeg", "420paldv", "420mpeg2": chromaBytes = 2 * half.0 * half.1
    case "411": chromaBytes = 2 * ((width + 3) / 4) * height
    case "422": chromaBytes = 2 * half.0 * height
    case "444": chromaBytes = 2 * width * height
    default:
      throw wrong(
        "the chroma layout \(chroma) is not read; expected mono, 420, 411, 422 or 444 "
          + "with 8 bits")
    }
    self.width = width
    self.height = height
    framesPerSecond = rate
  }
}
