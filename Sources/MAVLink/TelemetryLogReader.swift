/// Reads telemetry logs (`.tlog`) as ground stations write them: before each frame its time of
/// arrival, in microseconds since 1970-01-01 UTC, big-endian, 64 bits.
///
/// A record whose frame is refused (wrong CRC, unknown message, unknown flags) is passed over as a
/// whole if a record plausibly follows it. Otherwise the reader is out of step and looks for the next
/// place, byte by byte, where a time within three days of the latest one stands before a frame with a
/// right CRC; the bound is that of pymavlink, so that both find the same messages.
///
/// Source of the format: pymavlink 2.4.50, `mavlogfile.pre_message`, which reads the same records.
public struct TelemetryLogReader: Sendable {
  /// What was read.
  public struct Counters: Hashable, BitwiseCopyable, Sendable {
    /// Records with a valid frame.
    public var frames: UInt64 = 0
    /// Records whose frame had a wrong CRC.
    public var crcErrors: UInt64 = 0
    /// Records whose frame had a message id without known CRC_EXTRA.
    public var unknownMessages: UInt64 = 0
    /// Records whose frame had an incompatibility flag other than "signed".
    public var incompatibleFrames: UInt64 = 0
    /// Bytes that belong to no record.
    public var bytesSkipped: UInt64 = 0
    /// Times that records were found again after skipped bytes.
    public var resyncs: UInt64 = 0

    /// All zero.
    public init() {}
  }

  /// Longest step between two records' times that is believed after damage: three days, in
  /// microseconds. Source: pymavlink, `mavlogfile.scan_timestamp`.
  public static let timeStepMicrosMax: UInt64 = 3 * 24 * 3600 * 1_000_000

  /// What was read so far.
  public private(set) var counters = Counters()

  private static let timeLength = 8
  private let tables = LookupTables.shared
  private var lastTimeMicros: UInt64?

  /// A reader that has read nothing.
  public init() {}

  /// Whether `bytes` are a telemetry log rather than the bare bytes of a line: of the first 64 frames
  /// with a right CRC, more than half stand exactly eight bytes behind the one before, or behind the
  /// beginning. Noise at the beginning, or a few damaged places, do not mislead it.
  public static func recognises(_ bytes: RawSpan) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return false }
      let tables = LookupTables.shared
      let count = buffer.count
      var (frames, timed, end, position) = (0, 0, 0, 0)
      while frames < 64 {
        position = unsafe FrameVerdict.firstMagic(start, position, count)
        guard position < count else { break }
        switch unsafe FrameVerdict.judge(
          start + position, available: count - position, tables: tables)
        {
        case .frame(_, _, let length):
          frames += 1
          timed += position - end == timeLength ? 1 : 0
          position += length
          end = position
        default: position += 1
        }
      }
      return 2 * timed > frames
    }
  }

  /// Calls `body` with time, header and payload of every valid frame of a whole log, in its order.
  ///
  /// Allocates nothing; the payload lies in `log`.
  public mutating func read(
    _ log: RawSpan,
    _ body: (_ timeMicros: UInt64, _ header: MAVLinkHeader, _ payload: RawSpan) -> Void
  ) {
    unsafe log.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      unsafe read(start, count: buffer.count, body)
    }
  }

  private mutating func read(
    _ start: UnsafeRawPointer, count: Int, _ body: (UInt64, MAVLinkHeader, RawSpan) -> Void
  ) {
    var position = 0
    var isInStep = true
    while position < count {
      guard count - position > Self.timeLength else {
        counters.bytesSkipped &+= UInt64(count - position)
        return
      }
      let time = unsafe UInt64(
        bigEndian: start.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let frameStart = unsafe start + position + Self.timeLength
      let available = count - position - Self.timeLength
      if isInStep || isPlausible(time, after: lastTimeMicros) {
        switch unsafe FrameVerdict.judge(frameStart, available: available, tables: tables) {
        case .frame(let header, let headerLength, let length):
          if !isInStep { counters.resyncs &+= 1 }
          isInStep = true
          lastTimeMicros = time
          counters.frames &+= 1
          let payload = unsafe UnsafeRawBufferPointer(
            start: frameStart + headerLength, count: Int(header.payloadLength))
          unsafe body(time, header, payload.bytes)
          position += Self.timeLength + length
          continue
        case .refused(let refusal, let length):
          let next = position + Self.timeLength + length
          if refusal != .noMagic, isInStep,
            unsafe isRecord(start, at: next, count: count, after: lastTimeMicros ?? time)
          {
            record(refusal)
            position = next
            continue
          }
        case .incomplete: break
        }
      }
      isInStep = false
      position += 1
      counters.bytesSkipped &+= 1
    }
  }

  private mutating func record(_ refusal: FrameVerdict.Refusal) {
    switch refusal {
    case .checksum: counters.crcErrors &+= 1
    case .unknownMessage: counters.unknownMessages &+= 1
    case .incompatible: counters.incompatibleFrames &+= 1
    case .noMagic: break
    }
  }

  /// Whether the log ends at `position`, or a plausible time and a frame's first byte stand there.
  private func isRecord(
    _ start: UnsafeRawPointer, at position: Int, count: Int, after lastTime: UInt64
  ) -> Bool {
    if position == count { return true }
    guard position + Self.timeLength < count else { return false }
    let time = unsafe UInt64(
      bigEndian: start.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    let first = unsafe start.load(fromByteOffset: position + Self.timeLength, as: UInt8.self)
    return FrameVerdict.isMagic(first) && isPlausible(time, after: lastTime)
  }

  private func isPlausible(_ time: UInt64, after lastTime: UInt64?) -> Bool {
    guard let lastTime else { return true }
    let step = time > lastTime ? time - lastTime : lastTime - time
    return step <= Self.timeStepMicrosMax
  }
}
