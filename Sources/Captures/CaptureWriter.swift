import Geodesy
public import Model

/// Records a run of a post: raw samples as they came, the clock, the order in which fusion took the
/// observations, and the events.
///
/// A replay processes records in the order of the file. So each source's samples and health reports
/// are to be appended in the order in which the source gave them, and arrivals in fusion's order.
/// `logTime` of a message is when it was recorded (the sample's own time if the caller names none),
/// `publishTime` the sample's own time. One thread at a time; after the buffers have grown, nothing
/// is allocated per sample.
public struct CaptureWriter: ~Copyable, Sendable {
  private var file: MCAPWriter
  private let names: CaptureNames
  /// Names of sensors as JSON strings, by number.
  private let quotedSensors: [[UInt8]]
  private var schemas: Schemas
  private var channels = ChannelTable()
  private var text: ByteBuffer
  private let frame: LocalFrame
  /// The newest map to UTC, for the times that viewers show.
  private var clockMap: ClockMap?
  /// Channels of the places of our own, by sensor; 0 before the first.
  private var fixChannels: [UInt16]
  private var eventMapChannel: UInt16 = 0

  private struct Schemas {
    var gpio: UInt16
    var health: UInt16
    var clock: UInt16
    var observation: UInt16
    var event: UInt16
    var fix: UInt16
    var geoJSON: UInt16
    /// By the picture's format; 0 before the first.
    var rawPicture: UInt16 = 0
    var compressedPicture: UInt16 = 0
  }

  /// Creates the file and puts header, names and configuration on it at once.
  ///
  /// The sensors and sources that are appended later are those of `site`; a new configuration begins
  /// a new capture.
  public init(
    path: String, header: CaptureHeader, site: Site,
    options: MCAPWriter.Options = MCAPWriter.Options()
  ) throws(CaptureError) {
    guard header.siteBundle.count <= CaptureHeader.siteBundleBytesMax else {
      throw CaptureError(
        .tooLarge, operation: "create", subject: path,
        reason: "the configuration has \(header.siteBundle.count) bytes, at most "
          + "\(CaptureHeader.siteBundleBytesMax) can be kept")
    }
    let names = CaptureNames(site)
    var file = try MCAPWriter(
      path: path, profile: "vedette", library: header.software, options: options)
    let frame = LocalFrame(
      latitudeDegrees: site.origin.latitudeDegrees, longitudeDegrees: site.origin.longitudeDegrees,
      heightMetres: site.origin.heightMetres)
    schemas = try Self.begin(
      &file, header, names, map: MapMessage.geoJSON(of: site, frame: frame))
    self.frame = frame
    clockMap = header.clock
    fixChannels = names.sensors.map { _ in 0 }
    self.names = names
    quotedSensors = names.sensors.map { name in
      var buffer = ByteBuffer()
      buffer.appendJSON(name)
      return buffer.withBytes { $0.array }
    }
    text = ByteBuffer(capacity: 1_024)
    self.file = file
  }

