/// What an output has of the schemas, channels and attachments of the captures that are copied into it: each
/// schema and channel once, by all that it says, under a number of the output's own.
struct CopiedRecords {
  /// What was taken of one input, whose numbers are its own.
  struct Input {
    fileprivate var schemas: [UInt16: UInt16] = [:]
    fileprivate var channels: [UInt16: UInt16] = [:]
    fileprivate var attachments = 0
  }

  private struct Schema: Hashable {
    var name: String
    var encoding: String
    var data: [UInt8]
  }

  private struct Channel: Hashable {
    var schema: UInt16
    var topic: String
    var encoding: String
    var metadata: [String: String]
  }

  private var schemas: [Schema: UInt16] = [:]
  private var channels: [Channel: UInt16] = [:]

  /// The output's number of an input's `channel`, written with its schema when the output has none like it.
  ///
  /// - Parameters:
  ///   - schemas: what the input has.
  ///   - prefix: what the topic begins with in the output.
  mutating func number(
    of channel: MCAPChannel, _ schemas: [UInt16: MCAPSchema], prefix: String = "",
    from input: inout Input, in writer: inout MCAPWriter
  ) throws(CaptureError) -> UInt16 {
    if let known = input.channels[channel.id] { return known }
    var schema: UInt16 = 0
    if let found = schemas[channel.schema] {
      schema = try number(of: found, from: &input, in: &writer)
    }
    let key = Channel(
      schema: schema, topic: prefix + channel.topic, encoding: channel.messageEncoding,
      metadata: channel.metadata)
    let number: UInt16
    if let known = channels[key] {
      number = known
    } else {
      number = try writer.addChannel(
        topic: key.topic, messageEncoding: key.encoding, schema: schema,
        metadata: key.metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    channels[key] = number
    input.channels[channel.id] = number
    return number
  }

  private mutating func number(
    of schema: MCAPSchema, from input: inout Input, in writer: inout MCAPWriter
  ) throws(CaptureError) -> UInt16 {
    if let known = input.schemas[schema.id] { return known }
    let key = Schema(name: schema.name, encoding: schema.encoding, data: schema.data)
    let number: UInt16
    if let known = schemas[key] {
      number = known
    } else {
      number = try writer.addSchema(name: schema.name, encoding: schema.encoding, data: schema.data)
    }
    schemas[key] = number
    input.schemas[schema.id] = number
    return number
  }

  /// Writes the attachments that the input was found to have since the last call, their names after `prefix`.
  static func take(
    _ attachments: [MCAPAttachment], prefix: String = "", logTime: UInt64 = 0,
    from input: inout Input, in writer: inout MCAPWriter
  ) throws(CaptureError) {
    while input.attachments < attachments.count {
      var attachment = attachments[input.attachments]
      attachment.name = prefix + attachment.name
      try writer.writeAttachment(attachment, logTime: logTime)
      input.attachments += 1
    }
  }
}

extension MCAPReader {
  /// The next message that is sound: a damaged chunk is counted in `lost`, and reading goes on behind it; a file
  /// that ends in disorder ends there.
  mutating func nextSound(lost: inout Int) throws(CaptureError) -> MCAPMessage? {
    while true {
      do {
        return try next()
      } catch {
        guard error.code == .damaged || error.code == .tooLarge else { throw error }
        lost += 1
        if isAtEnd { return nil }
      }
    }
  }
}
