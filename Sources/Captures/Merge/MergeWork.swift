import Model

/// The merging itself: which message comes next, what was there before, and how it is written.
struct MergeWork {
  /// One input as far as it was read.
  private final class Stream {
    var reader: MCAPReader
    let run: Int
    /// Whether its records and attachments are the run's.
    let isFirst: Bool
    var message: MCAPMessage?
    /// The latest time so far, in the output's time: log times need not rise within a capture, whose
    /// order stays.
    var key: UInt64 = 0
    var taken = CopiedRecords.Input()

    init(_ reader: consuming MCAPReader, run: Int, isFirst: Bool) {
      self.reader = reader
      self.run = run
      self.isFirst = isFirst
    }
  }

  /// What tells one record of a run from all others. Not its sequence: each segment of a flight
  /// recorder counts anew.
  private struct RecordKey: Hashable {
    var channel: UInt16
    var logTime: UInt64
    var publishTime: UInt64
    var bytes: Int
    var crc: UInt32
  }

  /// How often a record was written, and how often each input held it.
  private struct Written {
    var times = 0
    var held: [Int]
  }

  /// A camera's picture: its sequence is the camera's own.
  private struct PictureKey: Hashable {
    var channel: UInt16
    var sequence: UInt32
    var logTime: UInt64
  }

  /// What is remembered of some seconds.
  private struct Memory {
    var records: [RecordKey: Written] = [:]
    var pictures: [PictureKey: (input: Int, crc: UInt32)] = [:]
  }

  /// How long records of a run of several captures are remembered, nanoseconds: longer than any
  /// sample reaches the recorder late, so that the other capture's copy comes within it.
  private static let memoryNanos: UInt64 = 30_000_000_000

  private let plan: MergePlan
  private var streams: [Stream] = []
  private var records = CopiedRecords()
  /// Records of the memory's younger and its older half.
  private var young = Memory()
  private var old = Memory()
  private var turned: UInt64 = 0
  private(set) var report = CaptureMerge.Report()

  init(_ plan: MergePlan) throws(CaptureError) {
    self.plan = plan
    for (place, input) in plan.inputs.enumerated() {
      let run = plan.runs.firstIndex { $0.inputs.contains(place) } ?? 0
      streams.append(
        Stream(
          try MCAPReader(path: input), run: run, isFirst: plan.runs[run].inputs[0] == place))
    }
    report.runs = plan.runs.map { $0.place?.name ?? $0.header.post }
  }

  /// Merges all.
  mutating func run(into writer: inout MCAPWriter) throws(CaptureError) {
    for place in streams.indices { try advance(place) }
    try writeMetadata(into: &writer)
    while true {
      var first: Int?
      for place in streams.indices where streams[place].message != nil {
        if first.map({ streams[place].key < streams[$0].key }) ?? true { first = place }
      }
      guard let first else { break }
      try write(first, into: &writer)
      try advance(first)
    }
    for stream in streams { try takeAttachments(stream, into: &writer) }
  }

  /// Reads on in an input; what is damaged is counted.
  private mutating func advance(_ place: Int) throws(CaptureError) {
    let stream = streams[place]
    stream.message = try stream.reader.nextSound(lost: &report.chunksLost)
    guard let message = stream.message else {
      if let truncation = stream.reader.truncation {
        report.truncations.append((plan.inputs[place], truncation))
      }
      return
    }
    // What stands before the first sample comes before all samples: a run is then found at once.
    guard !isHead(stream, message) else { return }
    stream.key = max(stream.key, message.logTime &+ shift(stream))
  }

  private func shift(_ stream: Stream) -> UInt64 { plan.runs[stream.run].place?.shiftNanos ?? 0 }

  private func isHead(_ stream: Stream, _ message: MCAPMessage) -> Bool {
    let topic = stream.reader.channels[Int(message.channel)]?.topic
    return topic == "site" || topic == "map/site"
  }

  // MARK: - Writing

