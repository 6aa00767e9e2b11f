/// Why the post could not start or go on.
public struct StationError: Error, CustomStringConvertible, Sendable {
  /// What went wrong.
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable, Sendable {
      case configuration, terminal, capture, clock, releaseLog, signingKey, recording
    }
    private let name: Name
    /// The configuration cannot be used.
    public static let configuration = Code(name: .configuration)
    /// No pseudo-terminal could be had.
    public static let terminal = Code(name: .terminal)
    /// A capture does not hold what is asked of it.
    public static let capture = Code(name: .capture)
    /// The recording of a run ended before it.
    public static let recording = Code(name: .recording)
    /// The clock's quality cannot be had or told.
    public static let clock = Code(name: .clock)
    /// The signing key cannot be used.
    public static let signingKey = Code(name: .signingKey)
    /// The release log takes nothing.
    public static let releaseLog = Code(name: .releaseLog)
  }

  /// What went wrong.
  public let code: Code
  /// What was wrong, what was expected, what to do.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
