public import Model

/// Reads a capture in the order of the file.
///
///     var reader = try CaptureReader(path: path)
///     while let item = try reader.next() {
///       if case .frame(let header, let source) = item { reader.withPayload { … } }
///     }
///
/// Sensors and sources carry the numbers of the site that was recorded, or after `use(_:)` those of
/// another site in which they are found by name. A capture that was cut off ends with its last whole
/// chunk; `truncation` then says where. One thread at a time.
public struct CaptureReader: ~Copyable, Sendable {
  /// What the capture says of itself, with the configuration that was in force at its beginning.
  public private(set) var header: CaptureHeader
  /// When the record that `next` returned last was recorded.
  public private(set) var recorded = Instant(monotonicNanos: 0)
  /// Records that were passed over: sensors or sources that the site in use does not have, channels
  /// of other programs, JSON that is not as expected.
  public private(set) var skippedCount = 0
  /// Set after the end when the file was cut off.
  public var truncation: MCAPReader.Truncation? { file.truncation }

  private var file: MCAPReader
  /// The message that was read with the header and not given out yet.
  private var pending: MCAPMessage?
  /// What is given out, by the time of recording.
  private var span = Instant(monotonicNanos: 0)...Instant(monotonicNanos: .max)
  /// From this chunk on nothing within the span follows.
  private var lastOffset = Int.max
  private let recordedNames: CaptureNames
  private var sensorNames: [[UInt8]]
  /// The sensor and the source in use for each of the recorded ones.
  private var sensorIDs: [SensorID?]
  private var sourceIDs: [SourceID?]
  private var roles: [ChannelRole?] = []
  /// Where the picture of the frame lies that `next` returned last; nothing for all else.
  private var picture: Range<Int>?

  /// Opens a capture and reads its header and configuration.
  public init(path: String, limits: MCAPLimits = MCAPLimits()) throws(CaptureError) {
    var file = try MCAPReader(path: path, limits: limits)
    let first = try file.next()
    guard let metadata = file.metadata[CaptureHeader.recordName] else {
      if let run = file.mergedRuns.first {
        throw CaptureError(
          .badInput, operation: "read", subject: path,
          reason:
            "it holds captures of several posts (\(file.mergedRuns.joined(separator: ", "))); "
            + "name one, e.g. \(path)#\(run)")
      }
      throw CaptureError(
        .notACapture, operation: "read", subject: path,
        reason: file.truncation != nil
          ? "it is cut off before its header; nothing can be read"
          : "an MCAP file, but not a capture of a post: it has no metadata record "
            + "\"\(CaptureHeader.recordName)\"")
    }
    var header = try CaptureHeader(metadata: metadata, path: path)
    pending = first
    if let first, file.channels[Int(first.channel)]?.topic == "site" {
      header.siteBundle = file.withPayload { $0.array }
      pending = nil
    }
    let names = CaptureNames(metadata: file.metadata)
    self.header = header
    self.file = file
    recordedNames = names
    sensorNames = names.sensors.map { Array($0.utf8) }
    sensorIDs = names.sensors.indices.map { SensorID(UInt16(clamping: $0)) }
    sourceIDs = names.sources.indices.map { SourceID(UInt16(clamping: $0)) }
  }

  /// Text of the configuration in force when the recording began.
  public var siteBundle: [UInt8] { header.siteBundle }

  /// Files that travel along, as far as they were met.
  public var attachments: [MCAPAttachment] { file.attachments }

  /// Names of the recorded sensors, by number.
  public var sensors: [String] { recordedNames.sensors }

  /// Keys of the recorded sources, by number: `clock`, `gpio`, `camera/<sensor>`, `serial/<link>`.
  public var sources: [String] { recordedNames.sources }

  /// From here on gives out the numbers of `site`; what it does not have by name is passed over.
  public mutating func use(_ site: Site) {
    let names = CaptureNames(site)
    func places(_ names: [String]) -> [String: UInt16] {
      Dictionary(
        names.enumerated().map { ($0.element, UInt16(clamping: $0.offset)) },
        uniquingKeysWith: { first, _ in first })
    }
    let (sensors, sources) = (places(names.sensors), places(names.sources))
    sensorIDs = recordedNames.sensors.map { sensors[$0].map { SensorID($0) } }
    sourceIDs = recordedNames.sources.map { sources[$0].map { SourceID($0) } }
    roles = []
  }

