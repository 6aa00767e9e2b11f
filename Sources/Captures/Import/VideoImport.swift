import Model

/// Frames of a video as samples of a camera.
///
/// A class, because the reader cannot be copied.
final class VideoImport: ImportStream {
  private var video: VideoReader
  private let source: SourceID
  private let start: Instant
  private let sensor: SensorID
  private let framesPerSecond: (numerator: Int64, denominator: Int64)
  private(set) var nextTime: Instant?

  /// The video at `path`, whose first frame comes at `start`; `framesPerSecond` replaces the rate
  /// that the video itself states.
  init(
    path: String, sensor: SensorID, source: SourceID, framesPerSecond: Double?, start: Instant
  ) throws(CaptureError) {
    let video = try VideoReader(path: path)
    var rate = video.framesPerSecond
    if let framesPerSecond {
      guard framesPerSecond > 0, framesPerSecond <= 1_000 else {
        throw CaptureError(
          .badInput, operation: "import", subject: path,
          reason: "\(framesPerSecond) frames a second; expected more than 0, at most 1,000")
      }
      rate = (Int64((framesPerSecond * 1e6).rounded()), 1_000_000)
    }
    self.source = source
    self.start = start
    self.sensor = sensor
    self.framesPerSecond = rate
    self.video = video
    try readFrame()
  }

  func appendNext(to capture: inout CaptureWriter) throws(CaptureError) {
    guard let time = nextTime else { return }
    let header = FrameHeader(
      sensor: sensor, sequence: UInt32(video.frame), time: time, width: Int32(video.width),
      height: Int32(video.height), stride: Int32(video.width), format: .grey)
    let luma = video.luma
    try unsafe capture.append(frame: header, bytes: luma.span.bytes, source: source)
    try readFrame()
  }

  private func readFrame() throws(CaptureError) {
    guard try video.next() else {
      nextTime = nil
      return
    }
    nextTime = start.advanced(
      byNanos: VideoReader.nanos(of: video.frame, at: framesPerSecond))
  }
}