  private func writeMetadata(into writer: inout MCAPWriter) throws(CaptureError) {
    let places = plan.runs.compactMap(\.place)
    if !places.isEmpty {
      try writer.writeMetadata(name: MergedRun.recordName, MergedRun.record(places))
    }
    for stream in streams where stream.isFirst {
      let run = plan.runs[stream.run]
      for (name, values) in stream.reader.metadata.sorted(by: { $0.key < $1.key }) {
        var values = values
        if name == CaptureHeader.recordName, run.inputs.count > 1 {
          for (key, value) in part(of: run)?.metadata ?? [] { values[key] = value }
          if run.isWhole { for key in CapturePart.keys { values[key] = nil } }
        }
        try writer.writeMetadata(
          name: plan.prefix(of: stream.run) + name,
          values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
      }
    }
  }

  /// What several captures hold of a run together; nothing when one of them is whole.
  private func part(of run: MergePlan.Run) -> CapturePart? {
    guard !run.isWhole else { return nil }
    let spans = run.spans.sorted { $0.lowerBound < $1.lowerBound }
    var end = spans[0].upperBound
    var hasGap = false
    for span in spans.dropFirst() {
      if span.lowerBound > end { hasGap = true }
      end = max(end, span.upperBound)
    }
    return CapturePart(
      reason: hasGap ? "merge, with gaps" : "merge", start: spans[0].lowerBound, end: end)
  }

  private mutating func write(
    _ place: Int, into writer: inout MCAPWriter
  ) throws(CaptureError) {
    let stream = streams[place]
    try takeAttachments(stream, into: &writer)
    guard var message = stream.message, let channel = stream.reader.channels[Int(message.channel)]
    else { return }
    let isHead = isHead(stream, message)
    if isHead, !stream.isFirst { return }
    message.channel = try records.number(
      of: channel, stream.reader.schemas, prefix: plan.prefix(of: stream.run),
      from: &stream.taken, in: &writer)
    message.logTime &+= shift(stream)
    message.publishTime &+= shift(stream)
    if plan.runs[stream.run].inputs.count > 1, !isHead, try isKnown(message, place) {
      report.duplicates += 1
      return
    }
    try stream.reader.withPayload { bytes throws(CaptureError) in try writer.write(message, bytes) }
    report.messages += 1
  }

  /// Whether another capture of the run gave this record already; keeps it in mind.
  ///
  /// Of what captures hold once and twice, two are written: the most that one of them holds.
  private mutating func isKnown(_ message: MCAPMessage, _ place: Int) throws(CaptureError) -> Bool {
    let now = streams[place].key
    if now > turned &+ Self.memoryNanos {
      (old, young) = (young, Memory())
      turned = now
    }
    let (crc, bytes) = streams[place].reader.withPayload { (CRC32($0).value, $0.byteCount) }
    try checkPicture(message, place, crc)
    let key = RecordKey(
      channel: message.channel, logTime: message.logTime, publishTime: message.publishTime,
      bytes: bytes, crc: crc)
    var written =
      young.records[key] ?? old.records[key]
      ?? Written(held: Array(repeating: 0, count: streams.count))
    written.held[place] += 1
    let isKnown = written.held[place] <= written.times
    if !isKnown { written.times += 1 }
    young.records[key] = written
    return isKnown
  }

  /// Two captures of one run must not show different things in one picture.
  private mutating func checkPicture(
    _ message: MCAPMessage, _ place: Int, _ crc: UInt32
  ) throws(CaptureError) {
    let channels = streams[place].reader.channels
    guard let number = streams[place].message?.channel, let topic = channels[Int(number)]?.topic,
      topic.hasPrefix("camera/")
    else { return }
    let key = PictureKey(
      channel: message.channel, sequence: message.sequence, logTime: message.logTime)
    guard let known = young.pictures[key] ?? old.pictures[key] else {
      young.pictures[key] = (place, crc)
      return
    }
    guard known.input != place, known.crc != crc else { return }
    throw CaptureError(
      .badInput, operation: "merge", subject: plan.inputs[place],
      reason: "it and \(plan.inputs[known.input]) are of one run and overlap, but picture "
        + "\(message.sequence) of \(topic) differs: one of them was changed (anonymised) and is not to "
        + "be mixed with the other")
  }

  private func takeAttachments(
    _ stream: Stream, into writer: inout MCAPWriter
  ) throws(CaptureError) {
    guard stream.isFirst else { return }
    try CopiedRecords.take(
      stream.reader.attachments, prefix: plan.prefix(of: stream.run), logTime: shift(stream),
      from: &stream.taken, in: &writer)
  }
}