  /// The next record, or nothing at the end.
  ///
  /// After an error about one damaged chunk the next call goes on behind it.
  public mutating func next() throws(CaptureError) -> CaptureItem? {
    while true {
      let message: MCAPMessage
      if let first = pending {
        message = first
        pending = nil
      } else if let following = try file.next() {
        message = following
      } else {
        return nil
      }
      recorded = Instant(monotonicNanos: Int64(clamping: message.logTime))
      guard span.contains(recorded) else {
        if isBehindSpan() { return nil }
        continue
      }
      picture = nil
      if let item = item(of: message) { return item }
      if roles[Int(message.channel)] != .shown { skippedCount += 1 }
    }
  }

  /// Lends the bytes of the record that `next` returned last, where they lie.
  public func withPayload<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let picture else { return try file.withPayload(body) }
    return try file.withPayload { bytes throws(Failure) in try body(bytes.extracting(picture)) }
  }

  /// The capture's index of chunks.
  public borrowing func index() throws(CaptureError) -> MCAPIndex { try file.index() }

  /// From here on gives out only what was recorded within `span`, beginning at its first chunk,
  /// which is found in logarithmic time in a capture that was closed.
  public mutating func restrict(to span: ClosedRange<Instant>) throws(CaptureError) {
    func nanos(_ time: Instant) -> UInt64 { UInt64(max(time.monotonicNanos, 0)) }
    let index = try file.index()
    self.span = span
    let end = index.endOfChunks(notAfter: nanos(span.upperBound))
    lastOffset = end < index.chunks.count ? index.chunks[end].offset : .max
    guard !index.hasLooseMessages else { return }
    pending = nil
    try file.seek(toChunk: index.firstChunk(notBefore: nanos(span.lowerBound)), of: index)
  }

  private func isBehindSpan() -> Bool { file.chunkStart >= lastOffset }

  // MARK: - Items

  private mutating func item(of message: MCAPMessage) -> CaptureItem? {
    let place = Int(message.channel)
    while roles.count <= place { roles.append(nil) }
    let role: ChannelRole
    if let known = roles[place] {
      role = known
    } else {
      role = makeRole(file.channels[place])
      roles[place] = role
    }
    let time = Instant(monotonicNanos: Int64(clamping: message.publishTime))
    switch role {
    case .unknown, .shown: return nil
    case .bytes(let source): return .bytes(at: time, source: source)
    case .event: return .event(at: recorded)
    case .frame(var header, let source, let isBare):
      if !isBare {
        let format = header.format
        guard let place = file.withPayload({ PictureMessage.payload(of: format, in: $0) }) else {
          return nil
        }
        picture = place
      }
      header.sequence = message.sequence
      header.time = time
      return .frame(header, source: source)
    case .edge(let source): return edge(at: time).map { .edge($0, source: source) }
    case .health(let source): return health(at: time).map { .health($0, source: source) }
    case .clock: return clock().map { .clock($0) }
    case .observation: return arrival().map { .arrival($0) }
    }
  }

  private func makeRole(_ channel: MCAPChannel?) -> ChannelRole {
    guard let channel else { return .unknown }
    let source = channel.metadata["source"].flatMap { Int($0) }
      .flatMap { sourceIDs.indices.contains($0) ? sourceIDs[$0] : nil }
    switch channel.topic {
    case "clock": return .clock
    case "observations": return .observation
    case "events": return .event
    case "gpio": return source.map { .edge($0) } ?? .unknown
    default: break
    }
    if channel.topic.hasPrefix(MapMessage.topicPrefix) { return .shown }
    guard let source else { return .unknown }
    if channel.topic.hasPrefix("health/") { return .health(source) }
    if channel.topic.hasPrefix("serial/") { return .bytes(source) }
    if channel.topic.hasPrefix("camera/"),
      let sensor = recordedNames.sensors.firstIndex(of: channel.metadata["sensor"] ?? ""),
      let id = sensorIDs[sensor], let header = FrameHeader(metadata: channel.metadata, sensor: id)
    {
      return .frame(header, source, isBare: channel.messageEncoding != PictureMessage.encoding)
    }
    return .unknown
  }

  private func edge(at time: Instant) -> GPIOEdge? {
    file.withPayload { bytes in
      var fields = JSONFields()
      var sensor: SensorID?
      var isRising: Bool?
      while let (key, value) = fields.next(bytes) {
        guard case .string(let text) = value else { continue }
        if bytes.matches(key, "sensor") {
          sensor = self.sensor(named: text, bytes)
        } else if bytes.matches(key, "edge") {
          if bytes.matches(text, "rising") { isRising = true }
          if bytes.matches(text, "falling") { isRising = false }
        }
      }
      guard !fields.isBroken, let sensor, let isRising else { return nil }
      return GPIOEdge(sensor: sensor, isRising: isRising, time: time)
    }
  }

  private func health(at time: Instant) -> HealthReport? {
    file.withPayload { bytes in
      var fields = JSONFields()
      var report = HealthReport(sensor: .none, state: .ok, reason: .other, time: time)
      var (hasState, hasReason) = (false, false)
      while let (key, value) = fields.next(bytes) {
        switch value {
        case .string(let text) where bytes.matches(key, "sensor"):
          guard let sensor = sensor(named: text, bytes) else { return nil }
          report.sensor = sensor
        case .string(let text) where bytes.matches(key, "state"):
          for state in HealthState.allCases where bytes.matches(text, state.name) {
            report.state = state
            hasState = true
          }
        case .string(let text) where bytes.matches(key, "reason"):
          for reason in HealthReason.allCases where bytes.matches(text, reason.name) {
            report.reason = reason
            hasReason = true
          }
        case .integer(let number) where bytes.matches(key, "errno"):
          report.systemError = Int32(clamping: number)
        default: break
        }
      }
      return fields.isBroken || !hasState || !hasReason ? nil : report
    }
  }

  private func clock() -> ClockMap? {
    file.withPayload { bytes in
      var fields = JSONFields()
      var (instant, wall, uncertainty): (Int64?, Int64?, Int64?) = (nil, nil, nil)
      var state: ClockState?
      while let (key, value) = fields.next(bytes) {
        switch value {
        case .integer(let number):
          if bytes.matches(key, "monotonic_ns") { instant = number }
          if bytes.matches(key, "utc_ns") { wall = number }
          if bytes.matches(key, "uncertainty_ns") { uncertainty = number }
        case .string(let text) where bytes.matches(key, "state"):
          for candidate in ClockState.allCases where bytes.matches(text, candidate.name) {
            state = candidate
          }
        default: break
        }
      }
      guard !fields.isBroken, let instant, let wall, let uncertainty, let state else { return nil }
      return ClockMap(
        instant: Instant(monotonicNanos: instant), wall: WallTime(unixNanos: wall),
        uncertaintyNanos: uncertainty, state: state)
    }
  }

  /// Only the leading members are read: what follows is for people.
  private func arrival() -> CapturedArrival? {
    let found = file.withPayload { bytes -> (source: Int64, sequence: Int64)? in
      var fields = JSONFields()
      var (source, sequence): (Int64?, Int64?) = (nil, nil)
      while source == nil || sequence == nil, let (key, value) = fields.next(bytes) {
        guard case .integer(let number) = value else { continue }
        if bytes.matches(key, "source") { source = number }
        if bytes.matches(key, "n") { sequence = number }
      }
      guard let source, let sequence else { return nil }
      return (source, sequence)
    }
    guard let found, found.sequence >= 0, found.source >= 0, found.source < sourceIDs.count,
      let source = sourceIDs[Int(found.source)]
    else { return nil }
    return CapturedArrival(time: recorded, source: source, sequence: UInt64(found.sequence))
  }

  func sensor(named range: Range<Int>, _ bytes: RawSpan) -> SensorID? {
    let name = bytes.extracting(range)
    for place in sensorNames.indices where name.holds(sensorNames[place]) {
      return sensorIDs[place]
    }
    // Not found as it stands: perhaps written with escapes.
    let text = bytes.jsonString(range)
    return recordedNames.sensors.firstIndex(of: text).flatMap { sensorIDs[$0] }
  }
}

/// What a channel's messages are.
enum ChannelRole: Sendable, Equatable {
  case edge(SourceID)
  /// `isBare`: the message is the picture, as in format 1.
  case frame(FrameHeader, SourceID, isBare: Bool)
  case bytes(SourceID)
  case health(SourceID)
  case clock
  case observation
  case event
  /// What repeats other channels for viewers.
  case shown
  case unknown
}

extension FrameHeader {
  /// What a camera channel's metadata says of its frames; time and sequence are the message's.
  init?(metadata: [String: String], sensor: SensorID) {
    func number(_ key: String) -> Int32? { metadata[key].flatMap { Int32($0) } }
    guard let width = number("width"), let height = number("height"),
      let stride = number("stride"), width > 0, height > 0, stride >= 0,
      let format = PixelFormat.allCases.first(where: { "\($0.name)" == metadata["format"] })
    else { return nil }
    self.init(
      sensor: sensor, sequence: 0, time: .distantPast, width: width, height: height,
      stride: stride, format: format, isDamaged: metadata["damaged"] == "true")
  }
}
