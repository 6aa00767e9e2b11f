// Reading one run of a merged capture as if it were alone in its file.

extension MCAPReader {
  /// The runs that the file holds, when it is a merged capture that is read as a whole.
  var mergedRuns: [String] {
    metadata[MergedRun.recordName].map { MergedRun.runs(in: $0).map(\.name) } ?? []
  }

  /// Takes a metadata record: of a run that is asked for, its own alone, by their own names.
  mutating func learn(
    metadata name: String, _ values: [String: String], at offset: Int
  ) throws(CaptureError) {
    var name = name
    if let wanted = runName {
      if name == MergedRun.recordName { return try find(wanted, in: values, at: offset) }
      guard let run, name.hasPrefix(run.prefix) else { return }
      name.removeFirst(run.prefix.count)
    }
    if metadata[name] == nil { metadata[name] = values }
  }

  /// Takes a channel; those of other runs are only marked as such.
  mutating func learn(_ channel: MCAPChannel) {
    var channel = channel
    let id = Int(channel.id)
    while channels.count <= id { channels.append(nil) }
    guard channels[id] == nil, !foreign.contains(channel.id) else { return }
    if runName != nil {
      guard let run, channel.topic.hasPrefix(run.prefix) else {
        foreign.insert(channel.id)
        return
      }
      channel.topic.removeFirst(run.prefix.count)
    }
    channels[id] = channel
  }

  /// Takes an attachment; those of other runs are passed over.
  mutating func learn(_ attachment: MCAPAttachment) {
    var attachment = attachment
    if runName != nil {
      guard let run, attachment.name.hasPrefix(run.prefix) else { return }
      attachment.name.removeFirst(run.prefix.count)
    }
    attachments.append(attachment)
  }

  /// The message in the run's own time; nothing when it is another run's.
  func own(_ message: MCAPMessage) throws(CaptureError) -> MCAPMessage? {
    guard let runName else { return message }
    guard let run else {
      throw CaptureError(
        .badInput, operation: "read", subject: file.path,
        reason: "it is no merged capture, so that there is no run \"\(runName)\" in it")
    }
    guard !foreign.contains(message.channel) else { return nil }
    var message = message
    message.logTime &-= min(run.shiftNanos, message.logTime)
    message.publishTime &-= min(run.shiftNanos, message.publishTime)
    return message
  }

  /// A time of the file in the run's own time.
  func own(_ time: UInt64) -> UInt64 { time - min(run?.shiftNanos ?? 0, time) }

  private mutating func find(
    _ wanted: String, in values: [String: String], at offset: Int
  ) throws(CaptureError) {
    let runs = MergedRun.runs(in: values)
    run = runs.first { $0.name == wanted }
    guard run == nil else { return }
    isAtEnd = true
    throw CaptureError(
      .badInput, operation: "read", subject: file.path, offset: offset,
      reason: "the merged capture holds no run \"\(wanted)\"; it holds "
        + runs.map(\.name).joined(separator: ", "))
  }
}

extension CaptureInfo {
  /// Names of the runs that a merged capture holds, each a capture as `path#run`; none for any other
  /// capture.
  public static func runs(of path: String) throws(CaptureError) -> [String] {
    guard MergedRun.split(path).run == nil else { return [] }
    var reader = try MCAPReader(path: path)
    _ = try reader.next()
    return reader.mergedRuns
  }

  /// The file of a capture that is named as `file` or, a run of a merged one, as `file#run`.
  public static func file(of path: String) -> String { MergedRun.split(path).file }
}
