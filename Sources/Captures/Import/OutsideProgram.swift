import Glibc
import SystemPackage

/// Starting an outside program (`ffmpeg`) and hearing how it ended.
enum OutsideProgram {
  /// Starts `arguments[0]`, found in the search path, with the given descriptors as its standard
  /// input (`nil`: empty), output and error.
  ///
  /// - Returns: its process, and 0 or the system's error number.
  static func spawn(
    _ arguments: [String], input: Int32?, output: Int32, messages: Int32
  ) -> (process: pid_t, error: Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return (0, ENOMEM) }
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    if let input {
      _ = unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, messages, 2)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { unsafe words.forEach { unsafe free($0) } }
    var process: pid_t = 0
    let error = unsafe posix_spawnp(&process, arguments[0], &actions, nil, &words, environ)
    return (process, error)
  }

  /// Waits for the end of `process` and returns its status; -1 if there is none.
  static func wait(for process: pid_t) -> Int32 {
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return -1 }
    }
    return status
  }

  /// A nameless file for what a program says; `nil` with `errno` set if there is no room for one.
  ///
  /// A file, not a pipe: nobody reads while the program works, and a pipe could fill up.
  static func messageFile() -> FileDescriptor? {
    var name = Array("/tmp/vedette-program-XXXXXX".utf8CString)
    let file = FileDescriptor(rawValue: unsafe mkstemp(&name))
    guard file.rawValue >= 0 else { return nil }
    _ = unsafe unlink(name)
    _ = fcntl(file.rawValue, F_SETFD, FD_CLOEXEC)
    return file
  }

  /// The last lines of what a program said.
  static func lastWords(in file: FileDescriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 1_000)
    let size = (try? file.seek(offset: 0, from: .end)) ?? 0
    let count =
      (try? unsafe bytes.withUnsafeMutableBytes {
        try unsafe file.read(fromAbsoluteOffset: max(size - 1_000, 0), into: $0)
      }) ?? 0
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
  }

  /// What `arguments[0]` writes to its standard output, at most 4,096 bytes; `nil` unless it can be
  /// started and ends well.
  static func answer(of arguments: [String]) -> String? {
    guard let (output, input) = try? FileDescriptor.pipe() else { return nil }
    defer { try? output.close() }
    _ = fcntl(output.rawValue, F_SETFD, FD_CLOEXEC)
    _ = fcntl(input.rawValue, F_SETFD, FD_CLOEXEC)
    guard let messages = messageFile() else {
      try? input.close()
      return nil
    }
    defer { try? messages.close() }
    let (process, error) = spawn(
      arguments, input: nil, output: input.rawValue, messages: messages.rawValue)
    try? input.close()
    guard error == 0 else { return nil }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4_096)
    while text.count < 4_096 {
      let count =
        (try? unsafe part.withUnsafeMutableBytes { try unsafe output.read(into: $0) }) ?? 0
      if count == 0 { break }
      text += part[..<count]
    }
    return wait(for: process) == 0 ? String(decoding: text, as: UTF8.self) : nil
  }
}
