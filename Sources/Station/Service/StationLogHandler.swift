import Glibc
public import Logging

/// Log lines on standard error: with the priority prefix that journald reads (sd-daemon(3)) when it
/// listens, plain for people otherwise.
public struct StationLogHandler: LogHandler {
  /// Values added to each line.
  public var metadata: Logger.Metadata = [:]
  /// The least level that is written.
  public var logLevel: Logger.Level
  private let label: String
  private let isJournal = unsafe getenv("JOURNAL_STREAM") != nil

  /// A handler for the part of the post called `label`.
  public init(label: String, level: Logger.Level = .info) {
    self.label = label
    self.logLevel = level
  }

  /// One value of the metadata.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line.
  public func log(event: LogEvent) {
    let text = "\(label): \(event.message)"
    let bytes = Array(
      (isJournal ? journalLines(text, event.level) : "\(event.level): \(text)\n").utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// The lines of `text`, each with its priority: journald takes each line for an entry of its own.
  private func journalLines(_ text: String, _ level: Logger.Level) -> String {
    text.split(separator: "\n").map { "<\(priority(level))>\($0)\n" }.joined()
  }

  /// Levels of syslog(3).
  private func priority(_ level: Logger.Level) -> Int {
    switch level {
    case .critical: 2
    case .error: 3
    case .warning: 4
    case .notice: 5
    case .info: 6
    case .debug, .trace: 7
    }
  }
}
