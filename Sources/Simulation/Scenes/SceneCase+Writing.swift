import Glibc

/// Why a case or a capture could not be written.
public struct SimulationError: Error, Sendable, CustomStringConvertible {
  /// The file or folder.
  public var subject: String
  /// What the system or the writer said.
  public var underlying: String

  /// The subject and what was said of it.
  public var description: String { "cannot write \(subject): \(underlying)" }
}

extension SceneCase {
  /// Writes the files of the case into `folder`, made when absent: `site.json`, `sensors.jsonl`,
  /// `origin.jsonl`, `truth.jsonl`, `truth_events.jsonl`, `truth_sensors.jsonl`. What is there is replaced.
  public func write(to folder: String) throws(SimulationError) {
    var path = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      path += path.isEmpty || path == "/" ? part : "/" + part
      guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
        throw SimulationError(subject: path, underlying: Self.systemText)
      }
    }
    for (name, text) in [
      ("site.json", site), ("sensors.jsonl", sensors), ("origin.jsonl", origins),
      ("truth.jsonl", truth), ("truth_events.jsonl", truthEvents),
      ("truth_sensors.jsonl", truthSensors),
    ] {
      try Self.write(text, to: "\(folder)/\(name)")
    }
  }

  private static var systemText: String { unsafe String(cString: strerror(errno)) }

  private static func write(_ text: String, to path: String) throws(SimulationError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw SimulationError(subject: path, underlying: Self.systemText)
    }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      }
      guard count > 0 || errno == EINTR else {
        throw SimulationError(subject: path, underlying: Self.systemText)
      }
      done += max(0, count)
    }
  }
}
