import Model

/// A telemetry log (`.tlog`): before each frame its time of arrival, in microseconds since
/// 1970-01-01 UTC, big-endian, 64 bits.
///
/// The bytes behind the times go into the capture as the link brought them, noise included, so that
/// a replay takes them through the same parser as a live link. A record is believed if a frame's
/// first byte stands behind the time, and behind the frame the log ends or a plausible time and a
/// frame's first byte follow; bytes between believed records are kept as noise, at the time of the
/// record before.
struct TelemetryLogImport: ImportStream {
  /// Longest step between two records' times that is believed: three days, in microseconds.
  /// Source: pymavlink, `mavlogfile.scan_timestamp`.
  private static let stepMicrosMax: UInt64 = 3 * 24 * 3_600 * 1_000_000
  private static let timeBytes = 8

  private let bytes: [UInt8]
  private let source: SourceID
  private let start: Instant
  private var firstMicros: UInt64 = 0
  private var lastMicros: UInt64 = 0
  /// The piece to give out next, and its time.
  private var piece = 0..<0
  private var time: Instant

  /// The log at `path`, whose first record comes at `start`.
  init(path: String, source: SourceID, start: Instant) throws(CaptureError) {
    bytes = try ImportFile.bytes(of: path)
    self.source = source
    self.start = start
    time = start
    var first = 0
    while first < bytes.count, !isRecord(at: first, after: nil) { first += 1 }
    guard first < bytes.count else {
      throw CaptureError(
        .badInput, operation: "import", subject: path,
        reason: "no record of a telemetry log is in it: eight bytes of time, then a MAVLink frame. "
          + "Import the bare bytes of a line as serial bytes")
    }
    firstMicros = micros(at: first)
    lastMicros = firstMicros
    if first > 0 {
      piece = 0..<min(first, SerialBytesImport.chunkBytesMax)
    } else {
      advance(from: 0)
    }
  }

  var nextTime: Instant? { piece.isEmpty ? nil : time }

  /// UTC of the log's first record.
  var utcStart: WallTime {
    WallTime(unixNanos: Int64(clamping: firstMicros.multipliedReportingOverflow(by: 1_000).0))
  }

  mutating func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    try unsafe capture.append(
      bytes: bytes.span.extracting(piece).bytes, at: time, source: source)
    advance(from: piece.upperBound)
  }

  /// Finds the piece that begins at `position`: a record's frame, or noise up to the next record.
  private mutating func advance(from position: Int) {
    guard position < bytes.count else {
      piece = bytes.count..<bytes.count
      return
    }
    if isRecord(at: position, after: lastMicros) {
      lastMicros = micros(at: position)
      let since = lastMicros >= firstMicros ? lastMicros - firstMicros : 0
      // A time that steps back does not turn the capture's order round.
      time = max(time, start.advanced(byNanos: Int64(clamping: since) &* 1_000))
      let frame = position + Self.timeBytes
      piece = frame..<frame + frameLength(at: frame)!
      return
    }
    var end = position + 1
    while end < bytes.count, end - position < SerialBytesImport.chunkBytesMax,
      !isRecord(at: end, after: lastMicros)
    {
      end += 1
    }
    piece = position..<end
  }

  private func isRecord(at position: Int, after last: UInt64?) -> Bool {
    let frame = position + Self.timeBytes
    guard let length = frameLength(at: frame) else { return false }
    let time = micros(at: position)
    if let last, !isNear(time, last) { return false }
    let next = frame + length
    if next == bytes.count { return true }
    guard next + Self.timeBytes < bytes.count else { return false }
    return isMagic(bytes[next + Self.timeBytes]) && isNear(micros(at: next), time)
  }

  private func isNear(_ a: UInt64, _ b: UInt64) -> Bool {
    (a > b ? a - b : b - a) <= Self.stepMicrosMax
  }

  private func isMagic(_ byte: UInt8) -> Bool { byte == 0xFE || byte == 0xFD }

  /// Bytes of the frame at `position` by its own header, if it has one and fits.
  private func frameLength(at position: Int) -> Int? {
    guard position + 3 <= bytes.count, isMagic(bytes[position]) else { return nil }
    let payload = Int(bytes[position + 1])
    let isSigned = bytes[position + 2] & 1 == 1
    // Version 1: 6 bytes of header, 2 of CRC. Version 2: 10, 2, and 13 of signature if signed.
    let length = bytes[position] == 0xFE ? payload + 8 : payload + 12 + (isSigned ? 13 : 0)
    return position + length <= bytes.count ? length : nil
  }

  private func micros(at position: Int) -> UInt64 {
    var value: UInt64 = 0
    for place in position..<min(position + Self.timeBytes, bytes.count) {
      value = value << 8 | UInt64(bytes[place])
    }
    return value
  }
}
