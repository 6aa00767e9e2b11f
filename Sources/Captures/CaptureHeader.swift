public import Model

/// What a capture says of itself: which post, which run, which configuration.
public struct CaptureHeader: Sendable, Equatable {
  /// Where the samples come from.
  public enum Origin: String, Sendable, CaseIterable {
    /// Devices of a running post.
    case live
    /// A simulation.
    case simulated
    /// Files of other programs.
    case imported
    /// A scenario's scene, written without a run: it has no arrivals.
    case scenario
  }

  /// Name of the post.
  public var post: String
  /// The run's number, from which event ids are derived: a replay takes it over.
  public var captureEpoch: UInt64
  /// Name and version of the software that recorded.
  public var software: String
  /// SHA-256 of the configuration in force, lower-case hexadecimal.
  public var configurationHash: String
  /// Text of the configuration in force, as the configuration's reader wants it back; at most
  /// 16 MiB.
  public var siteBundle: [UInt8]
  /// Name of the exercise under way, or `nil`.
  public var exercise: String?
  /// Where the samples come from.
  public var origin: Origin
  /// The clock map in force at the beginning, so that times can be read without the clock channel.
  public var clock: ClockMap?
  /// What this is a part of, when it does not begin with the run: then perception and fusion cannot
  /// be taken to have seen what came before.
  public var part: CapturePart?
  /// Files that travel along for people: the site file and its profiles.
  public var attachments: [MCAPAttachment] = []

  /// Longest site bundle, bytes.
  public static let siteBundleBytesMax = 16 << 20

  /// A capture's words about itself.
  public init(
    post: String, captureEpoch: UInt64, software: String, configurationHash: String,
    siteBundle: [UInt8], exercise: String? = nil, origin: Origin, clock: ClockMap? = nil,
    part: CapturePart? = nil, attachments: [MCAPAttachment] = []
  ) {
    self.post = post
    self.captureEpoch = captureEpoch
    self.software = software
    self.configurationHash = configurationHash
    self.siteBundle = siteBundle
    self.exercise = exercise
    self.origin = origin
    self.clock = clock
    self.part = part
    self.attachments = attachments
  }

  /// Name of the metadata record that holds it.
  static let recordName = "vedette"
  /// Version of the layout of captures; written into each.
  ///
  /// 1: frames bare, observations rounded. 2: frames as well-known messages, observations to the
  /// last bit, maps for viewers, attachments. Both are read.
  static let formatVersion = "2"
  static let formatVersionsRead: Set = ["1", "2"]

  /// The metadata record's content; the bundle travels as a message.
  var metadata: [(String, String)] {
    var values = [
      ("format", Self.formatVersion), ("post", post), ("capture_epoch", "\(captureEpoch)"),
      ("software", software), ("configuration_hash", configurationHash),
      ("origin", origin.rawValue),
    ]
    if let exercise { values.append(("exercise", exercise)) }
    if let part { values += part.metadata }
    if let clock {
      values.append(("clock_monotonic_ns", "\(clock.instant.monotonicNanos)"))
      values.append(("clock_utc_ns", "\(clock.wall.unixNanos)"))
      values.append(("clock_uncertainty_ns", "\(clock.uncertaintyNanos)"))
      values.append(("clock_state", "\(clock.state.name)"))
    }
    return values
  }

  /// The header that a metadata record holds, or why there is none in it.
  init(metadata: [String: String], path: String) throws(CaptureError) {
    func wrong(_ reason: String) -> CaptureError {
      CaptureError(.notACapture, operation: "read", subject: path, reason: reason)
    }
    guard let format = metadata["format"] else { throw wrong("its header names no format") }
    guard Self.formatVersionsRead.contains(format) else {
      throw CaptureError(
        .unsupported, operation: "read", subject: path,
        reason: "the capture has format \(format), this version reads 1 and 2; use a newer one")
    }
    guard let post = metadata["post"], let software = metadata["software"],
      let hash = metadata["configuration_hash"],
      let epoch = metadata["capture_epoch"].flatMap({ UInt64($0) })
    else {
      throw wrong("its header lacks post, software, configuration_hash or capture_epoch")
    }
    guard let origin = metadata["origin"].flatMap(Origin.init) else {
      throw wrong("its header's origin is none of live, simulated, imported, scenario")
    }
    self.init(
      post: post, captureEpoch: epoch, software: software, configurationHash: hash,
      siteBundle: [], exercise: metadata["exercise"], origin: origin)
    part = CapturePart(metadata: metadata)
    if let instant = metadata["clock_monotonic_ns"].flatMap({ Int64($0) }),
      let wall = metadata["clock_utc_ns"].flatMap({ Int64($0) }),
      let uncertainty = metadata["clock_uncertainty_ns"].flatMap({ Int64($0) }),
      let state = ClockState.allCases.first(where: { "\($0.name)" == metadata["clock_state"] })
    {
      clock = ClockMap(
        instant: Instant(monotonicNanos: instant), wall: WallTime(unixNanos: wall),
        uncertaintyNanos: uncertainty, state: state)
    }
  }
}
