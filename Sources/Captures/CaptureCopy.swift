public import Model

/// Writes the sound part of a capture anew: what a crash cut off gets its index back, what is damaged
/// is left out, and what is wanted of it may be chosen.
public struct CaptureCopy: Sendable {
  /// What came of it.
  public struct Report: Sendable, Equatable {
    /// Messages written.
    public var messages = 0
    /// Chunks that were damaged and are left out.
    public var chunksLost = 0
    /// Where the input was cut off, or nothing.
    public var truncation: MCAPReader.Truncation?
  }

  /// What is taken, by the time of recording; nothing for all.
  public var span: ClosedRange<Instant>?
  /// Topics that are taken: whole names, or beginnings that end with `/`; nothing for all.
  public var topics: [String]?
  /// Whether pictures are left out, for sharing outside.
  public var leavesOutPictures = false
  /// Why a span is taken, as the copy says of itself.
  public var reason = "cut"

  /// A copy of everything.
  public init() {}

  /// Writes `output` from `input`; on an error no file is left there.
  public func run(
    from input: String, to output: String, options: MCAPWriter.Options = MCAPWriter.Options()
  ) throws(CaptureError) -> Report {
    try run(from: [input], to: output, options: options)
  }

  /// Writes `output` from captures of one run that follow one another; on an error no file is left
  /// there. What the first says of itself, its configuration and attachments, holds for all.
  ///
  /// Programmer error when there is no input.
  public func run(
    from inputs: [String], to output: String, options: MCAPWriter.Options = MCAPWriter.Options()
  ) throws(CaptureError) -> Report {
    // Says in one clear message what is no capture at all.
    let header = try CaptureReader(path: inputs[0]).header
    let profile = try MCAPReader(path: inputs[0]).profile
    var writer = try MCAPWriter(
      path: output, profile: profile, library: header.software, options: options)
    do {
      var report = Report()
      var maps = Maps()
      for (place, input) in inputs.enumerated() {
        var reader = try MCAPReader(path: input)
        maps.turn(toFirst: place == 0)
        try copy(&reader, &maps, &report, into: &writer)
      }
      try writer.close()
      return report
    } catch {
      OutputFile.remove(output)
      throw error
    }
  }

  private func copy(
    _ reader: inout MCAPReader, _ maps: inout Maps, _ report: inout Report,
    into writer: inout MCAPWriter
  ) throws(CaptureError) {
    var isAhead = maps.isFirst
    while true {
      let message: MCAPMessage?
      do {
        message = try reader.next()
      } catch {
        // Behind a damaged chunk reading goes on; a file that ends in disorder ends here.
        guard error.code == .damaged || error.code == .tooLarge else { throw error }
        report.chunksLost += 1
        if reader.isAtEnd { break }
        continue
      }
      guard var message else { break }
      if isAhead {
        isAhead = false
        try begin(reader.metadata, into: &writer)
      }
      try take(reader.attachments, &maps, into: &writer)
      guard let channel = reader.channels[Int(message.channel)] else { continue }
      let time = Instant(monotonicNanos: Int64(clamping: message.logTime))
      guard isWanted(channel.topic, time, maps.isFirst) else { continue }
      message.channel = try self.channel(channel, reader.schemas, &maps, &writer)
      try Self.write(message, reader, &writer)
      report.messages += 1
    }
    if isAhead { try begin(reader.metadata, into: &writer) }
    try take(reader.attachments, &maps, into: &writer)
    if let truncation = reader.truncation { report.truncation = truncation }
  }

  /// New numbers for what the inputs number, and what the output has already.
  private struct Maps {
    var schemas: [UInt16: UInt16] = [:]
    var channels: [UInt16: UInt16] = [:]
    var attachments = 0
    var isFirst = true
    /// Schemas and channels of the output, by all they say.
    var writtenSchemas: [WrittenSchema: UInt16] = [:]
    var writtenChannels: [WrittenChannel: UInt16] = [:]

