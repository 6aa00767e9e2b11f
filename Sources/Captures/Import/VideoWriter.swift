import Glibc
import SystemPackage

/// Writes pictures to a video file by way of `ffmpeg`: H.264, or what the file's name asks for.
public struct VideoWriter: ~Copyable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int

  private let path: String
  private let input: FileDescriptor
  private let messages: FileDescriptor
  private let process: pid_t
  private var isOpen = true

  /// Starts a video of planar 8-bit YCbCr 4:4:4 pictures at `path`, in place of what is there.
  ///
  /// - Throws: when `ffmpeg` is missing or cannot be started.
  public init(
    path: String, width: Int, height: Int, framesPerSecond: (numerator: Int64, denominator: Int64)
  ) throws(CaptureError) {
    func failed(_ code: CaptureError.Code, _ reason: String) -> CaptureError {
      CaptureError(code, operation: "write", subject: path, reason: reason)
    }
    self.path = path
    self.width = width
    self.height = height
    guard let (output, input) = try? FileDescriptor.pipe() else {
      throw failed(.inputOutput, "no pipe to be had; close files or raise their limit")
    }
    _ = fcntl(output.rawValue, F_SETFD, FD_CLOEXEC)
    _ = fcntl(input.rawValue, F_SETFD, FD_CLOEXEC)
    defer { try? output.close() }
    guard let messages = OutsideProgram.messageFile() else {
      try? input.close()
      throw failed(.inputOutput, "no file can be made in /tmp")
    }
    // An encoder that ends early must not end us too: writing then fails with EPIPE.
    _ = signal(SIGPIPE, SIG_IGN)
    let rate = "\(framesPerSecond.numerator)/\(framesPerSecond.denominator)"
    let arguments = [
      "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv444p", "-s",
      "\(width)x\(height)", "-r", rate, "-i", "pipe:0", "-vf",
      "pad=ceil(iw/2)*2:ceil(ih/2)*2", "-pix_fmt", "yuv420p", "file:\(path)",
    ]
    let (process, error) = OutsideProgram.spawn(
      arguments, input: output.rawValue, output: messages.rawValue, messages: messages.rawValue)
    guard error == 0 else {
      try? input.close()
      try? messages.close()
      if error == ENOENT {
        throw failed(.toolMissing, "ffmpeg is not installed; install it to write videos")
      }
      throw failed(.inputOutput, "ffmpeg cannot be started: \(Errno(rawValue: error))")
    }
    self.input = input
    self.messages = messages
    self.process = process
  }

  deinit {
    guard isOpen else { return }
    try? input.close()
    _ = OutsideProgram.wait(for: process)
    try? messages.close()
  }

  /// Appends one picture: all of its Y, then Cb, then Cr, rows of `width` bytes without gaps.
  ///
  /// Programmer error if it has another size.
  public mutating func append(_ picture: [UInt8]) throws(CaptureError) {
    precondition(picture.count == 3 * width * height, "a picture of another size")
    do {
      try unsafe picture.withUnsafeBytes { _ = try unsafe input.writeAll($0) }
    } catch {
      throw CaptureError(
        .toolFailed, operation: "write", subject: path,
        reason: "ffmpeg stopped: \(OutsideProgram.lastWords(in: messages))")
    }
  }

  /// Ends the video.
  ///
  /// - Throws: when `ffmpeg` did not end well; the file is then not to be trusted.
  public consuming func close() throws(CaptureError) {
    isOpen = false
    try? input.close()
    let status = OutsideProgram.wait(for: process)
    let words = OutsideProgram.lastWords(in: messages)
    try? messages.close()
    if status != 0 {
      throw CaptureError(
        .toolFailed, operation: "write", subject: path,
        reason: "ffmpeg could not write it: \(words.isEmpty ? "it gave no reason" : words)")
    }
  }
}
