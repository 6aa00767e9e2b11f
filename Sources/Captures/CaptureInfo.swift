public import Model

/// What is in a capture, for people and programs.
public struct CaptureInfo: Sendable, Equatable {
  /// One channel's share.
  public struct Channel: Sendable, Equatable {
    /// Name of what it carries.
    public var topic: String
    /// How its messages are written.
    public var encoding: String
    /// Its messages.
    public var messages: UInt64
  }

  /// The file.
  public var path: String
  /// Bytes in the file.
  public var fileBytes: Int
  /// What the capture says of itself.
  public var header: CaptureHeader
  /// Channels in the order of the file, those of one topic and encoding together.
  public var channels: [Channel]
  /// Messages in all.
  public var messages: UInt64
  /// When the first record was made; nothing in an empty capture.
  public var start: Instant?
  /// When the last record was made.
  public var end: Instant?
  /// Chunks.
  public var chunks: Int
  /// Bytes of the chunks' content before compression.
  public var uncompressedBytes: Int
  /// Whether the file ends with its index; if not, it was read from end to end.
  public var hasSummary: Bool
  /// Where the file was cut off, or nothing.
  public var truncation: MCAPReader.Truncation?

  /// Seconds from the first record to the last.
  public var durationSeconds: Double {
    guard let start, let end else { return 0 }
    return end.seconds(since: start)
  }

  /// Looks into a capture: into its index if there is one, else through the whole file.
  public init(path: String, limits: MCAPLimits = MCAPLimits()) throws(CaptureError) {
    let reader = try CaptureReader(path: path, limits: limits)
    self.path = path
    header = reader.header
    var file = try MCAPReader(path: path, limits: limits)
    fileBytes = file.fileBytes
    var counts: [UInt16: UInt64] = [:]
    var known: [MCAPChannel] = []
    let summary = try file.summary()
    hasSummary = summary != nil
    // A run of a merged capture has its share of the file's summary, which is not told there.
    if let summary, file.runName == nil {
      counts = summary.channelMessages
      known = summary.channels.values.sorted { $0.id < $1.id }
      messages = summary.messageCount
      chunks = summary.chunks.count
      uncompressedBytes = summary.chunks.reduce(0) { $0 &+ Int(clamping: $1.size) }
      if summary.messageCount > 0 {
        start = Instant(monotonicNanos: Int64(clamping: summary.start))
        end = Instant(monotonicNanos: Int64(clamping: summary.end))
      }
    } else {
      messages = 0
      var (first, last) = (UInt64.max, UInt64.min)
      while let message = try file.next() {
        counts[message.channel, default: 0] += 1
        messages += 1
        first = min(first, message.logTime)
        last = max(last, message.logTime)
      }
      known = file.channels.compactMap { $0 }
      chunks = file.chunkCount
      uncompressedBytes = file.uncompressedBytes
      truncation = file.truncation
      if messages > 0 {
        start = Instant(monotonicNanos: Int64(clamping: first))
        end = Instant(monotonicNanos: Int64(clamping: last))
      }
    }
    channels = []
    for channel in known {
      let count = counts[channel.id] ?? 0
      if let same = channels.firstIndex(where: {
        $0.topic == channel.topic && $0.encoding == channel.messageEncoding
      }) {
        channels[same].messages += count
      } else {
        channels.append(
          Channel(topic: channel.topic, encoding: channel.messageEncoding, messages: count))
      }
    }
  }

  /// The same as one JSON object, UTF-8.
  public var json: [UInt8] {
    var text = ByteBuffer(capacity: 1_024)
    text.append("{\"path\":")
    text.appendJSON(path)
    text.append(",\"file_bytes\":")
    text.appendJSON(fileBytes)
    text.append(",\"post\":")
    text.appendJSON(header.post)
    text.append(",\"capture_epoch\":")
    text.appendJSON(header.captureEpoch)
    text.append(",\"origin\":")
    text.appendJSON(header.origin.rawValue)
    text.append(",\"software\":")
    text.appendJSON(header.software)
    text.append(",\"configuration_hash\":")
    text.appendJSON(header.configurationHash)
    text.append(",\"exercise\":")
    if let exercise = header.exercise { text.appendJSON(exercise) } else { text.append("null") }
    text.append(",\"start_ns\":")
    if let start { text.appendJSON(start.monotonicNanos) } else { text.append("null") }
    text.append(",\"start_utc_ns\":")
    if let start, let clock = header.clock {
      text.appendJSON(clock.wallTime(at: start).unixNanos)
    } else {
      text.append("null")
    }
    text.append(",\"duration_s\":")
    text.appendJSON(durationSeconds, decimals: 3)
    text.append(",\"messages\":")
    text.appendJSON(messages)
    text.append(",\"chunks\":")
    text.appendJSON(chunks)
    text.append(",\"uncompressed_bytes\":")
    text.appendJSON(uncompressedBytes)
    text.append(",\"has_summary\":")
    text.append(hasSummary ? "true" : "false")
    text.append(",\"is_truncated\":")
    text.append(truncation == nil ? "false" : "true")
    if let truncation {
      text.append(",\"truncated_at\":")
      text.appendJSON(truncation.offset)
    }
    text.append(",\"channels\":[")
    for (place, channel) in channels.enumerated() {
      text.append(place == 0 ? "{\"topic\":" : ",{\"topic\":")
      text.appendJSON(channel.topic)
      text.append(",\"encoding\":")
      text.appendJSON(channel.encoding)
      text.append(",\"messages\":")
      text.appendJSON(channel.messages)
      text.append("}")
    }
    text.append("]}")
    return text.withBytes { $0.array }
  }
}
