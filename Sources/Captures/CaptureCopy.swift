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
      var records = CopiedRecords()
      for (place, input) in inputs.enumerated() {
        var reader = try MCAPReader(path: input)
        try copy(&reader, isFirst: place == 0, &records, &report, into: &writer)
      }
      try writer.close()
      return report
    } catch {
      OutputFile.remove(output)
      throw error
    }
  }

  private func copy(
    _ reader: inout MCAPReader, isFirst: Bool, _ records: inout CopiedRecords,
    _ report: inout Report, into writer: inout MCAPWriter
  ) throws(CaptureError) {
    var taken = CopiedRecords.Input()
    var isAhead = isFirst
    while var message = try reader.nextSound(lost: &report.chunksLost) {
      if isAhead {
        isAhead = false
        try begin(reader.metadata, into: &writer)
      }
      if isFirst { try CopiedRecords.take(reader.attachments, from: &taken, in: &writer) }
      guard let channel = reader.channels[Int(message.channel)] else { continue }
      let time = Instant(monotonicNanos: Int64(clamping: message.logTime))
      guard isWanted(channel.topic, time, isFirst) else { continue }
      message.channel = try records.number(
        of: channel, reader.schemas, from: &taken, in: &writer)
      try reader.withPayload { bytes throws(CaptureError) in try writer.write(message, bytes) }
      report.messages += 1
    }
    if isAhead { try begin(reader.metadata, into: &writer) }
    if isFirst { try CopiedRecords.take(reader.attachments, from: &taken, in: &writer) }
    if let truncation = reader.truncation { report.truncation = truncation }
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
}