  /// Writes what stands before the first sample.
  private static func begin(
    _ file: inout MCAPWriter, _ header: CaptureHeader, _ names: CaptureNames, map: [UInt8]
  ) throws(CaptureError) -> Schemas {
    try file.writeMetadata(name: CaptureHeader.recordName, header.metadata)
    try file.writeMetadata(
      name: CaptureNames.sensorsRecord, CaptureNames.record(names.sensors))
    try file.writeMetadata(
      name: CaptureNames.sourcesRecord, CaptureNames.record(names.sources))
    let schemas = Schemas(
      gpio: try add("vedette.GPIOEdge", CaptureSchemas.gpio, to: &file),
      health: try add("vedette.HealthReport", CaptureSchemas.health, to: &file),
      clock: try add("vedette.ClockMap", CaptureSchemas.clock, to: &file),
      observation: try add("vedette.Observation", CaptureSchemas.observation, to: &file),
      event: try add("vedette.Event", CaptureSchemas.event, to: &file),
      fix: try add(MapMessage.fixName, CaptureSchemas.fix, to: &file),
      geoJSON: try add(MapMessage.geoJSONName, CaptureSchemas.geoJSON, to: &file))
    let channel = try file.addChannel(topic: "site", messageEncoding: "yaml", schema: 0)
    let start = nanos(header.clock?.instant ?? Instant(monotonicNanos: 0))
    try unsafe file.write(
      MCAPMessage(channel: channel, sequence: 0, logTime: start, publishTime: start),
      header.siteBundle.span.bytes)
    let mapChannel = try file.addChannel(
      topic: "map/site", messageEncoding: "json", schema: schemas.geoJSON)
    var text = ByteBuffer(capacity: map.count + 64)
    unsafe MapMessage.append(geoJSON: map.span.bytes, to: &text)
    try write(
      text, MCAPMessage(channel: mapChannel, sequence: 0, logTime: start, publishTime: start),
      to: &file)
    for attachment in header.attachments {
      try file.writeAttachment(attachment, logTime: start)
    }
    // So that even a capture that is cut off early says what it is.
    try file.flush()
    return schemas
  }

  private static func add(
    _ name: String, _ text: String, to file: inout MCAPWriter
  ) throws(CaptureError) -> UInt16 {
    try file.addSchema(name: name, encoding: CaptureSchemas.encoding, data: Array(text.utf8))
  }

  /// Bytes in the file so far.
  public var bytesWritten: Int { file.bytesWritten }

  /// Messages taken so far.
  public var messageCount: UInt64 { file.messageCount }

  /// Appends an edge of a GPIO line.
  public mutating func append(
    edge: GPIOEdge, source: SourceID, recorded: Instant? = nil
  ) throws(CaptureError) {
    let slot = try openSlot(.edges, source) { writer throws(CaptureError) in
      try writer.addChannel(
        "gpio", "json", writer.schemas.gpio, source, [])
    }
    text.clear()
    text.append("{\"sensor\":")
    text.append(quoted(edge.sensor))
    text.append(edge.isRising ? ",\"edge\":\"rising\"}" : ",\"edge\":\"falling\"}")
    try writeText(slot, recorded ?? edge.time, edge.time)
  }

  /// Appends a frame with its bytes as they are.
  ///
  /// The message's sequence is the camera's frame counter. Size, layout and the driver's damage flag
  /// stand in the channel's metadata; another of these is another channel of the same topic.
  public mutating func append(
    frame: FrameHeader, bytes: RawSpan, source: SourceID, recorded: Instant? = nil
  ) throws(CaptureError) {
    let name = frame.sensor.index < names.sensors.count ? names.sensors[frame.sensor.index] : ""
    let channel: UInt16
    if let known = channels.channel(for: frame, source) {
      channel = known
    } else {
      channel = try addChannel(
        "camera/\(name)", PictureMessage.encoding, pictureSchema(frame.format), source,
        [
          ("sensor", name), ("id", "\(frame.sensor.rawValue)"), ("width", "\(frame.width)"),
          ("height", "\(frame.height)"), ("stride", "\(frame.stride)"),
          ("format", "\(frame.format.name)"), ("damaged", frame.isDamaged ? "true" : "false"),
        ])
      channels.keep(channel, for: frame, source)
    }
    text.clear()
    PictureMessage.appendHead(
      of: frame, wall: wallTime(at: frame.time), sensor: name, payloadBytes: bytes.byteCount,
      to: &text)
    let message = MCAPMessage(
      channel: channel, sequence: frame.sequence, logTime: Self.nanos(recorded ?? frame.time),
      publishTime: Self.nanos(frame.time))
    try Self.write(text, bytes, message, to: &file)
  }

