/// Luma frames of a video file, one after the other.
///
/// YUV4MPEG2 is read as it is; whatever else is decoded by `ffmpeg`. Frame n is due n / rate after
/// the first, exactly.
public struct VideoReader: ~Copyable {
  /// Width in pixels, 16 ... 8192.
  public var width: Int { format.width }
  /// Height in pixels, 16 ... 8192.
  public var height: Int { format.height }
  /// Frames a second as the video states them, numerator and denominator, both positive.
  public var framesPerSecond: (numerator: Int64, denominator: Int64) { format.framesPerSecond }
  /// Number of the frame in `luma`, from 0; -1 before the first.
  public private(set) var frame = -1
  /// Brightness of the latest frame, `height` rows of `width` bytes.
  public private(set) var luma: [UInt8] = []

  private let input: VideoBytes
  private let format: VideoFormat
  private var line: [UInt8] = []

  /// Longest header line, bytes.
  private static let lineBytesMax = 4_096

  /// Opens the video at `path`.
  ///
  /// - Throws: when the file cannot be opened or holds no video, or `ffmpeg` is needed and missing.
  public init(path: String) throws(CaptureError) {
    let input = try VideoBytes(path: path)
    var line: [UInt8] = []
    guard try input.readLine(into: &line, most: Self.lineBytesMax) else {
      throw try input.failure("it holds no video that ffmpeg could decode")
    }
    let format = try VideoFormat(line: line, path: path)
    self.input = input
    self.format = format
  }

  /// Reads the next frame into `luma`; false after the last.
  ///
  /// - Throws: when the video is cut off within a frame or cannot be decoded.
  public mutating func next() throws(CaptureError) -> Bool {
    guard try input.readLine(into: &line, most: Self.lineBytesMax) else {
      if frame < 0 { throw try input.failure("it holds no frame") }
      try input.finish()
      return false
    }
    guard line.starts(with: "FRAME".utf8) else {
      throw try input.failure("frame \(frame + 1) does not begin with FRAME")
    }
    guard try input.read(format.lumaBytes, into: &luma), try input.skip(format.chromaBytes) else {
      throw try input.failure("the video is cut off in frame \(frame + 1)")
    }
    frame += 1
    return true
  }

  /// When frame `frame` is due at a rate of numerator by denominator frames a second, nanoseconds
  /// after the first; at most some 73 years, whatever the video says of itself.
  public static func nanos(
    of frame: Int, at rate: (numerator: Int64, denominator: Int64)
  ) -> Int64 {
    // Exact: no error gathers over a long video.
    let divisor = UInt64(rate.numerator)
    let product = UInt64(frame).multipliedFullWidth(by: 1_000_000_000 * UInt64(rate.denominator))
    guard product.high < divisor else { return nanosMax }
    return Int64(min(divisor.dividingFullWidth(product).quotient, UInt64(nanosMax)))
  }

  private static let nanosMax = Int64.max / 4

  /// How many frames the container of the video at `path` says it holds; `nil` if it does not say,
  /// or `ffprobe` is not there. For showing progress only: containers may be wrong.
  public static func frameCount(path: String) -> Int? {
    let answer = OutsideProgram.answer(of: [
      "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=nb_frames",
      "-of", "csv=p=0", "file:\(path)",
    ])
    let count = answer?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
    return count.flatMap { $0 > 0 ? $0 : nil }
  }
}
