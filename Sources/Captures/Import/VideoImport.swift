import Model

/// Frames of a video in the YUV4MPEG2 format: luma as it is, chroma passed over.
///
/// Source: yuv4mpeg(5) of mjpegtools. What is not YUV4MPEG2 already, `ffmpeg` turns into it.
struct VideoImport: ImportStream {
  /// Longest header line, bytes.
  private static let lineBytesMax = 4_096

  private var input: VideoBytes
  private let path: String
  private let source: SourceID
  private let start: Instant
  private let sensor: SensorID
  private let format: VideoFormat
  private var framesPerSecond: (numerator: Int64, denominator: Int64)
  private var count: UInt32 = 0
  private var luma: [UInt8] = []
  private var line: [UInt8] = []
  private(set) var nextTime: Instant?

  /// The video at `path`, whose first frame comes at `start`; `framesPerSecond` replaces the rate
  /// that the video itself states.
  init(
    path: String, sensor: SensorID, source: SourceID, framesPerSecond: Double?, start: Instant
  ) throws(CaptureError) {
    self.path = path
    self.sensor = sensor
    self.source = source
    self.start = start
    input = try VideoBytes(path: path)
    guard try input.readLine(into: &line, most: Self.lineBytesMax) else {
      throw try input.failure("it holds no video that ffmpeg could decode")
    }
    format = try VideoFormat(line: line, path: path)
    self.framesPerSecond = format.framesPerSecond
    if let framesPerSecond {
      guard framesPerSecond > 0, framesPerSecond <= 1_000 else {
        throw CaptureError(
          .badInput, operation: "import", subject: path,
          reason: "\(framesPerSecond) frames a second; expected more than 0, at most 1,000")
      }
      self.framesPerSecond = (Int64((framesPerSecond * 1e6).rounded()), 1_000_000)
    }
    try readFrame()
  }

  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    guard let time = nextTime else { return }
    let header = FrameHeader(
      sensor: sensor, sequence: count, time: time, width: Int32(format.width),
      height: Int32(format.height), stride: Int32(format.width), format: .grey)
    try unsafe capture.append(frame: header, bytes: luma.span.bytes, source: source)
    count += 1
    try readFrame()
  }

  private mutating func readFrame() throws(CaptureError) {
    guard try input.readLine(into: &line, most: Self.lineBytesMax) else {
      if count == 0 { throw try input.failure("it holds no frame") }
      try input.finish()
      nextTime = nil
      return
    }
    guard line.starts(with: "FRAME".utf8) else {
      throw try input.failure("frame \(count) does not begin with FRAME")
    }
    guard try input.read(format.lumaBytes, into: &luma), try input.skip(format.chromaBytes) else {
      throw try input.failure("the video is cut off in frame \(count)")
    }
    // Exact: no error gathers over a long video.
    let (numerator, denominator) = framesPerSecond
    let product = Int64(count).multipliedFullWidth(by: 1_000_000_000 * denominator)
    let nanos = numerator.dividingFullWidth(product).quotient
    nextTime = start.advanced(byNanos: nanos)
  }
}

/// What the first line of a YUV4MPEG2 stream says.
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
