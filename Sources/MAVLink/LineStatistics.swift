/// What came over a line or stands in a log: messages, rates and losses, per system. For people and
/// tools, not for the hot path.
public struct LineStatistics: Sendable {
  /// What one (system, component) sent.
  public struct Sender: Sendable {
    /// The sending system and component.
    public var systemID: UInt8, componentID: UInt8
    /// Valid frames, signed ones among them.
    public var frames = 0, signedFrames = 0
    /// Times that its running number was not the next one, and frames missing by it.
    public var sequenceGaps = 0, framesLost = 0
    /// Frames by message.
    public var messages: [MessageID: Int] = [:]
    var lastSequence: UInt8 = 0
  }

  /// By system, then component.
  public private(set) var senders: [Sender] = []
  /// The times of the first and the last frame, microseconds; nil without times.
  public private(set) var firstMicros: UInt64?
  /// See `firstMicros`.
  public private(set) var lastMicros: UInt64?

  /// Nothing seen yet.
  public init() {}

  /// Takes a valid frame, with its time if the log tells it.
  public mutating func take(_ header: MAVLinkHeader, timeMicros: UInt64? = nil) {
    if let timeMicros {
      firstMicros = min(firstMicros ?? timeMicros, timeMicros)
      lastMicros = max(lastMicros ?? timeMicros, timeMicros)
    }
    let key = (header.systemID, header.componentID)
    let index = senders.firstIndex { ($0.systemID, $0.componentID) >= key } ?? senders.count
    if index == senders.count || (senders[index].systemID, senders[index].componentID) != key {
      var sender = Sender(systemID: key.0, componentID: key.1)
      sender.lastSequence = header.sequence &- 1
      senders.insert(sender, at: index)
    }
    // A step of 0 is a frame that came twice, no loss.
    let step = header.sequence &- senders[index].lastSequence
    if step > 1 {
      senders[index].sequenceGaps += 1
      senders[index].framesLost += Int(step) - 1
    }
    senders[index].lastSequence = header.sequence
    senders[index].frames += 1
    senders[index].signedFrames += header.isSigned ? 1 : 0
    senders[index].messages[header.messageID, default: 0] += 1
  }

  /// Seconds from the first frame to the last; nil without times.
  public var seconds: Double? {
    guard let firstMicros, let lastMicros else { return nil }
    return Double(lastMicros - firstMicros) / 1e6
  }

  /// Frames of all senders.
  public var frames: Int { senders.reduce(0) { $0 + $1.frames } }

  /// One JSON object: `frames`, `seconds` (null without times), the given counts, then `systems`, each
  /// with `system`, `component`, `frames`, `signed`, `gaps`, `lost` and `messages`, which has a
  /// `count` and a `rate` (a second; null without times) by name.
  public func json(counts: [(StaticString, UInt64)]) -> String {
    var object = JSONObject()
    object.add("frames", literal: "\(frames)")
    object.add("seconds", literal: seconds.map { rounded($0) } ?? "null")
    for (name, count) in counts { object.add(name, literal: "\(count)") }
    let texts = senders.map { sender in
      var text = JSONObject()
      text.add("system", literal: "\(sender.systemID)")
      text.add("component", literal: "\(sender.componentID)")
      text.add("frames", literal: "\(sender.frames)")
      text.add("signed", literal: "\(sender.signedFrames)")
      text.add("gaps", literal: "\(sender.sequenceGaps)")
      text.add("lost", literal: "\(sender.framesLost)")
      let messages = byName(sender).map { name, count in
        "\"\(name)\":{\"count\":\(count),\"rate\":\(rate(count) ?? "null")}"
      }
      text.add("messages", literal: "{\(messages.joined(separator: ","))}")
      return text.text
    }
    object.add("systems", literal: "[\(texts.joined(separator: ","))]")
    return object.text
  }

  /// The same as lines for people.
  public func text(counts: [(StaticString, UInt64)]) -> String {
    var lines = ["\(frames) frames" + (seconds.map { " in \(rounded($0)) s" } ?? "")]
    lines += counts.map { "  \($0.1) \($0.0)" }
    for sender in senders {
      let all = sender.frames + sender.framesLost
      lines.append(
        "system \(sender.systemID), component \(sender.componentID): \(sender.frames) frames, "
          + "\(sender.signedFrames) signed, \(sender.framesLost) lost in \(sender.sequenceGaps) gaps "
          + "(\(rounded(100 * Double(sender.framesLost) / Double(max(all, 1)))) %)")
      for (name, count) in byName(sender) {
        lines.append("  \(name): \(count)" + (rate(count).map { ", \($0) /s" } ?? ""))
      }
    }
    return lines.joined(separator: "\n")
  }

  private func byName(_ sender: Sender) -> [(String, Int)] {
    sender.messages.map { id, count in
      (id.definition.map { "\($0.name)" } ?? "UNKNOWN_\(id.rawValue)", count)
    }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }

  private func rate(_ count: Int) -> String? {
    guard let seconds, seconds > 0 else { return nil }
    return rounded(Double(count) / seconds)
  }

  private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
