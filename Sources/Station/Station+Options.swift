import Foundation

extension Station {
  /// How a station is to run.
  public struct Options: Sendable {
    /// Where samples come from.
    public var origin: SampleOrigin
    /// Capture to write, or `nil`.
    public var recordPath: String?
    /// Folder for the ledger instead of the site file's.
    public var stateDirectory: String?
    /// Whether events are served over HTTP.
    public var isPublishing: Bool
    /// TCP port instead of the site file's.
    public var port: Int?
    /// Whether the site file's flight recorder runs.
    public var hasRecorder: Bool

    /// Options with everything as the site file says.
    public init(
      origin: SampleOrigin = .devices, recordPath: String? = nil, stateDirectory: String? = nil,
      isPublishing: Bool = true, port: Int? = nil, hasRecorder: Bool = true
    ) {
      self.hasRecorder = hasRecorder
      self.origin = origin
      self.recordPath = recordPath
      self.stateDirectory = stateDirectory
      self.isPublishing = isPublishing
      self.port = port
    }

    /// Files of further pipelines that are tried at most.
    private static let capturesMax = 10_000

    /// The capture to write: a capture covers one pipeline (Decision 0005), so that each after the
    /// first writes one of its own, `run-2.mcap` after `run.mcap`.
    func recordPath(isFirst: Bool) -> String? {
      guard let recordPath, !isFirst else { return recordPath }
      let suffix = recordPath.hasSuffix(".mcap") ? ".mcap" : ""
      let stem = recordPath.dropLast(suffix.count)
      return (2...Self.capturesMax).lazy.map { "\(stem)-\($0)\(suffix)" }
        .first { !FileManager.default.fileExists(atPath: $0) } ?? recordPath
    }
  }
}
