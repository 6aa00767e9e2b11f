import Glibc
import SystemPackage

/// Bytes of a YUV4MPEG2 stream: of a file, or of `ffmpeg` decoding one.
///
/// A class, because the file descriptor and the decoder's process have one owner and an end.
final class VideoBytes {
  private let path: String
  private let descriptor: FileDescriptor
  /// The decoder, and the file that takes its messages.
  private var decoder: (process: pid_t, messages: FileDescriptor)?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var end = 0

  /// Opens `path`, and starts `ffmpeg` on it if it does not begin with `YUV4MPEG2`.
  init(path: String) throws(CaptureError) {
    self.path = path
    let file = try Self.open(path)
    var probe = [UInt8](repeating: 0, count: 10)
    let count =
      (try? unsafe probe.withUnsafeMutableBytes {
        try unsafe file.read(fromAbsoluteOffset: 0, into: $0)
      }) ?? 0
    if probe[..<count].elementsEqual("YUV4MPEG2 ".utf8) {
      descriptor = file
    } else {
      try? file.close()
      let started = try Self.startDecoder(path)
      descriptor = started.output
      decoder = (started.process, started.messages)
    }
  }

  deinit {
    try? descriptor.close()
    if let decoder {
      // The closed pipe ends it; it is waited for so that no dead process stays behind.
      _ = OutsideProgram.wait(for: decoder.process)
      try? decoder.messages.close()
    }
  }

  /// Takes bytes up to a line feed; false at the end of the stream.
  func readLine(into line: inout [UInt8], most: Int) throws(CaptureError) -> Bool {
    line.removeAll(keepingCapacity: true)
    while true {
      if position == end { try fill() }
      if position == end {
        if line.isEmpty { return false }
        throw try failure("the stream is cut off within a line")
      }
      let byte = buffer[position]
      position += 1
      if byte == UInt8(ascii: "\n") { return true }
      line.append(byte)
      if line.count > most { throw try failure("a header line is longer than \(most) bytes") }
    }
  }

  /// Takes `count` bytes in place of what `target` held; false when the stream ends before.
  func read(_ count: Int, into target: inout [UInt8]) throws(CaptureError) -> Bool {
    target.removeAll(keepingCapacity: true)
    target.reserveCapacity(count)
    while target.count < count {
      if position == end { try fill() }
      if position == end { return false }
      let taken = min(end - position, count - target.count)
      target.append(contentsOf: buffer[position..<position + taken])
      position += taken
    }
    return true
  }

  /// Passes over `count` bytes; false when the stream ends before.
  func skip(_ count: Int) throws(CaptureError) -> Bool {
    var left = count
    while left > 0 {
      if position == end { try fill() }
      if position == end { return false }
      let taken = min(end - position, left)
      position += taken
      left -= taken
    }
    return true
  }

  /// After the last frame: a decoder must have ended without error.
  func finish() throws(CaptureError) {
    guard let decoder else { return }
    let status = OutsideProgram.wait(for: decoder.process)
    let words = OutsideProgram.lastWords(in: decoder.messages)
    self.decoder = nil
    try? decoder.messages.close()
    if status != 0 { throw Self.decoderFailed(path, words) }
  }

  /// An error about the stream; if the decoder has failed, its words are the reason.
  func failure(_ reason: String) throws(CaptureError) -> CaptureError {
    if position == end { try finish() }
    return CaptureError(.badInput, operation: "import", subject: path, reason: reason)
  }

  private func fill() throws(CaptureError) {
    position = 0
    end = 0
    do {
      end = try unsafe buffer.withUnsafeMutableBytes { try unsafe descriptor.read(into: $0) }
    } catch {
      throw CaptureError(.inputOutput, operation: "read", subject: path, reason: "\(error)")
    }
  }

  // MARK: - The decoder

  private static func open(_ path: String) throws(CaptureError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
    } catch {
      throw CaptureError(.inputOutput, operation: "open", subject: path, reason: "\(error)")
    }
  }

  private static func startDecoder(
    _ path: String
  ) throws(CaptureError) -> (process: pid_t, output: FileDescriptor, messages: FileDescriptor) {
    func failed(_ error: Int32) -> CaptureError {
      CaptureError(
        .inputOutput, operation: "import", subject: path,
        reason: "ffmpeg cannot be started: \(Errno(rawValue: error))")
    }
    let (output, input): (FileDescriptor, FileDescriptor)
    do {
      (output, input) = try FileDescriptor.pipe()
    } catch {
      throw failed((error as? Errno ?? .ioError).rawValue)
    }
    // Held in no other child: the decoder must notice when we stop reading.
    _ = fcntl(output.rawValue, F_SETFD, FD_CLOEXEC)
    _ = fcntl(input.rawValue, F_SETFD, FD_CLOEXEC)
    defer { try? input.close() }
    let messages = OutsideProgram.messageFile()
    guard let messages else {
      let error = errno
      try? output.close()
      throw failed(error)
    }
    // `file:` keeps a name with a colon or a leading hyphen from being taken for something else.
    let arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-i", "file:\(path)", "-map", "0:v:0", "-pix_fmt",
      "gray", "-strict", "-1", "-f", "yuv4mpegpipe", "pipe:1",
    ]
    let (process, error) = OutsideProgram.spawn(
      arguments, input: nil, output: input.rawValue, messages: messages.rawValue)
    guard error == 0 else {
      try? output.close()
      try? messages.close()
      if error == ENOENT {
        throw CaptureError(
          .toolMissing, operation: "import", subject: path,
          reason: "ffmpeg is not installed; install it, or give a YUV4MPEG2 file (.y4m)")
      }
      throw failed(error)
    }
    return (process, output, messages)
  }

  private static func decoderFailed(_ path: String, _ words: String) -> CaptureError {
    CaptureError(
      .toolFailed, operation: "import", subject: path,
      reason: "ffmpeg could not decode it: \(words.isEmpty ? "it gave no reason" : words)")
  }
}
