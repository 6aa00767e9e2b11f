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
      _ = Self.wait(for: decoder.process)
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
    let status = Self.wait(for: decoder.process)
    let words = messages(of: decoder.messages)
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
    // A file, not a second pipe: nobody reads while the decoder works, and a pipe could fill up.
    var name = Array("/tmp/vedette-ffmpeg-XXXXXX".utf8CString)
    let messages = FileDescriptor(rawValue: unsafe mkstemp(&name))
    guard messages.rawValue >= 0 else {
      let error = errno
      try? output.close()
      throw failed(error)
    }
    _ = unsafe unlink(name)
    _ = fcntl(messages.rawValue, F_SETFD, FD_CLOEXEC)
    // `file:` keeps a name with a colon or a leading hyphen from being taken for something else.
    let arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-i", "file:\(path)", "-map", "0:v:0", "-pix_fmt",
      "gray", "-strict", "-1", "-f", "yuv4mpegpipe", "pipe:1",
    ]
    let (process, error) = spawn(arguments, output: input.rawValue, messages: messages.rawValue)
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

  private static func spawn(
    _ arguments: [String], output: Int32, messages: Int32
  ) -> (process: pid_t, error: Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return (0, ENOMEM) }
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, messages, 2)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawnp(&process, "ffmpeg", &actions, nil, &words, environ)
    return (process, error)
  }

  private static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status
  }

  /// The end of what the decoder said.
  private func messages(of file: FileDescriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 1_000)
    let size = (try? file.seek(offset: 0, from: .end)) ?? 0
    let count =
      (try? unsafe bytes.withUnsafeMutableBytes {
        try unsafe file.read(fromAbsoluteOffset: max(size - 1_000, 0), into: $0)
      }) ?? 0
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
  }

  private static func decoderFailed(_ path: String, _ words: String) -> CaptureError {
    CaptureError(
      .toolFailed, operation: "import", subject: path,
      reason: "ffmpeg could not decode it: \(words.isEmpty ? "it gave no reason" : words)")
  }
}
