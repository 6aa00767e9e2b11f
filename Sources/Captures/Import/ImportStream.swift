import Model

/// Samples of one imported file in the order of time.
protocol ImportStream {
  /// When the next sample is due, or nothing at the end; never decreases.
  var nextTime: Instant? { get }

  /// Appends the next sample to the capture and moves on.
  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError)
}

/// A whole input file in memory.
enum ImportFile {
  /// Longest file that is read whole, bytes.
  static let bytesMax = 1 << 30

  /// The bytes of `path`.
  static func bytes(of path: String) throws(CaptureError) -> [UInt8] {
    let file = try InputFile(path: path)
    guard file.size <= bytesMax else {
      throw CaptureError(
        .tooLarge, operation: "import", subject: path,
        reason: "\(file.size) bytes, at most \(bytesMax) can be imported; split the file")
    }
    var buffer = ByteBuffer()
    try file.read(at: 0, count: file.size, into: &buffer)
    return buffer.withBytes { $0.array }
  }
}