  /// Appends bytes of a serial link that were read together at `time`.
  public mutating func append(
    bytes: RawSpan, at time: Instant, source: SourceID, recorded: Instant? = nil
  ) throws(CaptureError) {
    let slot = try openSlot(.bytes, source) { writer throws(CaptureError) in
      try writer.addChannel(writer.key(source), "raw", 0, source, [])
    }
    try file.write(message(slot, recorded ?? time, time), bytes)
  }

  /// Appends a change of health that `source` noticed.
  public mutating func append(
    health: HealthReport, source: SourceID, recorded: Instant? = nil
  ) throws(CaptureError) {
    let slot = try openSlot(.health, source) { writer throws(CaptureError) in
      try writer.addChannel(
        "health/\(writer.key(source))", "json", writer.schemas.health, source, [])
    }
    text.clear()
    text.append("{\"sensor\":")
    text.append(quoted(health.sensor))
    text.append(",\"state\":\"")
    text.append(health.state.name)
    text.append("\",\"reason\":\"")
    text.append(health.reason.name)
    text.append("\",\"errno\":")
    text.appendJSON(health.systemError)
    text.append(UInt8(ascii: "}"))
    try writeText(slot, recorded ?? health.time, health.time)
  }

  /// Appends a tick of the post's clock.
  public mutating func append(
    clock: ClockMap, recorded: Instant? = nil
  ) throws(CaptureError) {
    let slot = try openSlot(.clock, .clock) { writer throws(CaptureError) in
      try writer.addChannel("clock", "json", writer.schemas.clock, .clock, [])
    }
    text.clear()
    text.append("{\"monotonic_ns\":")
    text.appendJSON(clock.instant.monotonicNanos)
    text.append(",\"utc_ns\":")
    text.appendJSON(clock.wall.unixNanos)
    text.append(",\"uncertainty_ns\":")
    text.appendJSON(clock.uncertaintyNanos)
    text.append(",\"state\":\"")
    text.append(clock.state.name)
    text.append("\"}")
    try writeText(slot, recorded ?? clock.instant, clock.instant)
    clockMap = clock
  }

  /// Appends what fusion took, when, and for people what it said.
  public mutating func append(arrival: Arrival) throws(CaptureError) {
    let slot = try openSlot(.observations, .clock) { writer throws(CaptureError) in
      try writer.addChannel("observations", "json", writer.schemas.observation, nil, [])
    }
    text.clear()
    text.appendJSON(arrival.observation, sensor: quoted(arrival.observation.sensor))
    try writeText(slot, arrival.time, arrival.observation.time)
    if case .platform(let platform) = arrival.observation.content {
      try append(fix: platform, of: arrival)
    }
  }

  /// Appends an event as it was put on record at `time`: one JSON object.
  public mutating func append(event: RawSpan, at time: Instant) throws(CaptureError) {
    let slot = try openSlot(.events, .clock) { writer throws(CaptureError) in
      try writer.addChannel("events", "json", writer.schemas.event, nil, [])
    }
    let message = message(slot, time, time)
    try file.write(message, event)
    guard MapMessage.hasPlace(event) else { return }
    if eventMapChannel == 0 {
      eventMapChannel = try addChannel("map/events", "json", schemas.geoJSON, nil, [])
    }
    text.clear()
    MapMessage.append(geoJSON: event, to: &text)
    var shown = message
    shown.channel = eventMapChannel
    try Self.write(text, shown, to: &file)
  }

  /// Repeats a place of our own for maps.
  private mutating func append(
    fix platform: PlatformState, of arrival: Arrival
  ) throws(CaptureError) {
    let sensor = arrival.observation.sensor
    guard sensor.index < fixChannels.count else { return }
    if fixChannels[sensor.index] == 0 {
      fixChannels[sensor.index] = try addChannel(
        "map/\(names.sensors[sensor.index])", "json", schemas.fix, nil, [])
    }
    text.clear()
    MapMessage.append(
      platform, wall: wallTime(at: arrival.observation.time), frame: frame,
      sensor: quoted(sensor), to: &text)
    let message = MCAPMessage(
      channel: fixChannels[sensor.index],
      sequence: UInt32(truncatingIfNeeded: arrival.observation.sequence),
      logTime: Self.nanos(arrival.time), publishTime: Self.nanos(arrival.observation.time))
    try Self.write(text, message, to: &file)
  }

