import Model

/// The bare bytes of a serial line, spread over time as the line would have brought them.
struct SerialBytesImport: ImportStream {
  /// Most bytes that come at once: what a reader takes in one call.
  static let chunkBytesMax = 4_096
  /// Bits on the line for each byte: start, eight data bits, stop.
  static let bitsPerByte = 10

  private let bytes: [UInt8]
  private let source: SourceID
  private let start: Instant
  private let baud: Int
  private let chunkBytes: Int
  private var position = 0

  /// The bytes of `path`, the first of which comes at `start`.
  init(path: String, source: SourceID, baud: Int, start: Instant) throws(CaptureError) {
    bytes = try ImportFile.bytes(of: path)
    self.source = source
    self.start = start
    self.baud = max(baud, 1)
    // Ten milliseconds of the line at a time.
    chunkBytes = min(max(self.baud / (Self.bitsPerByte * 100), 1), Self.chunkBytesMax)
  }

  var nextTime: Instant? {
    guard position < bytes.count else { return nil }
    return time(after: min(position + chunkBytes, bytes.count))
  }

  /// When the last of `count` bytes has come.
  private func time(after count: Int) -> Instant {
    let bits = Double(count) * Double(Self.bitsPerByte)
    return start.advanced(byNanos: Int64((bits * 1e9 / Double(baud)).rounded()))
  }

  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    let end = min(position + chunkBytes, bytes.count)
    try unsafe capture.append(
      bytes: bytes.span.extracting(position..<end).bytes, at: time(after: end), source: source)
    position = end
  }
}
