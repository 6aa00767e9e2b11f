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
  }
}