  /// Puts all that was appended so far into the file.
  public mutating func flush() throws(CaptureError) { try file.flush() }

  /// Writes the rest and the index, and waits until the storage has it.
  public consuming func close() throws(CaptureError) { try file.close() }

  /// UTC at `time`; the time itself while no map to UTC is known.
  private func wallTime(at time: Instant) -> WallTime {
    clockMap?.wallTime(at: time) ?? WallTime(unixNanos: max(time.monotonicNanos, 0))
  }

  private mutating func pictureSchema(_ format: PixelFormat) throws(CaptureError) -> UInt16 {
    let isCompressed = format == .mjpeg
    let known = isCompressed ? schemas.compressedPicture : schemas.rawPicture
    if known != 0 { return known }
    let schema = try file.addSchema(
      name: isCompressed ? PictureMessage.compressedName : PictureMessage.rawName,
      encoding: PictureMessage.encoding, data: PictureMessage.descriptor(of: format))
    if isCompressed { schemas.compressedPicture = schema } else { schemas.rawPicture = schema }
    return schema
  }

  private static func write(
    _ head: borrowing ByteBuffer, _ payload: RawSpan, _ message: MCAPMessage,
    to file: inout MCAPWriter
  ) throws(CaptureError) {
    try head.withBytes { bytes throws(CaptureError) in
      try file.write(message, prefix: bytes, payload)
    }
  }

  // MARK: - Channels

  private static func nanos(_ time: Instant) -> UInt64 { UInt64(max(time.monotonicNanos, 0)) }

  private static let null = Array("null".utf8)

  private func quoted(_ sensor: SensorID) -> [UInt8] {
    sensor.index < quotedSensors.count ? quotedSensors[sensor.index] : Self.null
  }

  /// The source's key, or its number when the site has no such source.
  private func key(_ source: SourceID) -> String {
    source.index < names.sources.count ? names.sources[source.index] : "source-\(source.rawValue)"
  }

  private mutating func addChannel(
    _ topic: String, _ encoding: String, _ schema: UInt16, _ source: SourceID?,
    _ metadata: [(String, String)]
  ) throws(CaptureError) -> UInt16 {
    let origin = source.map { [("source", "\($0.rawValue)")] } ?? []
    return try file.addChannel(
      topic: topic, messageEncoding: encoding, schema: schema, metadata: metadata + origin)
  }

  /// The channel of a kind and source; `add` makes it at the first use.
  private mutating func openSlot(
    _ kind: ChannelTable.Kind, _ source: SourceID,
    _ add: (inout CaptureWriter) throws(CaptureError) -> UInt16
  ) throws(CaptureError) -> Int {
    let slot = channels.slot(kind, source)
    if !channels.isOpen(slot) {
      let channel = try add(&self)
      channels.open(slot, channel)
    }
    return slot
  }

  private mutating func message(_ slot: Int, _ recorded: Instant, _ time: Instant) -> MCAPMessage {
    let (channel, sequence) = channels.take(slot)
    return MCAPMessage(
      channel: channel, sequence: sequence, logTime: Self.nanos(recorded),
      publishTime: Self.nanos(time))
  }

  private mutating func writeText(
    _ slot: Int, _ recorded: Instant, _ time: Instant
  ) throws(CaptureError) {
    let message = message(slot, recorded, time)
    try Self.write(text, message, to: &file)
  }

  private static func write(
    _ text: borrowing ByteBuffer, _ message: MCAPMessage, to file: inout MCAPWriter
  ) throws(CaptureError) {
    try text.withBytes { bytes throws(CaptureError) in try file.write(message, bytes) }
  }
}