    struct WrittenSchema: Hashable {
      var name: String
      var encoding: String
      var data: [UInt8]
    }

    struct WrittenChannel: Hashable {
      var schema: UInt16
      var topic: String
      var encoding: String
      var metadata: [String: String]
    }

    /// Begins an input, whose numbers are its own.
    mutating func turn(toFirst isFirst: Bool) {
      self.isFirst = isFirst
      schemas = [:]
      channels = [:]
    }
  }

  private func isWanted(_ topic: String, _ time: Instant, _ isFirst: Bool) -> Bool {
    // The configuration and the site's map belong to every part, once.
    if topic == "site" || topic == "map/site" { return isFirst }
    if leavesOutPictures, topic.hasPrefix("camera/") { return false }
    if let span, !span.contains(time) { return false }
    guard let topics else { return true }
    return topics.contains { $0 == topic || $0.hasSuffix("/") && topic.hasPrefix($0) }
  }

  /// Writes the metadata records, the header's first; a part says that it is one.
  private func begin(
    _ metadata: [String: [String: String]], into writer: inout MCAPWriter
  ) throws(CaptureError) {
    for (name, values) in metadata.sorted(by: { $0.key < $1.key }) {
      var values = values
      if name == CaptureHeader.recordName, let span {
        let part = CapturePart(reason: reason, start: span.lowerBound, end: span.upperBound)
        for (key, value) in part.metadata { values[key] = value }
      } else if name == CaptureHeader.recordName, topics != nil || leavesOutPictures,
        values["part"] == nil
      {
        values["part"] = "chosen channels"
        values["part_start_ns"] = "0"
        values["part_end_ns"] = "\(Int64.max)"
      }
      try writer.writeMetadata(
        name: name, values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
  }

  private func take(
    _ attachments: [MCAPAttachment], _ maps: inout Maps, into writer: inout MCAPWriter
  ) throws(CaptureError) {
    while maps.isFirst, maps.attachments < attachments.count {
      try writer.writeAttachment(attachments[maps.attachments], logTime: 0)
      maps.attachments += 1
    }
  }

  private func channel(
    _ channel: MCAPChannel, _ schemas: [UInt16: MCAPSchema], _ maps: inout Maps,
    _ writer: inout MCAPWriter
  ) throws(CaptureError) -> UInt16 {
    if let known = maps.channels[channel.id] { return known }
    let number = try schemas[channel.schema].map { schema throws(CaptureError) in
      try self.schema(schema, &maps, &writer)
    }
    let key = Maps.WrittenChannel(
      schema: number ?? 0, topic: channel.topic, encoding: channel.messageEncoding,
      metadata: channel.metadata)
    let added =
      if let known = maps.writtenChannels[key] {
        known
      } else {
        try writer.addChannel(
          topic: channel.topic, messageEncoding: channel.messageEncoding, schema: number ?? 0,
          metadata: channel.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
      }
    maps.writtenChannels[key] = added
    maps.channels[channel.id] = added
    return added
  }

  private func schema(
    _ schema: MCAPSchema, _ maps: inout Maps, _ writer: inout MCAPWriter
  ) throws(CaptureError) -> UInt16 {
    if let known = maps.schemas[schema.id] { return known }
    let key = Maps.WrittenSchema(name: schema.name, encoding: schema.encoding, data: schema.data)
    let added =
      if let known = maps.writtenSchemas[key] {
        known
      } else {
        try writer.addSchema(name: schema.name, encoding: schema.encoding, data: schema.data)
      }
    maps.writtenSchemas[key] = added
    maps.schemas[schema.id] = added
    return added
  }

  private static func write(
    _ message: MCAPMessage, _ reader: borrowing MCAPReader, _ writer: inout MCAPWriter
  ) throws(CaptureError) {
    try reader.withPayload { bytes throws(CaptureError) in try writer.write(message, bytes) }
  }
}
